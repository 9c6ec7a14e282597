"""Which series a reading belongs to, answered from memory.

The directory is read whole at the start and whenever PostgreSQL tells (NOTIFY ``halong_directory``, sent by triggers on
series and entities); a thing that isn't in it is asked for once a second at most.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from halong.ingest.models import Source

MISS_S = 1.0  # how long "there is no such thing" is believed
MAX_MISSES = 20_000
UNBOUNDED = 1e100  # where no range is declared: sums of squares of such values are still numbers

_SERIES = """
SELECT e.urn, e.id, coalesce(p.path, ''), coalesce(a.path, ''), e.sector, s.property, s.id, s.minimum, s.maximum, s.unit
FROM context_entity e LEFT JOIN places_place p ON p.id = e.place_id LEFT JOIN places_agency a ON a.id = e.agency_id
LEFT JOIN observations_series s ON s.entity_id = e.id AND s.derived = ''
WHERE e.deleted_at IS NULL
"""


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

    @property
    def limited(self) -> bool:
        """Whether it may write to some things only."""
        return bool(self.place_path or self.agency_path or self.sector or self.entities)


def source_ref(source: Source, **limits: Any) -> SourceRef:
    """The reference of a source. A source's own place and agency are where it stands, not what it may write."""
    return SourceRef(
        id=source.pk,
        max_age_s=source.max_age_s,
        place_id=source.place_id,
        agency_id=source.agency_id,
        simulated=source.simulated,
        **limits,
    )


class Known(NamedTuple):
    """A series as ingest needs it; the range is open-ended where none is declared, but never holds inf or NaN."""

    id: int
    low: float
    high: float
    unit: str


@dataclass(slots=True)
class Thing:
    """An entity with its series by property."""

    id: int
    place_path: str
    agency_path: str
    sector: str
    series: dict[str, Known] = field(default_factory=dict)


class Directory:
    """All entities and their measured series, by URN. One thread loads and finds, another looks up: what is looked up in
    is replaced whole.
    """

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.entity_of: dict[int, int] = {}  # series → entity
        self._lookups: dict[SourceRef, dict[str, dict[str, Known]]] = {}
        self._everything: dict[str, dict[str, Known]] = {}
        self._missed: dict[str, float] = {}

    def lookup(self, source: SourceRef) -> dict[str, dict[str, Known]]:
        """URN → property → series, of what a source may write."""
        if not source.limited:
            return self._everything
        lookups = self._lookups  # before things, which are replaced first: never old things among new lookups
        found = lookups.get(source)
        if found is None:
            found = {urn: thing.series for urn, thing in self.things.items() if allows(source, thing)}
            lookups[source] = found
        return found

    async def load(self, connection: AsyncConnection) -> None:
        """Read everything."""
        rows = await connection.execute(_SERIES)
        things: dict[str, Thing] = {}
        _take(things, await rows.fetchall())
        self._replace(things)
        self._missed.clear()

    async def find(self, connection: AsyncConnection, urns: Iterable[str], *, anew: bool = False) -> bool:
        """Ask the database for things that aren't known or lack a property; whether anything was asked. ``anew``: also for
        those that were asked for a moment ago, since they were just made.
        """
        now = time.monotonic()
        known = {} if anew else self._missed
        asked = {urn for urn in urns if now - known.get(urn, -MISS_S) >= MISS_S and "\0" not in urn}
        if not asked:
            return False
        if len(self._missed) > MAX_MISSES:
            self._missed.clear()
        self._missed.update(dict.fromkeys(asked, now))
        rows = await connection.execute(f"{_SERIES} AND e.urn = ANY(%s)", [list(asked)])
        found = await rows.fetchall()
        if found:
            things = {urn: thing for urn, thing in self.things.items() if urn not in asked}
            _take(things, found)
            self._replace(things)
        return True

    def _replace(self, things: dict[str, Thing]) -> None:
        self.things = things
        self._everything = {urn: thing.series for urn, thing in things.items()}
        self.entity_of = {known.id: thing.id for thing in things.values() for known in thing.series.values()}
        self._lookups = {}


def allows(source: SourceRef, thing: Thing) -> bool:
    """Whether a source may write to a thing."""
    return (
        thing.place_path.startswith(source.place_path)
        and thing.agency_path.startswith(source.agency_path)
        and source.sector in ("", thing.sector)
        and (not source.entities or thing.id in source.entities)
    )


def _take(things: dict[str, Thing], rows: Iterable[tuple[Any, ...]]) -> None:
    for urn, entity_id, place, agency, sector, prop, series_id, low, high, unit in rows:
        thing = things.get(urn)
        if thing is None:
            thing = things[urn] = Thing(entity_id, place, agency, sector)
        if series_id is not None:
            thing.series[prop] = Known(
                series_id,
                -UNBOUNDED if low is None else low,
                UNBOUNDED if high is None else high,
                unit,
            )
