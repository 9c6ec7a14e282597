"""What servers of connectors share: accounts, uploads that become visible when they are whole, and names of
unfinished ones.
"""

import errno
import os
import secrets
import shutil
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".temp", ".uploading", ".crdownload", "~")
INCOMING = ".incoming-"
LARGEST = 256_000_000  # bytes of one file; what is larger is refused while it comes in
FULL = 200_000_000  # bytes of free disk below which nothing more is accepted
RECENT = 2_000  # files a sender may still ask about
USED_S = 5.0  # seconds for which the sum of an account's waiting bytes is believed

Receive = Callable[[Path], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Seen:
    """What a sender may ask about a file that it brought: its size and when."""

    size: int
    at: float


@dataclass
class Account:
    """Who may put files where: one source. ``receive(file)`` returns when the file is safe."""

    source_id: int
    user: str
    password: str  # its hash (``ingest.secrets``); empty: no password is right
    public_keys: str  # lines of authorized_keys
    folder: Path
    quota: int
    receive: Receive
    require_tls: bool = False
    recent: "OrderedDict[str, Seen]" = field(default_factory=OrderedDict)
    _used: tuple[float, int] = (0.0, 0)

    def room(self) -> int:
        """Bytes that one more file may have: none when the quota is used up or the disk nearly full."""
        if time.monotonic() - self._used[0] > USED_S:
            waiting = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
            self._used = (time.monotonic(), waiting)
        if shutil.disk_usage(self.folder).free < FULL:
            return 0
        return max(0, min(LARGEST, self.quota - self._used[1]))

    def remember(self, path: Path, size: int) -> None:
        """Note a file that came in, so that its sender can ask whether all of it did."""
        self.recent[str(path)] = Seen(size, time.time())
        self.recent.move_to_end(str(path))
        while len(self.recent) > RECENT:
            self.recent.popitem(last=False)


class Upload:
    """A file on its way in: written under a hidden name in the account's folder. ``name`` is where it will stand."""

    def __init__(self, account: Account, target: Path) -> None:
        room = account.room()
        if room == 0:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        self.name = str(target)
        self.target = target
        self.hidden = account.folder / f"{INCOMING}{secrets.token_hex(8)}"
        self.size = 0
        self._account = account
        self._room = room
        self._file = self.hidden.open("w+b", buffering=0)

    @property
    def closed(self) -> bool:
        """Whether no more can be written."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Append. Raises OSError when the file is too large."""
        return self.write_at(self._file.tell(), data)

    def write_at(self, offset: int, data: bytes) -> int:
        """Write at a place. Raises OSError as ``write`` does."""
        if offset + len(data) > self._room:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        self._file.seek(offset)
        self._file.write(data)
        self.size = max(self.size, offset + len(data))
        return len(data)

    def load(self, existing: Path) -> None:
        """Begin with what stands in a file, to be appended to or resumed."""
        if existing.is_file():
            self.write(existing.read_bytes())

    def seek(self, offset: int) -> int:
        """Go to a place."""
        return self._file.seek(offset)

    def close(self) -> None:
        """No more is written."""
        self._file.close()

    def finish(self) -> Path:
        """Give the file its name; what stood there before is replaced."""
        self.close()
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.hidden.replace(self.target)
        self._account.remember(self.target, self.size)
        return self.target

    def drop(self) -> None:
        """Forget what was written."""
        self.close()
        self.hidden.unlink(missing_ok=True)


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file isn't whole yet."""
    bare = PurePosixPath(name).name.lower()
    return bare.startswith(".") or bare.endswith(UNFINISHED)


class Server(ABC):
    """One listening server for all sources of one kind; each source is an account of it."""

    @abstractmethod
    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""

    @abstractmethod
    def update(self, accounts: Mapping[str, Account]) -> None:
        """Who may sign in from now on, by user name. A session of an account that is gone can bring nothing more."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop listening and end every session."""
