"""Public stations as citizens see them: only things marked public, positions of nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from django.db.models import QuerySet
from django.utils import timezone

from halong.context.models import Entity
from halong.core import registry
from halong.core.derived import Explanation
from halong.core.language import reader_language
from halong.core.sector import Level, Scale, find_scale, find_type
from halong.core.units import unit_symbol
from halong.observations.queries import explain, hourly_values
from halong.panorama.things import AIR_NOW, WATER, Reading, Thing, things_of

EARTH_KM = 6371.0
HOUR = timedelta(hours=1)
AIR_TYPE = "AirQualityObserved"


@dataclass(frozen=True)
class Bar:
    """One hour of the last 24: its label (end of the hour), the value, its band; value None is a gap."""

    at: datetime
    value: float | None
    level: Level | None
    number: int  # of the bars, from the left
    most: float  # what a full bar stands for

    @property
    def name(self) -> str:
        """The word of the band."""
        return self.level.name(reader_language()) if self.level else ""

    @property
    def colour(self) -> str:
        """The band's official colour."""
        return self.level.colour if self.level else "none"

    @property
    def x(self) -> int:
        """Left edge in the drawing of 240 × 240."""
        return 10 * self.number + 1

    @property
    def height(self) -> int:
        """Height in the drawing (whole units: a template writes fractions with a comma); a value of 0 still shows."""
        return max(3, round(240 * (self.value or 0) / self.most))

    @property
    def y(self) -> int:
        """Top edge in the drawing."""
        return 240 - self.height


@dataclass(frozen=True)
class Row:
    """A measured parameter of a station, with its share in the index if it has one."""

    label: object
    value: float | None
    decimals: int
    unit: str
    time: datetime | None
    quality: int | None
    index: float | None
    dominant: bool


@dataclass(frozen=True)
class Station:
    """A public station with its index now: band, advice in the regulation's words, parts, method."""

    thing: Thing
    reading: Reading | None
    scale: Scale | None
    level: Level | None
    explanation: Explanation | None
    distance_km: float | None = None

    @property
    def entity(self) -> Entity:
        """The thing itself."""
        return self.thing.entity

    @property
    def is_water(self) -> bool:
        """Whether the index is of water."""
        return self.reading is not None and self.reading.derived == WATER

    @property
    def rows(self) -> list[Row]:
        """Every measured parameter is shown, the one with the highest index marked (Decision 1459, table 3)."""
        parts = {part.property: part for part in self.explanation.parts} if self.explanation else {}
        return [
            Row(
                r.label,
                parts[name].concentration if name in parts else r.value,
                r.decimals,
                unit_symbol(r.unit),
                r.time,
                r.quality,
                parts[name].index if name in parts else None,
                name in parts and parts[name].dominant,
            )
            for name, r in self.thing.readings.items()
            if not r.derived and r.value is not None
        ]

    @property
    def advice(self) -> dict[str, str]:
        """The words of the band by kind: health, general, sensitive, use."""
        if self.level is None:
            return {}
        language = reader_language()
        return {kind: self.level.text(kind, language) for kind in ("health", "general", "sensitive", "use")}

    @property
    def level_name(self) -> str:
        """The band's word in the reader's language."""
        return self.level.name(reader_language()) if self.level else ""


def public_entities() -> QuerySet[Entity]:
    """Things that anybody may see; a type declared private never is, whatever its flag says."""
    private = [kind.name for sector in registry.sectors for kind in sector.types if kind.private]
    return Entity.objects.filter(public=True, deleted_at=None).exclude(types__overlap=private)


def public_things(*, sector: str = "environment") -> list[Thing]:
    """The public things of a sector as they stand now."""
    return things_of(public_entities().filter(sector=sector), user=None)


def station_of(thing: Thing, now: datetime, *, lon: float | None = None, lat: float | None = None) -> Station:
    """A thing with its index explained."""
    reading = thing.derived(AIR_NOW, now) or thing.derived(WATER, now)
    scale = (
        find_scale(reading.spec.scale, now.date())
        if reading and reading.spec and reading.spec.scale
        else None
    )
    level = scale.level(reading.value) if scale and reading and reading.value is not None else None
    derived = registry.derived_series.get(reading.derived) if reading else None
    explanation = (
        explain(thing.entity, derived, reading.time) if derived and reading and reading.time else None
    )
    distance = _distance(thing.entity, lon, lat)
    return Station(thing, reading, scale, level, explanation, distance)


def nearest(things: list[Thing], now: datetime, lon: float, lat: float) -> Thing | None:
    """The nearest air station that has an index now; else the nearest of all."""
    placed = [t for t in things if t.type == AIR_TYPE and t.entity.lon is not None]
    valued = [t for t in placed if t.derived(AIR_NOW, now)] or placed
    return min(valued, key=lambda t: _distance(t.entity, lon, lat) or 0.0, default=None)


def last_day(thing: Thing, now: datetime) -> list[Bar]:
    """The index of the last 24 labels, gaps as gaps."""
    reading = thing.derived(AIR_NOW, now) or thing.derived(WATER, now)
    if reading is None or reading.spec is None or not reading.spec.scale:
        return []
    scale = find_scale(reading.spec.scale, now.date())
    top = now.replace(minute=0, second=0, microsecond=0)
    values = hourly_values(reading.series_id, top - 23 * HOUR, top)
    labels = [top - n * HOUR for n in range(23, -1, -1)]
    most = max([100.0, *(value for value in values.values() if value is not None)])
    return [
        Bar(at, value, scale.level(value) if scale and value is not None else None, number, most)
        for number, at in enumerate(labels)
        for value in [values.get(at)]
    ]


def _distance(entity: Entity, lon: float | None, lat: float | None) -> float | None:
    """Kilometres on the sphere (haversine)."""
    if None in (lon, lat, entity.lon, entity.lat):
        return None
    assert lon is not None
    assert lat is not None
    assert entity.lon is not None
    assert entity.lat is not None
    a = sin(radians(entity.lat - lat) / 2) ** 2
    a += cos(radians(lat)) * cos(radians(entity.lat)) * sin(radians(entity.lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(a))


def type_label(entity: Entity) -> str:
    """What kind of station it is, in words."""
    kind = find_type(entity.types[0])
    return str(kind.label) if kind else entity.types[0]


def stations_now(*, lon: float | None = None, lat: float | None = None) -> list[Station]:
    """Every public station with its index: nearest first where a position is known, else those that have one, by name."""
    now = timezone.now()
    found = [_brief(thing, now, lon, lat) for thing in public_things()]
    if lon is not None:
        found.sort(key=lambda s: s.distance_km if s.distance_km is not None else 1e9)
    else:
        found.sort(key=lambda s: s.level is None)
    return found


def _brief(thing: Thing, now: datetime, lon: float | None, lat: float | None) -> Station:
    """As ``station_of``, without the explanation that a list doesn't show (it costs a query a station)."""
    reading = thing.derived(AIR_NOW, now) or thing.derived(WATER, now)
    scale = (
        find_scale(reading.spec.scale, now.date())
        if reading and reading.spec and reading.spec.scale
        else None
    )
    level = scale.level(reading.value) if scale and reading and reading.value is not None else None
    return Station(thing, reading, scale, level, None, _distance(thing.entity, lon, lat))
