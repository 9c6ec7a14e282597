"""The one way in: match, check, store, judge, and only then acknowledge.

Submissions are checked in the caller's event loop, queued, and written in groups by ``ingest.writer``; a submitter hears of
it after the commit. Nothing that was acknowledged lives in memory alone: what is flushed once a second (``latest``,
counts) can be computed again from what was committed.
"""

import asyncio
import time
from collections.abc import Sequence

from asgiref.sync import sync_to_async

from halong.core.bus import Bus, conninfo
from halong.core.errors import Overloaded
from halong.database import health
from halong.ingest.batch import Batch, Observation, Outcome, Rejected
from halong.ingest.check import EPOCH_S, Checked, Item, check, reject_unknown, times_of
from halong.ingest.counters import Counters
from halong.ingest.directory import Directory, SourceRef, allows, source_ref
from halong.ingest.judge import Judge
from halong.ingest.records import take_records_in_thread
from halong.ingest.things import ensure_things_in_thread
from halong.ingest.writer import Submission, Writer

__all__ = ["Pipeline", "SourceRef", "source_ref"]


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
        self._writer = Writer(self.url, self.directory, self.counters, self.judge, writers=writers)
        self._bus, self._own_bus = bus or Bus(self.url), bus is None
        self._queue_rows = queue_rows
        self._closing = False

    async def start(self) -> None:
        """Connect, load the directory and the rules, begin to write."""
        await self._writer.start()
        self._bus.listen("halong_directory", lambda _payload: self._writer.reload_soon())
        if self._own_bus:
            await self._bus.start()

    async def stop(self) -> None:
        """Refuse new submissions, write what was taken in, flush, close."""
        self._closing = True
        if self._own_bus:
            await self._bus.stop()
        await self._writer.stop()

    async def submit(
        self, observations: Sequence[Observation], source: SourceRef, *, origin: str = ""
    ) -> Outcome:
        """Store readings; returns after commit. ``origin`` tells where they came from (a file, a topic).

        Raises Overloaded when the queue or the disk is full, or the database can't be reached.
        """
        return await self.submit_batch(Batch(observations=list(observations)), source, origin=origin)

    async def submit_batch(self, batch: Batch, source: SourceRef, *, origin: str = "") -> Outcome:
        """Open what ``batch.things`` names and doesn't exist, store the readings, hold what was rejected; one commit.

        Records go to their takers before that, each with a commit of its own.
        """
        self._refuse_overload()
        if missing := [thing for thing in batch.things if self._lacks(thing.urn, thing.properties)]:
            await sync_to_async(ensure_things_in_thread, thread_sensitive=False)(missing, source)
            await self._writer.find({thing.urn for thing in missing}, anew=True)
        taken, rejected = Outcome(), batch.rejected
        if batch.records:
            take = sync_to_async(take_records_in_thread, thread_sensitive=False)
            taken, refused = await take(batch.records, source.id)
            rejected = [*rejected, *refused]
            self.counters.add_taken(source.id, taken)
        origins = [f"{origin}:{n + 1}" for n in range(len(batch.observations))] if origin else ()
        times = times_of(batch.observations)
        stored = await self.submit_items(
            batch.observations, times, source, rejected=rejected, origins=origins
        )
        return stored + taken

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
        self._writer.put(submission)
        return await submission.done

    async def are_foreign(self, urns: set[str], source: SourceRef) -> bool:
        """Whether these are things that exist, all of them, and that the source may not write to, any of them."""
        if unknown := urns - self.directory.things.keys():
            await self._writer.find(unknown)
        things = self.directory.things
        return bool(urns) and all(urn in things and not allows(source, things[urn]) for urn in urns)

    def _refuse_overload(self) -> None:
        if self._closing:
            raise Overloaded("Halong is stopping", retry_after=5)
        if self._writer.waiting_rows >= self._queue_rows:
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
        await self._writer.find(checked.unknown)
        known = self.directory.lookup(source)
        if any(urn in known for urn in checked.unknown):  # perhaps found by somebody who asked with us
            checked = check(items, times, self.directory, source, now_us, origins)
        reject_unknown(checked, items, times, self.directory.things, source, origins)
        return checked
