"""The one way in: match, check, store, judge, and only then acknowledge.

Submissions are checked in the event loop, queued, and written by a few writers. A writer takes everything that is
queued, up to ``GROUP_ROWS``, writes it in one transaction, commits, and only then tells the submitters: under load,
commits become few and large by themselves. Nothing that was acknowledged lives in memory alone: what is flushed once a
second (``latest``, counts) can be computed again from what was committed.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from asgiref.sync import sync_to_async

from halong.core.bus import Bus, conninfo
from halong.core.errors import HalongError, Overloaded
from halong.database import health
from halong.ingest.batch import Batch, Observation, Outcome, Rejected
from halong.ingest.check import EPOCH_S, Checked, Item, check, reject_unknown, times_of
from halong.ingest.counters import Counters
from halong.ingest.directory import Directory, SourceRef, allows, source_ref
from halong.ingest.flusher import Flusher
from halong.ingest.judge import Judge
from halong.ingest.quarantine import hold
from halong.ingest.things import ensure_things_in_thread
from halong.observations.copy import Columns
from halong.observations.store import CORRECTED, DUPLICATE, Store

__all__ = ["Pipeline", "SourceRef", "source_ref"]

log = logging.getLogger(__name__)

GROUP_ROWS = 20_000
MUCH_ROWS = 1_000
RETRY_S = 10.0  # how long writers try to reach a database that went away, before submitters are told


@dataclass(slots=True)
class Submission:
    """What one caller handed in, on its way to the disk."""

    source: SourceRef
    checked: Checked
    done: "asyncio.Future[Outcome]"

    def __len__(self) -> int:
        return len(self.checked.columns) + len(self.checked.rejected)


class Pipeline:
    """``await start()``, any number of concurrent ``submit``s, ``await stop()`` (drains)."""

    def __init__(
        self, url: str | None = None, *, writers: int = 2, queue_rows: int = 100_000, bus: Bus | None = None
    ) -> None:
        """``url``: libpq connection string, by default of Django's database. ``bus``: one to listen on, started by its owner
        after our ``start``; by default one of our own.
        """
        self.url = url or conninfo()
        self.directory = Directory()
        self.counters = Counters()
        self.judge = Judge()
        self._flusher = Flusher(self.url, self.directory, self.counters, self.judge)
        self._bus, self._own_bus = bus or Bus(self.url), bus is None
        self._queue_rows = queue_rows
        self._queue: deque[Submission] = deque()
        self._queued_rows = 0
        self._wake = [asyncio.Event() for _ in range(writers)]
        self._known_days: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._lookup: psycopg.AsyncConnection | None = None
        self._asking = asyncio.Lock()

    async def start(self) -> None:
        """Connect, load the directory and the rules, begin to write."""
        await self._flusher.start()
        self._bus.listen("halong_directory", lambda _payload: self._flusher.reload_soon())
        if self._own_bus:
            await self._bus.start()
        self._tasks = [asyncio.create_task(self._write_forever(number)) for number in range(len(self._wake))]

    async def stop(self) -> None:
        """Refuse new submissions, write what was taken in, flush, close."""
        self._closing = True
        for wake in self._wake:
            wake.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._own_bus:
            await self._bus.stop()
        await self._flusher.stop()
        if self._lookup is not None:
            await self._lookup.close()

    async def submit(
        self, observations: Sequence[Observation], source: SourceRef, *, origin: str = ""
    ) -> Outcome:
        """Store readings; returns after commit. ``origin`` tells where they came from (a file, a topic).

        Raises Overloaded when the queue or the disk is full, or the database can't be reached.
        """
        return await self.submit_batch(Batch(observations=list(observations)), source, origin=origin)

    async def submit_batch(self, batch: Batch, source: SourceRef, *, origin: str = "") -> Outcome:
        """Open what ``batch.things`` names and doesn't exist, store the readings, hold what was rejected; one commit."""
        self._refuse_overload()
        if missing := [thing for thing in batch.things if self._lacks(thing.urn, thing.properties)]:
            await sync_to_async(ensure_things_in_thread, thread_sensitive=False)(missing, source)
            await self._find({thing.urn for thing in missing}, anew=True)
        origins = [f"{origin}:{n + 1}" for n in range(len(batch.observations))] if origin else ()
        times = times_of(batch.observations)
        return await self.submit_items(
            batch.observations, times, source, rejected=batch.rejected, origins=origins
        )

    async def submit_items(
        self,
        items: Sequence[Item],
        times: Sequence[int],
        source: SourceRef,
        *,
        rejected: Sequence[Rejected] = (),
        origins: Sequence[str] = (),
    ) -> Outcome:
        """The same for readings in any form, with their times in microseconds since 2000 (see ``ingest.check``)."""
        self._refuse_overload()
        now_us = int((time.time() - EPOCH_S) * 1_000_000)
        checked = check(items, times, self.directory, source, now_us, origins)
        if checked.unknown:
            checked = await self._ask(checked, items, times, source, now_us, origins)
        checked.rejected.extend(rejected)
        if not checked.columns and not checked.rejected:
            self.counters.add(source.id, Outcome(), pushed=source.pushed)
            return Outcome()
        submission = Submission(source, checked, asyncio.get_running_loop().create_future())
        self._queue.append(submission)
        self._queued_rows += len(submission)
        for number, wake in enumerate(self._wake):
            if self._is_for(number):
                wake.set()
        return await submission.done

    async def are_foreign(self, urns: set[str], source: SourceRef) -> bool:
        """Whether these are things that exist, all of them, and that the source may not write to, any of them."""
        if unknown := urns - self.directory.things.keys():
            await self._find(unknown)
        things = self.directory.things
        return bool(urns) and all(urn in things and not allows(source, things[urn]) for urn in urns)

    def _refuse_overload(self) -> None:
        if self._closing:
            raise Overloaded("Halong is stopping", retry_after=5)
        if self._queued_rows >= self._queue_rows:
            raise Overloaded("more readings are waiting than can be written", retry_after=2)
        if not health.storage_ok():
            raise Overloaded("the disk is nearly full", retry_after=60)

    def _lacks(self, urn: str, properties: Sequence[tuple[str, str]]) -> bool:
        thing = self.directory.things.get(urn)
        return thing is None or any(name not in thing.series for name, _unit in properties)

    async def _ask(
        self,
        checked: Checked,
        items: Sequence[Item],
        times: Sequence[int],
        source: SourceRef,
        now_us: int,
        origins: Sequence[str],
    ) -> Checked:
        """Ask the database about unknown things, and judge again."""
        await self._find(checked.unknown)
        known = self.directory.lookup(source)
        if any(urn in known for urn in checked.unknown):  # perhaps found by somebody who asked with us
            checked = check(items, times, self.directory, source, now_us, origins)
        reject_unknown(checked, items, times, self.directory.things, source, origins)
        return checked

    async def _find(self, urns: "set[str] | dict[str, list[int]]", *, anew: bool = False) -> None:
        async with self._asking:
            try:
                if self._lookup is None or self._lookup.closed:
                    self._lookup = await psycopg.AsyncConnection.connect(
                        self.url, autocommit=True, application_name="halong-ingest"
                    )
                await self.directory.find(self._lookup, urns, anew=anew)
            except psycopg.OperationalError as error:
                raise Overloaded("the database can't be reached") from error

    def _is_for(self, number: int) -> bool:
        """Whether there is work for a writer: the second helps when much is waiting, so that groups stay large."""
        return bool(self._queue) and self._queued_rows >= number * MUCH_ROWS

    async def _write_forever(self, number: int) -> None:
        """A writer: take everything that is queued, write it, tell the submitters; until closing and empty."""
        connection: psycopg.AsyncConnection | None = None
        while group := await self._take(number):
            try:
                connection = await self._write_or_retry(connection, group)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the submitters must hear of it
                connection = await self._write_apart(connection, group, error)
        if connection is not None:
            await connection.close()

    async def _take(self, number: int) -> list[Submission]:
        while not (self._is_for(number) or self._closing):
            self._wake[number].clear()
            await self._wake[number].wait()
        group: list[Submission] = []
        rows = 0
        while self._queue and (not group or rows + len(self._queue[0]) <= GROUP_ROWS):
            group.append(self._queue.popleft())
            rows += len(group[-1])
        self._queued_rows -= rows
        return group

    async def _write_or_retry(
        self, connection: psycopg.AsyncConnection | None, group: list[Submission]
    ) -> psycopg.AsyncConnection:
        """Write a group, connecting anew when the database went away: to repeat a write is harmless."""
        until = time.monotonic() + RETRY_S
        while True:
            try:
                if connection is None or connection.closed:
                    connection = await psycopg.AsyncConnection.connect(
                        self.url, application_name="halong-ingest"
                    )
                await self._write(connection, group)
            except psycopg.OperationalError as error:
                self.judge.forget(group_series(group))
                if connection is not None:
                    with suppress(psycopg.Error):
                        await connection.rollback()
                if time.monotonic() > until:
                    raise Overloaded("the database can't be reached") from error
                await asyncio.sleep(0.2)
            else:
                return connection

    async def _write_apart(
        self, connection: psycopg.AsyncConnection | None, group: list[Submission], error: Exception
    ) -> psycopg.AsyncConnection | None:
        """One submission of a group may have spoilt it: write each for itself, and tell whose fault it is."""
        self.judge.forget(group_series(group))
        if connection is not None and not connection.closed:
            with suppress(psycopg.Error):
                await connection.rollback()
        if len(group) == 1 or isinstance(error, Overloaded):
            if not isinstance(error, HalongError):
                log.error("Readings could not be written.", exc_info=error)
            for submission in group:
                self.counters.add_error(submission.source.id)
                if not submission.done.done():
                    submission.done.set_exception(error)
            return connection
        for submission in group:
            try:
                connection = await self._write_or_retry(connection, [submission])
            except Exception as own:  # noqa: BLE001 -- told to its submitter
                connection = await self._write_apart(connection, [submission], own)
        return connection

    async def _write(self, connection: psycopg.AsyncConnection, group: list[Submission]) -> None:
        """One transaction, then the good news."""
        columns = group[0].checked.columns if len(group) == 1 else Columns()
        if len(group) > 1:
            for submission in group:
                columns.extend(submission.checked.columns)
        fates = None
        if columns:
            fates = (await Store(connection, self._known_days).write(columns)).fates
        if parts := [(one.source.id, part) for one in group for part in one.checked.rejected]:
            await hold(connection, parts)
        impossible = [row for one in group for row in one.checked.impossible]
        await self.judge.judge(connection, columns, fates, impossible)
        await connection.commit()
        self._flusher.note(columns)
        at = 0
        for submission in group:
            size = len(submission.checked.columns)
            outcome = _outcome(size, fates[at : at + size] if fates is not None else None)
            outcome.quarantined = len(submission.checked.rejected)
            at += size
            self.counters.add(submission.source.id, outcome, pushed=submission.source.pushed)
            if not submission.done.done():  # a caller that gave up is no reason to fail
                submission.done.set_result(outcome)


def group_series(group: Sequence[Submission]) -> set[int]:
    """The series that a group of submissions speaks of."""
    return {series_id for submission in group for series_id in submission.checked.columns.series}


def _outcome(size: int, fates: bytearray | None) -> Outcome:
    if fates is None:
        return Outcome(accepted=size)
    duplicate, corrected = fates.count(DUPLICATE), fates.count(CORRECTED)
    return Outcome(accepted=size - duplicate - corrected, duplicate=duplicate, corrected=corrected)
