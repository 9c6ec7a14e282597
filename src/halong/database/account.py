"""The system user that PostgreSQL runs as: it refuses root, so root lends it an unprivileged one."""

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halong.core.errors import HalongError

NAME = "halong"


class ClusterError(HalongError):
    """The embedded database can't be set up or used; the message says why and what to do."""

    kind, title = "embedded-database", "The embedded database can't be used"


@dataclass(frozen=True)
class Account:
    """A system user. ``switch`` tells whether we must change to it, which only root can."""

    uid: int
    gid: int
    switch: bool

    def popen(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that run a program as this user, without our terminal's environment."""
        keep = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
        same: dict[str, Any] = {"env": keep, "cwd": "/"}
        return same | {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else same

    def own(self, folder: Path) -> Path:
        """Create one folder for this user alone (0700), or leave the one that is there."""
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            if self.switch:
                os.chown(folder, self.uid, self.gid)
        return folder

    def can_pass(self, folder: Path) -> bool:
        """Can this user go through ``folder``? It is tried, not computed, so that ACLs and mounts count."""
        command = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
        return subprocess.run(command, check=False, capture_output=True, **self.popen()).returncode == 0

    def require_passage(self, folder: Path) -> None:
        """Refuse a place that this user can't reach, naming the folder in the way. Raises ClusterError."""
        for step in (*reversed(folder.parents), folder):
            if not self.can_pass(step):
                name = pwd.getpwuid(self.uid).pw_name
                raise ClusterError(
                    f"The database runs as the system user {name!r}, who can't pass through {step}. "
                    "Halong doesn't change the rights of folders that aren't its own: choose another "
                    f"HALONG_HOME (now {folder}), or allow it: chmod o+x {step}"
                )


def account_for(data: Path) -> Account:
    """Who runs PostgreSQL on the data folder ``data``.

    Ourselves; or, when we are root, the owner of existing data, the system user ``halong`` (made when the
    machine allows it), else ``nobody``.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and (found := data.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid, switch=True)
    return named(NAME) or _create() or unprivileged()


def named(name: str) -> Account | None:
    """The system user of this name, unless it is missing or root in disguise."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, switch=True) if entry.pw_uid else None


def unprivileged() -> Account:
    """The user for what leaves no trace on the machine: ourselves, or ``nobody`` when we are root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    found = named("nobody")
    if found is None:
        raise ClusterError(
            "PostgreSQL refuses to run as root, and there is no other system user: create one named halong."
        )
    return found


def _create() -> Account | None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        return None
    group = ["--gid", NAME] if _group_exists() else ["--user-group"]
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false"]
    subprocess.run([useradd, "--system", *nowhere, *group, NAME], capture_output=True, check=False)
    return named(NAME)


def _group_exists() -> bool:
    try:
        return bool(grp.getgrnam(NAME))
    except KeyError:
        return False
