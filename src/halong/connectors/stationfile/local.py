"""A folder of this machine, or one that is mounted into it, as ``remote.Remote``."""

import asyncio
import errno
import os
import stat
from pathlib import Path

from halong.connectors.stationfile.remote import Entry


class LocalFolder:
    """Only plain files count: no link is followed, no device opened."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def entries(self, folder: str) -> list[Entry]:
        """What is in a folder."""
        return await asyncio.to_thread(self._list, folder)

    async def read(self, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of a file."""
        return await asyncio.to_thread(self._read, path, limit)

    async def remove(self, path: str) -> None:
        """Delete a file."""
        await asyncio.to_thread((self._root / path).unlink, missing_ok=True)

    async def move(self, path: str, target: str) -> None:
        """Rename a file within the folder."""
        await asyncio.to_thread(self._move, path, target)

    def _list(self, folder: str) -> list[Entry]:
        entries = []
        with os.scandir(self._root / folder) as found:
            for entry in found:
                path = f"{folder}/{entry.name}" if folder else entry.name
                try:
                    state = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISDIR(state.st_mode):
                    entries.append(Entry(path, is_folder=True))
                elif stat.S_ISREG(state.st_mode):
                    entries.append(Entry(path, False, state.st_size, str(state.st_mtime_ns)))
        return entries

    def _read(self, path: str, limit: int) -> bytes:
        handle = os.open(self._root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            return file.read(limit)

    def _move(self, path: str, target: str) -> None:
        place = self._root / target
        place.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while place.exists():  # an earlier file of that name stays
            number += 1
            place = place.with_name(f"{Path(target).stem}-{number}{Path(target).suffix}")
        (self._root / path).rename(place)
