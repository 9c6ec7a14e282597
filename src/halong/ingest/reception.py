"""What happens to bytes that arrived: decoded, handed to the pipeline, remembered by their hash.

A delivery is done when ``take`` returns: everything in it is stored or held, and committed.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from halong.ingest.batch import Batch, Outcome, Reason, Rejected
from halong.ingest.connector import Connector, Delivery
from halong.ingest.directory import SourceRef
from halong.ingest.stations import Stations

BIG = 200_000  # bytes above which decoding is left to a thread, so that others aren't kept waiting
REMEMBERED = 50_000
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
        digest = sha256(delivery.payload).hexdigest() if delivery.once else ""
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


async def _finish(delivery: Delivery) -> None:
    if delivery.done is not None:
        await delivery.done()
