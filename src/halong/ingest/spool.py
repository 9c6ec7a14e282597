"""Files that senders put on this machine (FTP, SFTP): each is safe before its sender is told that it arrived.

A file is written under a hidden name and renamed when it is whole. It is then taken in at once, and the sender's "226" or
"close" waits for the commit. When the database is away or busy, the file is synced to disk and left in the source's folder
instead; ``work`` takes it in as soon as that is possible, also after a restart. Names that end like an unfinished upload
are left alone until the sender renames them.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import Error as OrmError
from psycopg import Error as DatabaseError

from halong.core.errors import Overloaded
from halong.ingest.connector import Delivery
from halong.ingest.quarantine import digest_of
from halong.ingest.reception import Active, Reception, too_large
from halong.ingest.server import INCOMING, LARGEST, is_unfinished

DIRECT_S = 8.0  # seconds that a sender waits for the commit before its file is left to the spool
RETRY_S = 2.0
HEAD = 65_536  # bytes of a file that is too large which are kept with its record
TIDY_S = 6 * 3600
ABANDONED_S = 7 * 24 * 3600  # an unfinished upload that nobody touched for so long is removed
AWAY = (Overloaded, DatabaseError, OrmError, OSError)  # what passes: the database or the disk
logger = logging.getLogger(__name__)


class Spool:
    """The folders of all sources that senders put files into."""

    def __init__(self, root: Path, held: Path, reception: Reception) -> None:
        self._root = root
        self._held = held
        self._reception = reception
        self._sources: dict[int, Active] = {}
        self._busy: set[Path] = set()
        self._hopeless: set[Path] = set()  # files that this process tried and could not make anything of
        self._waiting = asyncio.Event()

    def update(self, sources: dict[int, Active]) -> None:
        """The sources whose files can be taken in now. Files of others wait."""
        self._sources = sources
        self._waiting.set()

    def folder(self, source_id: int) -> Path:
        """The folder of a source, made when missing."""
        place = self._root / str(source_id)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    async def receive(self, source: Active, file: Path) -> None:
        """Take a whole file in. Returns when its content is committed, or the file synced to disk."""
        self._busy.add(file)
        try:
            async with asyncio.timeout(DIRECT_S):
                await self._take(source, file)
        except (*AWAY, TimeoutError) as error:
            await asyncio.to_thread(_sync, file)
            logger.info("source %s: %s waits (%s)", source.name, file.name, type(error).__name__)
            self._waiting.set()
        finally:
            self._busy.discard(file)

    async def work(self) -> None:
        """Take in what waits, for ever: first what an earlier process left."""
        self._waiting.set()
        tidied = -float(TIDY_S)
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiting.wait(), TIDY_S)
            self._waiting.clear()
            if time.monotonic() - tidied > TIDY_S:
                await asyncio.to_thread(self._tidy)
                tidied = time.monotonic()
            if not await self._round():
                await asyncio.sleep(RETRY_S)
                self._waiting.set()

    async def _round(self) -> bool:
        """One pass over the folders; whether nothing had to be left."""
        clean = True
        for source_id, file in await asyncio.to_thread(lambda: list(self._files())):
            source = self._sources.get(source_id)
            if source is None or file in self._busy or file in self._hopeless:
                continue
            self._busy.add(file)
            try:
                await self._take(source, file)
            except FileNotFoundError:
                continue
            except AWAY as error:
                logger.debug("source %s: %s still waits: %s", source.name, file.name, error)
                clean = False
                break
            except Exception:
                logger.exception(
                    "source %s: %s can't be taken in; it stays in the spool", source.name, file.name
                )
                self._hopeless.add(file)
            finally:
                self._busy.discard(file)
        return clean

    async def _take(self, source: Active, file: Path) -> None:
        delivery = self._read(source, file)
        await self._reception.take(source, delivery)
        self._settle(delivery, file)

    def _read(self, source: Active, file: Path) -> Delivery:
        """The file's content, or the beginning of one that is too large to be read into memory."""
        limit = int(source.connector.settings.get("max_bytes", LARGEST))
        size = file.stat().st_size
        name = str(file.relative_to(self.folder(source.id)))
        with file.open("rb") as opened:
            if size > limit:
                return Delivery(opened.read(HEAD), name, whole_size=size)
            return Delivery(opened.read(limit), name, once=True)

    def _settle(self, delivery: Delivery, file: Path) -> None:
        """Remove a file that was taken in. One too large for the quarantine's table stays whole on disk, by the digest
        of its record.
        """
        if delivery.whole_size is not None:
            self._held.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                file.replace(self._held / digest_of(too_large(delivery)))
        file.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[int, Path]]:
        for folder in sorted(self._root.iterdir()) if self._root.exists() else ():
            if folder.name.isdigit():
                for path in sorted(folder.rglob("*")):
                    if path.is_file() and not is_unfinished(path.name):
                        yield int(folder.name), path

    def _tidy(self) -> None:
        """Remove what an earlier process had begun and told nobody to be safe, uploads that were given up, and folders
        of past days.
        """
        now = time.time()
        for folder in self._root.iterdir() if self._root.exists() else ():
            for path in sorted(folder.rglob("*"), reverse=True):
                with contextlib.suppress(OSError):
                    idle = now - path.stat().st_mtime
                    if path.is_dir():
                        if idle > ABANDONED_S:
                            path.rmdir()  # refuses where something waits
                    elif idle > ABANDONED_S and is_unfinished(path.name):
                        path.unlink()

    def begin(self) -> None:
        """Remove what an earlier process was writing: its sender was never told that it arrived."""
        for path in self._root.glob(f"*/{INCOMING}*"):
            path.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    """Make a file and its name last through a loss of power."""
    for path in (file, *file.parents):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if path.name == "spool":
            break
