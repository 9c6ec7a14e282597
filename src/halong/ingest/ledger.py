"""Which files were taken in already, by the hash of their bytes: asked and written for many files at once."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field

from psycopg import AsyncConnection, OperationalError

from halong.ingest.batch import Outcome

NAME = 500
WRITE_EVERY_S = 0.3
Key = tuple[int, str]
logger = logging.getLogger(__name__)


@dataclass
class _Round:
    """Questions that go to the database together."""

    keys: list[Key] = field(default_factory=list)
    answer: "asyncio.Future[set[Key]] | None" = None


class FileLedger:
    """``knows`` waits for whoever asks at the same moment and sends one query; ``note`` is written soon after.

    A note that is lost with the process costs nothing: the file's readings are duplicates the next time.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AsyncConnection | None = None
        self._lock = asyncio.Lock()
        self._next = _Round()
        self._asker: asyncio.Task[None] | None = None
        self._notes: dict[Key, tuple[str, Outcome]] = {}
        self._writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write what is noted."""
        self._writer = asyncio.create_task(self._write_on())

    async def stop(self) -> None:
        """Write the rest and close."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        with contextlib.suppress(OperationalError):
            await self._write()
        if self._connection is not None:
            await self._connection.close()

    async def knows(self, source_id: int, digest: str) -> bool:
        """Whether this source has brought a file with this hash before. Raises OperationalError."""
        key = (source_id, digest)
        if key in self._notes:
            return True
        asked = self._next
        asked.keys.append(key)
        if asked.answer is None:
            asked.answer = asyncio.get_running_loop().create_future()
            if self._asker is None or self._asker.done():
                self._asker = asyncio.create_task(self._ask())
        return key in await asyncio.shield(asked.answer)

    def note(self, source_id: int, digest: str, name: str, outcome: Outcome) -> None:
        """Remember a file that is stored."""
        self._notes[source_id, digest] = (name[-NAME:].replace("\0", ""), outcome)

    async def _ask(self) -> None:
        while self._next.keys:
            asked, self._next = self._next, _Round()
            assert asked.answer is not None
            try:
                found = await self._query(asked.keys)
            except Exception as error:  # noqa: BLE001 -- handed to whoever asked
                asked.answer.set_exception(error)
                asked.answer.exception()  # seen, also when nobody waits any more
            else:
                asked.answer.set_result(found)

    async def _query(self, keys: list[Key]) -> set[Key]:
        async with self._lock:
            connection = await self._connected()
            rows = await connection.execute(
                "SELECT f.source_id, f.sha256 FROM ingest_receivedfile f"
                " JOIN unnest(%s::bigint[], %s::text[]) AS k(source_id, sha256) USING (source_id, sha256)",
                [[key[0] for key in keys], [key[1] for key in keys]],
            )
            return {(row[0], row[1]) for row in await rows.fetchall()}

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = await AsyncConnection.connect(self._url, autocommit=True)
        return self._connection

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self._write()
            except OperationalError as error:
                logger.debug("the ledger of files waits for the database: %s", error)

    async def _write(self) -> None:
        notes = dict(self._notes)
        if not notes:
            return
        async with self._lock:
            connection = await self._connected()
            async with connection.cursor() as cursor:
                await cursor.executemany(
                    "INSERT INTO ingest_receivedfile (source_id, sha256, name, received_at, accepted, quarantined)"
                    " SELECT s.id, %s, %s, now(), %s, %s FROM ingest_source s WHERE s.id = %s"
                    " ON CONFLICT DO NOTHING",
                    [
                        (digest, name, outcome.accepted + outcome.corrected, outcome.quarantined, source_id)
                        for (source_id, digest), (name, outcome) in notes.items()
                    ],
                )
        for key in notes:
            self._notes.pop(key, None)
