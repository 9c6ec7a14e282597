"""uv.lock records the resolution, requirements/*.txt are installed: they must say the same, and no host."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ["run", "build", "dev"]


def locked():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    hashes = {}
    for package in packages:
        if package["name"] != "halong":
            files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
            hashes[package["name"], package["version"]] = {file["hash"] for file in files}
    return hashes


def required(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        match = re.match(r"([\w.-]+)==(\S+)", line)
        if match:
            found[match[1], match[2]] = set(re.findall(r"--hash=(\S+)", line))
        else:
            assert line.startswith("#")
    return found


@pytest.mark.parametrize("name", FILES)
def test_requirements_agree_with_the_lock(name):
    lock = locked()
    assert required(name) == {key: lock[key] for key in required(name)}


def test_every_locked_package_is_installed_by_some_file():
    assert locked().keys() == {key for name in FILES for key in required(name)}


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    stated = {"run": project["project"]["dependencies"], **project["dependency-groups"]}
    for name, lines in stated.items():
        direct = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in lines}
        assert direct - {package for package, _ in required(name)} == set()


def test_no_host_is_named():
    for file in [ROOT / "uv.lock", *(ROOT / "requirements").iterdir(), ROOT / "package-lock.json"]:
        resolved = re.findall(
            r'"resolved": "[^"]*"|url = "[^"]*/[^"]*"|--(?:extra-)?index-url\S*', file.read_text()
        )
        assert resolved == []
