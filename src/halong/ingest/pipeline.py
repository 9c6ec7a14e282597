"""The one way in: match, check, store, judge, and only then acknowledge."""

from dataclasses import dataclass, field

from halong.ingest.batch import Batch, Observation, Outcome


@dataclass(frozen=True)
class SourceRef:
    """Whose readings these are and what they may touch. Make one with ``source_ref(source)`` or from an API key.

    Empty paths and sector mean everywhere; ``entities`` (ids) empty means every entity in that scope. ``pushed``: the
    sender decides when it comes, so that each payload moves the source's silence deadline (``due_at``); a polled
    source's deadline is its runner's business.
    """

    id: int
    max_age_s: int | None = None
    place_path: str = ""
    agency_path: str = ""
    sector: str = ""
    entities: frozenset[int] = field(default_factory=frozenset)
    pushed: bool = True
    place_id: int | None = None
    agency_id: int | None = None
    simulated: bool = False


class Pipeline:
    """``await start()``, any number of concurrent ``submit``s, ``await stop()`` (drains)."""

    def __init__(self, url: str | None = None, *, writers: int = 2, queue_rows: int = 100_000) -> None:
        """``url``: libpq URI, by default that of Django's settings."""

    async def start(self) -> None:
        """Connect, load the directory and the rules."""

    async def stop(self) -> None:
        """Write what was taken in, flush, close."""

    async def submit(self, observations: list[Observation], source: SourceRef, *, origin: str = "") -> Outcome:
        """Store readings; returns after commit. Raises Overloaded when the queue or the disk is full."""
        raise NotImplementedError

    async def submit_batch(self, batch: Batch, source: SourceRef, *, origin: str = "") -> Outcome:
        """Open what ``batch.things`` names and doesn't exist, store the readings, hold what was rejected; one commit."""
        raise NotImplementedError
