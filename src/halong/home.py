"""Where an installation keeps what is its own: the folder ``HALONG_HOME`` and the secrets in it.

Rights: the home itself is 0700, or 0711 when root runs Halong, because PostgreSQL never runs as root and its
user must be able to pass through. What is private inside has its own 0700 folders. Rights of folders that
existed before and hold other things are never changed.
"""

import fcntl
import os
import secrets
from pathlib import Path

LIVE = "live"  # a file that ``halong go-live`` leaves
EXERCISE = "exercise.json"
OWN = frozenset({"secrets", "postgres", "logs", "backups", "files", "halong.pid", LIVE, EXERCISE})


class HomeError(Exception):
    """The data folder can't be used; the message says why and what to do about it."""


def path() -> Path:
    """The data folder's absolute path, of which nothing is created.

    ``HALONG_HOME``, else ``/var/lib/halong`` for root and ``~/.halong`` for others.
    """
    named = os.environ.get("HALONG_HOME")
    if named:
        return Path(named).expanduser().absolute()
    return Path("/var/lib/halong") if os.geteuid() == 0 else Path.home() / ".halong"


def home() -> Path:
    """The data folder, created with its missing parents when it isn't there. Raises HomeError."""
    return prepare(path())


def prepare(place: Path) -> Path:
    """Make ``place`` usable as a data folder and return it. Raises HomeError when it is not ours to use.

    A folder is ours when it was made here, is empty, or holds what Halong made before.
    """
    try:
        for missing in reversed([p for p in (place, *place.parents) if not p.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(_mode())
        if not place.is_dir():
            raise HomeError(f"HALONG_HOME {place} is not a folder.")
        found = place.stat()
        if os.geteuid() == 0 and found.st_uid == 0 and not found.st_mode & 0o001 and _is_ours(place):
            place.chmod(_mode())
    except OSError as error:
        raise HomeError(f"HALONG_HOME {place} can't be made: {error.strerror} ({error.filename}).") from error
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise HomeError(
            f"HALONG_HOME {place} belongs to another user. Run Halong as that user, or choose another."
        )
    return place


def is_live() -> bool:
    """Whether ``halong go-live`` was run here: nothing simulated or illustrative belongs in this installation any more."""
    return (path() / LIVE).exists()


def is_exercise() -> bool:
    """Whether this data folder was made for an exercise; it stays one for ever, so that nothing of it is taken for real."""
    return (path() / EXERCISE).exists()


def private(name: str, within: Path | None = None) -> Path:
    """The folder ``name`` of the data folder with mode 0700, created when missing."""
    folder = (within or home()) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret(name: str, within: Path | None = None) -> str:
    """The secret ``name`` of this installation: 43 random URL-safe characters (256 bits), mode 0600.

    It is made on first use. Two processes that ask at the same moment get the same one.
    """
    file = private("secrets", within) / name
    if not file.exists():
        draft = file.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(32))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)  # fails when another process was first, whose secret is then the one
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()


def running_pid() -> int | None:
    """The process id of the ``halong run`` on the data folder, told by the lock that it holds; None when stopped."""
    try:
        with (path() / "halong.pid").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0)
    except FileNotFoundError:
        pass
    return None


def _mode() -> int:
    return 0o711 if os.geteuid() == 0 else 0o700


def _is_ours(place: Path) -> bool:
    names = {entry.name for entry in place.iterdir()}
    return not names or bool(names & OWN)
