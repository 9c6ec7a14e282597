"""What the tests need beyond Python: Chromium, Mosquitto and a second PostgreSQL, from Debian's packages.

``tools/debian.py`` installs what is missing when it may (root, apt-get), else says plainly what is missing.
``tools/debian.py --with-postgresql COMMAND…`` runs a command with ``HALONG_TEST_DATABASE_URL`` set to a fresh
server of Debian's PostgreSQL, which is gone afterwards.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql")
OLDEST, NEWEST = 15, 18


def postgresql() -> Path | None:
    """The programs of the oldest PostgreSQL that Halong supports and this machine has."""
    found = [BINARIES / str(major) / "bin" for major in range(OLDEST, NEWEST + 1)]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


def missing() -> dict[str, list[str]]:
    """What isn't there: purpose → Debian's packages that would do, the best first."""
    lacking = {}
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        lacking["Chromium (tests of the screens)"] = ["chromium"]
    if not (shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists()):
        lacking["Mosquitto (tests of MQTT)"] = ["mosquitto"]
    if postgresql() is None:
        lacking["a second PostgreSQL (tests of database, observations, migrations)"] = [
            "postgresql-15",
            "postgresql",
        ]
    return lacking


def install() -> None:
    """Install what is missing, and end with a failure that names it where that can't be done."""
    lacking = missing()
    if not lacking:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing from Debian's packages: {', '.join(lacking)}…", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        for packages in lacking.values():
            for package in packages:
                command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
                if (
                    subprocess.run(
                        command, check=False, env=environment, stdout=subprocess.DEVNULL
                    ).returncode
                    == 0
                ):
                    break
        lacking = missing()
    if lacking:
        names = " ".join(packages[0] for packages in lacking.values())
        print(
            "The tests need what this machine doesn't have and what couldn't be installed here:",
            file=sys.stderr,
        )
        for purpose in lacking:
            print(f"  - {purpose}", file=sys.stderr)
        raise SystemExit(f"On Debian, root installs it with: apt-get install {names}")


def with_postgresql(command: list[str]) -> int:
    """Run the command against a fresh server; its exit status is returned."""
    programs = postgresql()
    if programs is None:
        raise SystemExit("No PostgreSQL from Debian's packages was found.")
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    how = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="halong-pg-") as folder:
        shutil.chown(folder, user)
        data = f"{folder}/data"
        initdb = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "halong",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **how)
        settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100", "-k", folder]
        with Path(folder, "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *settings], cwd="/", stderr=log, **how
            )
        try:
            url = f"postgresql://halong@/halong?host={folder}&port=5432"
            until = time.monotonic() + 60
            while (
                subprocess.run(
                    [programs / "createdb", "-h", folder, "-U", "halong", "halong"],
                    check=False,
                    capture_output=True,
                ).returncode
                and time.monotonic() < until
            ):
                time.sleep(0.2)
            return subprocess.run(
                command, check=False, env=os.environ | {"HALONG_TEST_DATABASE_URL": url}
            ).returncode
        finally:
            server.send_signal(2)
            server.wait(30)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--with-postgresql"]:
        raise SystemExit(with_postgresql(sys.argv[2:]))
    install()
