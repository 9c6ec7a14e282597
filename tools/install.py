"""Installs hash-locked requirements with pip and says how far it is: ``tools/install.py run dev``."""

import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
# every package is pinned with its hashes; what builds one without a wheel is installed before, from build.txt
PIP = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-build-isolation"]
QUIET = ["--disable-pip-version-check", "--no-color", "--progress-bar", "off", "--requirement"]


def install(name: str) -> None:
    """Install one file of requirements; on failure show pip's words and end."""
    file = REQUIREMENTS / f"{name}.txt"
    total = len(re.findall(r"^[\w.-]+==", file.read_text(), re.MULTILINE))
    print(f"Installing Python packages: {name} (up to {total})…", flush=True)
    said, done = [], 0
    with subprocess.Popen(
        [*PIP, *QUIET, str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            found = re.match(r"Collecting ([\w.-]+)==(\S+)", line)
            if found:
                done += 1
                print(f"  {done}/{total} {found[1]} {found[2]}", flush=True)
            elif line.startswith("Installing collected packages"):
                print("  unpacking…", flush=True)
    if pip.returncode:
        sys.stderr.write("".join(said[-40:]))
        raise SystemExit(f"pip couldn't install {file.name}: see above. Is there a network?")


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        install(asked)
