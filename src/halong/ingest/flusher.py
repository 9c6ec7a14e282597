"""What ingest does for many readings together: newest values, counts, telling the screens.

A reading after a quiet moment is told at once. Rounds then follow each other after ten times as long as they take, at
least a fifth of a second and at most a second: screens are quick while there is little to do, and a load isn't made heavier.

All of it can be lost with the process: the roll-up job writes ``latest``, too, from what was committed.
"""

import asyncio
import json
import logging
import time
from collections.abc import Iterable
from contextlib import suppress

import psycopg

from halong.core.live import CHANNEL
from halong.ingest.counters import Counters, write_counts
from halong.ingest.directory import Directory
from halong.ingest.judge import Judge
from halong.observations.copy import Columns
from halong.observations.store import write_latest

log = logging.getLogger(__name__)

LEAST_S, MOST_S = 0.2, 1.0  # between two rounds
SHARE = 10  # times as long as a round took, the next one waits
TOGETHER_S = 0.2  # changes that come together are read together
RULES_ANEW_S = 60.0  # rules come into force and leave it by date
KEYS_A_MESSAGE = 600  # a notification holds 8,000 bytes

Newest = dict[int, tuple[int, float, int]]


class Flusher:
    """Keeps what is due and writes it in a task of its own, over a connection of its own."""

    def __init__(self, url: str, directory: Directory, counters: Counters, judge: Judge) -> None:
        self._url = url
        self._directory, self._counters, self._judge = directory, counters, judge
        self._batches: list[Columns] = []
        self._wake = asyncio.Event()
        self._stale = False
        self._stopping = asyncio.Event()
        self._rules_read = 0.0
        self._pause_s = LEAST_S
        self._connection: psycopg.AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load directory and rules, then flush again and again."""
        await self._reload(await self._connected())
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Flush a last time and close."""
        self._stopping.set()
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._connection is not None:
            await self._connection.close()

    def note(self, columns: Columns) -> None:
        """Readings that were committed."""
        if columns:
            self._batches.append(columns)
            self._wake.set()

    def reload_soon(self) -> None:
        """Directory or rules changed."""
        self._stale = True
        self._wake.set()

    async def _run(self) -> None:
        last = False
        while not last:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), MOST_S - self._pause_s)
            self._wake.clear()
            last = self._stopping.is_set()
            if self._stale and not last:
                await asyncio.sleep(TOGETHER_S)
            began = time.monotonic()
            try:
                connection = await self._connected()
                if self._stale or time.monotonic() - self._rules_read > RULES_ANEW_S:
                    self._stale = False
                    await self._reload(connection)
                await self._flush(connection)
            except psycopg.Error as error:
                log.warning("What is due could not be done (%s); trying again.", error)
                self._stale = True  # what the database told us meanwhile is unknown
                await asyncio.sleep(0.5)
            self._pause_s = min(MOST_S, max(LEAST_S, SHARE * (time.monotonic() - began)))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._pause_s)

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, application_name="halong-ingest"
            )
        return self._connection

    async def _reload(self, connection: psycopg.AsyncConnection) -> None:
        await self._directory.load(connection)
        await self._judge.load(connection)
        self._rules_read = time.monotonic()

    async def _flush(self, connection: psycopg.AsyncConnection) -> None:
        await self._judge.refresh(connection)
        batches, self._batches = self._batches, []
        minutes, heard = self._counters.take()
        if not batches and not minutes:
            return
        try:
            async with connection.transaction():
                newest = newest_of(batches)
                if newest:
                    await write_latest(connection, newest)
                await write_counts(connection, minutes, heard)
                await self._tell(connection, newest)
        except psycopg.Error:
            self._batches = batches + self._batches
            self._counters.give_back(minutes, heard)
            raise

    async def _tell(self, connection: psycopg.AsyncConnection, newest: Newest) -> None:
        entity_of = self._directory.entity_of
        entities = sorted({entity_of[series_id] for series_id in newest if series_id in entity_of})
        messages: list[list[str | list[int]]] = [["sources", ""]]
        if entities:
            messages += [["panorama", ""], ["public", ""]]
        for start in range(0, len(entities), KEYS_A_MESSAGE):
            messages.append(["entity", entities[start : start + KEYS_A_MESSAGE]])
        for message in messages:
            await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(message)])


def newest_of(batches: Iterable[Columns]) -> Newest:
    """The newest reading of each series; of several with the same time the last one."""
    newest: Newest = {}
    for columns in batches:
        for series_id, at, value, quality in zip(
            columns.series, columns.times, columns.values, columns.qualities, strict=True
        ):
            have = newest.get(series_id)
            if have is None or have[0] <= at:
                newest[series_id] = (at, value, quality)
    return newest
