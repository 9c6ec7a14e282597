"""What a sender sees of its account: a folder it can write to and look into, but not read from."""

import errno
import os
import stat
from pathlib import Path

from halong.ingest.server import INCOMING, Account, Upload

LONGEST = 400  # characters of a path


class Folder:
    """The files of one account, for whichever server shows them. Paths are real ones below ``account.folder``.

    A file that was taken in is gone from the disk, but its sender may still ask for its size, to be sure of it.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.root = account.folder

    def stat(self, path: str) -> os.stat_result:
        """What stands there, or what stood there a while ago. Raises OSError."""
        try:
            return os.lstat(path)
        except FileNotFoundError:
            seen = self.account.recent.get(path)
            if seen is None:
                raise
            mode = stat.S_IFREG | 0o600
            return os.stat_result((mode, 0, 0, 1, 0, 0, seen.size, int(seen.at), int(seen.at), int(seen.at)))

    def names(self, path: str) -> list[str]:
        """The names in a folder, those of files that were taken in a while ago among them. Raises OSError."""
        folder = Path(path)
        there = [entry.name for entry in folder.iterdir() if not entry.name.startswith(INCOMING)]
        gone = [name for name in map(Path, tuple(self.account.recent)) if name.parent == folder]
        return sorted({*there, *(name.name for name in gone)})

    def begin(self, path: str, *, keep: bool) -> Upload:
        """Start to receive a file. ``keep``: begin with what stands there (append, resume). Raises OSError."""
        if len(path) - len(str(self.root)) > LONGEST:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        if Path(path).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        upload = Upload(self.account, Path(path))
        if keep:
            upload.load(Path(path))
        return upload

    def remove(self, path: str) -> None:
        """Forget a file. One that was taken in stays taken in. Raises OSError."""
        if self.account.recent.pop(path, None) is None or os.path.lexists(path):
            Path(path).unlink()

    def rename(self, old: str, new: str) -> Path | None:
        """Give a file or folder another name; the new path of a file, None for a folder or what is already taken in.
        Raises OSError.
        """
        if not os.path.lexists(old) and old in self.account.recent:
            self.account.recent[new] = self.account.recent.pop(old)
            return None
        source, target = Path(old), Path(new)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        size = source.lstat().st_size
        source.replace(target)
        if target.is_dir():
            return None
        self.account.recent.pop(old, None)
        self.account.remember(target, size)
        return target
