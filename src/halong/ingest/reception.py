"""What happens to bytes that arrived: decoded, handed to the pipeline, remembered by their hash.

A delivery is done when ``take`` returns: everything in it is stored or held, and committed.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Protocol

from halong.ingest.batch import Batch, Outcome, Reason, Rejected
from halong.ingest.check import Item, times_of
from halong.ingest.connector import Connector, Delivery
from halong.ingest.directory import SourceRef
from halong.ingest.stations import Stations

BIG = 200_000  # bytes above which decoding is left to a thread, so that others aren't kept waiting
REMEMBERED = 50_000
GROUP = 2_000  # deliveries of a stream that are committed together
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Active:
    """A source that is switched on, as the runner works with it: a snapshot of its row, unsealed."""

    id: int
    name: str
    kind: str
    version: int
    connector: Connector
    ref: SourceRef


class Store(Protocol):
    """What reception needs of the pipeline."""

    async def submit_batch(self, batch: Batch, source: SourceRef, *, origin: str = "") -> Outcome:
        """Store and hold; returns after commit."""
        ...

    async def submit_items(
        self,
        items: Sequence[Item],
        times: Sequence[int],
        source: SourceRef,
        *,
        rejected: Sequence[Rejected] = (),
        origins: Sequence[str] = (),
    ) -> Outcome:
        """The same for readings that tell of nothing new, each with its own origin."""
        ...


class Ledger(Protocol):
    """Remembers files by the hash of their bytes (``ingest.ledger``)."""

    async def knows(self, source_id: int, digest: str) -> bool:
        """Whether this source has brought it before."""
        ...

    def note(self, source_id: int, digest: str, name: str, outcome: Outcome) -> None:
        """Remember it."""
        ...


class Reception:
    """The way of a delivery, whatever door it came through."""

    def __init__(self, store: Store, ledger: Ledger, stations: Stations) -> None:
        self._store = store
        self._ledger = ledger
        self._stations = stations
        self._recent: OrderedDict[tuple[int, str], None] = OrderedDict()

    async def take(self, source: Active, delivery: Delivery) -> Outcome:
        """Store or hold everything in a delivery; returns after commit. Raises Overloaded or the database's errors."""
        digest = _digest(delivery) if delivery.once else ""
        if digest and await self._was_taken(source, digest):
            await _finish(delivery)
            return Outcome()
        batch = await self._decode(source, delivery)
        outcome = await self._store.submit_batch(batch, source.ref, origin=delivery.origin)
        self._stations.add(batch.things)
        if digest:
            self._recent[source.id, digest] = None
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
            self._ledger.note(source.id, digest, delivery.origin, outcome)
        await _finish(delivery)
        return outcome

    async def take_many(self, source: Active, deliveries: Sequence[Delivery]) -> Outcome:
        """The same for many small deliveries at once, in one commit. None of them may be ``once``."""
        whole = Batch()
        origins: list[str] = []
        for delivery in deliveries:
            part = await self._decode(source, delivery)
            whole.observations += part.observations
            whole.rejected += part.rejected
            whole.things += part.things
            whole.records += part.records
            origins += [delivery.origin] * len(part.observations)
        if whole.things or whole.records:
            await self._store.submit_batch(Batch(things=whole.things, records=whole.records), source.ref)
            self._stations.add(whole.things)
        return await self._store.submit_items(
            whole.observations,
            times_of(whole.observations),
            source.ref,
            rejected=whole.rejected,
            origins=origins,
        )

    async def _was_taken(self, source: Active, digest: str) -> bool:
        return (source.id, digest) in self._recent or await self._ledger.knows(source.id, digest)

    async def _decode(self, source: Active, delivery: Delivery) -> Batch:
        if delivery.whole_size is not None:
            return Batch(rejected=[too_large(delivery)])
        decode, known = source.connector.decode, self._stations.known
        try:
            if len(delivery.payload) > BIG:
                return await asyncio.to_thread(decode, delivery.payload, delivery.origin, known)
            return decode(delivery.payload, delivery.origin, known)
        except Exception as error:
            logger.exception("source %s: %s could not be decoded", source.name, delivery.origin)
            return Batch(
                rejected=[Rejected(Reason.MALFORMED, repr(error)[:300], delivery.origin, delivery.payload)]
            )


def too_large(delivery: Delivery) -> Rejected:
    """The record of a file that is larger than its source takes: how large, and its beginning."""
    return Rejected(Reason.TOO_LARGE, f"{delivery.whole_size} B", delivery.origin, delivery.payload)


class Gatherer:
    """The sink of a source that streams."""

    def __init__(self, reception: Reception, source: Active) -> None:
        self._reception, self._source = reception, source
        self._waiting: list[tuple[Delivery, Callable[[], None]]] = []
        self._under_way = 0
        self._drain: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def push(self, delivery: Delivery, stored: Callable[[], None]) -> int:
        """Hand over a delivery; ``stored`` is called after its commit, in order. Returns how many wait."""
        self._waiting.append((delivery, stored))
        if self._drain is None:
            self._drain = asyncio.create_task(self._work())
        return len(self._waiting) + self._under_way

    async def close(self) -> None:
        """Let go of what isn't stored: its sender wasn't told that it is."""
        self._waiting.clear()
        self.failed.cancel()
        if self._drain is not None:
            self._drain.cancel()
            await asyncio.gather(self._drain, return_exceptions=True)

    async def _work(self) -> None:
        while self._waiting and not self.failed.done():
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            self._under_way = len(group)
            try:
                await self._reception.take_many(self._source, [delivery for delivery, _stored in group])
            except Exception as error:  # noqa: BLE001 -- the connection must hear of it, whatever it is
                self.failed.set_exception(error)
                return
            self._under_way = 0
            for _delivery, stored in group:
                stored()
        self._drain = None


def _digest(delivery: Delivery) -> str:
    """What makes a file the same file: its name, which may tell its station, and its bytes; not the folder it
    came in.
    """
    name = PurePosixPath(delivery.origin).name
    return sha256(b"\0".join([name.encode(errors="surrogateescape"), delivery.payload])).hexdigest()


async def _finish(delivery: Delivery) -> None:
    if delivery.done is not None:
        await delivery.done()
