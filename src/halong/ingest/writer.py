"""The other half of the pipeline, in a thread of its own: groups of submissions become transactions.

The thread has an event loop of its own, so that a writer's dialogue with PostgreSQL doesn't wait behind requests that are
being decoded, and the database is busy while the next readings are checked. A writer takes everything that is queued, up to
``GROUP_ROWS``, and commits it at once: under load, commits become few and large by themselves.
"""

import asyncio
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
import uvloop

from halong.core.errors import HalongError, Overloaded
from halong.ingest.batch import Outcome
from halong.ingest.check import Checked
from halong.ingest.counters import Counters
from halong.ingest.directory import Directory, SourceRef
from halong.ingest.flusher import Flusher
from halong.ingest.judge import Judge
from halong.ingest.quarantine import hold
from halong.observations.copy import Columns
from halong.observations.store import CORRECTED, DUPLICATE, Store

log = logging.getLogger(__name__)

T = TypeVar("T")
GROUP_ROWS = 5_000
MUCH_ROWS = 1_000  # waiting rows from which a second writer helps
RETRY_S = 10.0  # how long writers try to reach a database that went away, before submitters are told
SWITCH_S = 0.0005  # how soon a thread gives way to the other one


@dataclass(slots=True)
class Submission:
    """What one caller handed in, on its way to the disk."""

    source: SourceRef
    checked: Checked
    done: "asyncio.Future[Outcome]"

    def __len__(self) -> int:
        return len(self.checked.columns) + len(self.checked.rejected)


class Writer:
    """Writes what is ``put``; the submissions' futures are told in the loop that called ``start``."""

    def __init__(
        self, url: str, directory: Directory, counters: Counters, judge: Judge, *, writers: int
    ) -> None:
        self._url = url
        self._directory, self._counters, self._judge = directory, counters, judge
        self._flusher = Flusher(url, directory, counters, judge)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._queue: deque[Submission] = deque()
        self._put = self._taken = 0  # rows; each is changed by one thread only
        self._roused = False
        self._wake = [asyncio.Event() for _ in range(writers)]
        self._known_days: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._lookup: psycopg.AsyncConnection | None = None
        self._asking = asyncio.Lock()

    @property
    def waiting_rows(self) -> int:
        """How many rows are queued."""
        return self._put - self._taken

    @property
    def _running(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "the pipeline wasn't started"
        return self._loop

    async def start(self) -> None:
        """Connect, load the directory and the rules, begin to write."""
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
        self._home = asyncio.get_running_loop()
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="halong-ingest", daemon=True)
        self._thread.start()
        try:
            await self._over(self._begin())
        except BaseException:
            self._end_thread()
            raise

    async def stop(self) -> None:
        """Write what was put, flush, close, end the thread."""
        if self._thread is not None:
            await self._over(self._end())
            self._end_thread()

    def put(self, submission: Submission) -> None:
        """Queue a submission."""
        self._queue.append(submission)
        self._put += len(submission)
        if not self._roused:
            self._roused = True
            self._running.call_soon_threadsafe(self._rouse)

    def reload_soon(self) -> None:
        """Directory or rules changed."""
        self._running.call_soon_threadsafe(self._flusher.reload_soon)

    async def find(self, urns: Iterable[str], *, anew: bool = False) -> None:
        """Let the directory ask the database for things. Raises Overloaded."""
        await self._over(self._find(urns, anew=anew))

    async def _over(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the other thread do something, and wait for it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._running))

    def _end_thread(self) -> None:
        loop, thread = self._running, self._thread
        self._thread = None
        loop.call_soon_threadsafe(loop.stop)
        if thread is not None:
            thread.join()
        loop.close()

    async def _begin(self) -> None:
        await self._flusher.start()
        self._tasks = [asyncio.create_task(self._write_forever(number)) for number in range(len(self._wake))]

    async def _end(self) -> None:
        self._closing = True
        self._rouse()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._flusher.stop()
        if self._lookup is not None:
            await self._lookup.close()

    def _rouse(self) -> None:
        self._roused = False  # first, so that what is put from now on rouses again
        for number, wake in enumerate(self._wake):
            if self._is_for(number) or self._closing:
                wake.set()

    async def _find(self, urns: Iterable[str], *, anew: bool) -> None:
        async with self._asking:
            try:
                if self._lookup is None or self._lookup.closed:
                    self._lookup = await psycopg.AsyncConnection.connect(
                        self._url, autocommit=True, application_name="halong-ingest"
                    )
                await self._directory.find(self._lookup, urns, anew=anew)
            except psycopg.OperationalError as error:
                raise Overloaded("the database can't be reached") from error

    def _is_for(self, number: int) -> bool:
        """Whether there is work for a writer: the second helps when much is waiting, so that groups stay large."""
        return bool(self._queue) and self.waiting_rows >= number * MUCH_ROWS

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
        self._taken += rows
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
                        self._url, application_name="halong-ingest"
                    )
                await self._write(connection, group)
            except psycopg.OperationalError as error:
                self._judge.forget(group_series(group))
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
        self._judge.forget(group_series(group))
        if connection is not None and not connection.closed:
            with suppress(psycopg.Error):
                await connection.rollback()
        if len(group) == 1 or isinstance(error, Overloaded):
            if not isinstance(error, HalongError):
                log.error("Readings could not be written.", exc_info=error)
            for submission in group:
                self._counters.add_error(submission.source.id)
            self._tell([(submission, error) for submission in group])
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
        await self._judge.judge(connection, columns, fates, impossible)
        await connection.commit()
        self._flusher.note(columns)
        at = 0
        outcomes: list[tuple[Submission, Outcome | Exception]] = []
        for submission in group:
            size = len(submission.checked.columns)
            outcome = _outcome(size, fates[at : at + size] if fates is not None else None)
            outcome.quarantined = len(submission.checked.rejected)
            at += size
            self._counters.add(submission.source.id, outcome, pushed=submission.source.pushed)
            outcomes.append((submission, outcome))
        self._tell(outcomes)

    def _tell(self, outcomes: "Sequence[tuple[Submission, Outcome | Exception]]") -> None:
        assert self._home is not None
        with suppress(RuntimeError):  # the loop of the submitters is closed: nobody waits any more
            self._home.call_soon_threadsafe(_settle, outcomes)


def _settle(outcomes: "Sequence[tuple[Submission, Outcome | Exception]]") -> None:
    for submission, outcome in outcomes:
        if submission.done.done():  # a caller that gave up is no reason to fail
            continue
        if isinstance(outcome, Exception):
            submission.done.set_exception(outcome)
        else:
            submission.done.set_result(outcome)


def group_series(group: Sequence[Submission]) -> set[int]:
    """The series that a group of submissions speaks of."""
    return {series_id for submission in group for series_id in submission.checked.columns.series}


def _outcome(size: int, fates: bytearray | None) -> Outcome:
    if fates is None:
        return Outcome(accepted=size)
    duplicate, corrected = fates.count(DUPLICATE), fates.count(CORRECTED)
    return Outcome(accepted=size - duplicate - corrected, duplicate=duplicate, corrected=corrected)
