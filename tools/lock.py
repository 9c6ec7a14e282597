"""Resolves dependencies anew: ``make lock`` writes ``uv.lock`` and the hash-locked ``requirements/*.txt``.

``uv.lock`` is the record of the resolution, ``requirements/*.txt`` are what ``make`` installs. Neither names the
host of a package index: whoever installs uses the index that pip is set up for, and the hashes hold whatever host
answers. uv wants hosts in its lock, so they are put back before it runs and taken out after.

``tools/lock.py --upgrade`` takes newer versions within the limits of ``pyproject.toml``.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "uv.lock"
REQUIREMENTS = ROOT / "requirements"
EXPORTS = {"run": ["--no-default-groups"], "build": ["--only-group", "build"], "dev": ["--only-group", "dev"]}
NOTE = "# Hosts of package indexes are left out; tools/lock.py puts them back for uv.\n"

REGISTRY = re.compile(r'registry = "[^"]*"')
URL = re.compile(r'url = "(?:[^"]*/)?([^"/]+)"')


def without_hosts(lock: str) -> str:
    """The lock with ``index`` for each registry and bare file names for each URL."""
    return NOTE + URL.sub(r'url = "\1"', REGISTRY.sub('registry = "index"', lock.removeprefix(NOTE)))


def with_hosts(lock: str, index: str) -> str:
    """A lock that uv can read again. The folders of the files are lost, which uv doesn't need to resolve."""
    named = REGISTRY.sub(f'registry = "{index}"', lock.removeprefix(NOTE))
    return URL.sub(rf'url = "{index}/\1"', named)


def index_of(uv: str) -> str:
    """The package index that uv uses here, learnt from the lock of a tiny project."""
    with tempfile.TemporaryDirectory() as folder:
        project = (
            '[project]\nname = "x"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["tzdata"]\n'
        )
        Path(folder, "pyproject.toml").write_text(project)
        run([uv, "lock", "--quiet"], folder)
        found = re.search(r'registry = "([^"]*)"', Path(folder, "uv.lock").read_text())
    if found is None:
        raise SystemExit("uv doesn't say which package index it uses.")
    return found[1]


def run(command: list[str], folder: Path | str = ROOT) -> str:
    """Run a program and return what it wrote; its failure ends us with its own words."""
    done = subprocess.run(command, cwd=folder, check=False, text=True, stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout


def main() -> None:
    """Lock, export, take out the hosts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take newer versions")
    arguments = parser.parse_args()
    uv = (
        os.environ.get("UV")
        or shutil.which("uv")
        or shutil.which("uv", path=str(Path(sys.executable).parent))
    )
    if uv is None:
        raise SystemExit("uv isn't installed: `pip install uv`, or name it in the environment variable UV.")
    before = LOCK.read_text() if LOCK.exists() else ""
    if before:
        LOCK.write_text(with_hosts(before, index_of(uv)))
    try:
        run([uv, "lock", *(["--upgrade"] if arguments.upgrade else [])])
        REQUIREMENTS.mkdir(exist_ok=True)
        for name, groups in EXPORTS.items():
            how = [
                "--frozen",
                "--format",
                "requirements-txt",
                "--no-emit-project",
                "--no-header",
                "--no-annotate",
            ]
            text = run([uv, "export", "--quiet", *how, *groups])
            (REQUIREMENTS / f"{name}.txt").write_text(
                "# Written by `make lock` from pyproject.toml.\n" + text
            )
        before = LOCK.read_text()
    finally:
        if before:
            LOCK.write_text(without_hosts(before))


if __name__ == "__main__":
    main()
