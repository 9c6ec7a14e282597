"""The things of a scope as they stand now: signal, latest readings, worst open alert. A fixed number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min, QuerySet
from django.utils import timezone

from halong.alerts.models import Alert, AlertQuerySet
from halong.context.models import Entity
from halong.core.sector import AttributeSpec, find_attribute

# A station sends every five minutes (Circular 10/2021/TT-BTNMT); these are Halong's own defaults: three missed
# intervals, but never under a quarter of an hour, is late; twelve, never under an hour, is lost.
LATE_INTERVALS, LATE_AT_LEAST = 3, timedelta(minutes=15)
LOST_INTERVALS, LOST_AT_LEAST = 12, timedelta(hours=1)

AIR_NOW, AIR_DAY, WATER = "vn-aqi-hour", "vn-aqi-day", "vn-wqi-hour"
OF_INDEX = timedelta(hours=3)  # an index older than this doesn't stand for now
_LIFE = {AIR_DAY: timedelta(hours=49)}  # of other indices

MARKS = {1: "critical", 2: "high", 3: "attention"}  # by priority of alerts, as ``Alert.priority_key`` says it
SIGNALS = ("live", "late", "lost")


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest value of one series; ``name`` is its property."""

    series_id: int
    name: str
    unit: str
    interval_s: int
    decimals: int
    derived: str
    time: datetime | None
    value: float | None
    quality: int | None
    spec: AttributeSpec | None = None

    @property
    def label(self) -> object:
        """The name of the property for people."""
        return self.spec.label if self.spec else self.name

    def is_old(self, now: datetime) -> bool:
        """Older than twice its interval: shown hatched, never as fresh."""
        return self.time is None or now - self.time > timedelta(seconds=2 * self.interval_s)


@dataclass(slots=True)
class Thing:
    """An entity with what is known of it now. ``signal`` is live, late, lost, or none for a thing that sends nothing."""

    entity: Entity
    readings: dict[str, Reading] = field(default_factory=dict)
    priority: int | None = None
    signal: str = "none"
    last: datetime | None = None

    @property
    def type(self) -> str:
        """The most specific type."""
        return self.entity.types[0]

    @property
    def state(self) -> str:
        """Its mark: the worst alert, else whether it is heard of."""
        if self.priority is not None:
            return MARKS[self.priority]
        return {"late": "stale", "lost": "dead"}.get(self.signal, "normal")

    def derived(self, key: str, now: datetime) -> Reading | None:
        """The value of a derived series, unless it is missing or too old to stand for now."""
        found = next((r for r in self.readings.values() if r.derived == key and r.value is not None), None)
        if found is None or found.time is None:
            return None
        return found if now - found.time <= _LIFE.get(key, OF_INDEX) else None


_LATEST = """
    SELECT s.entity_id, s.id, s.property, s.unit, s.interval_s, s.decimals, s.derived, l.time, l.value, l.quality
    FROM observations_series s LEFT JOIN latest l ON l.series_id = s.id
    WHERE s.entity_id = ANY(%s) ORDER BY s.entity_id, s.id
"""
_CONTACTS = """
    SELECT s.entity_id, min(s.interval_s), max(l.time)
    FROM observations_series s LEFT JOIN latest l ON l.series_id = s.id
    WHERE s.entity_id = ANY(%s) AND s.derived = '' GROUP BY s.entity_id
"""


def things_of(entities: QuerySet[Entity], user: object, now: datetime | None = None) -> list[Thing]:
    """Every entity of the query with its readings, signal and the worst of its alerts that ``user`` may see."""
    now = now or timezone.now()
    rows = entities.select_related("place", "agency").defer("place__boundary").order_by("sort_key", "pk")
    things = {row.pk: Thing(row) for row in rows}
    _read_latest(things)
    _read_priorities(things, user, now)
    for thing in things.values():
        _judge_signal(thing, now)
    return list(things.values())


def signals_of(ids: Collection[int], now: datetime | None = None) -> dict[int, tuple[str, datetime | None]]:
    """Signal and last contact of those of the things that send anything, for lists (``context.queries``): one query."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [list(ids)])
        return {pk: (_signal(interval, last, now), last) for pk, interval, last in cursor}


def signal_state(silent: timedelta | None, interval: timedelta) -> int:
    """0 live, 1 late or 2 lost (``SIGNALS``) by the time for which nothing was heard; None: never anything."""
    if silent is None or silent > max(LOST_INTERVALS * interval, LOST_AT_LEAST):
        return 2
    return 1 if silent > max(LATE_INTERVALS * interval, LATE_AT_LEAST) else 0


def _signal(interval_s: int, last: datetime | None, now: datetime) -> str:
    silent = None if last is None else now - last
    return SIGNALS[signal_state(silent, timedelta(seconds=interval_s))]


def worst_by_thing(alerts: AlertQuerySet) -> dict[int, int]:
    """The priority of the worst of these alerts, by the id of its thing; one query."""
    about = alerts.exclude(entity=None).order_by()
    return dict(about.values_list("entity_id").annotate(Min("priority")))


def _read_latest(things: dict[int, Thing]) -> None:
    specs: dict[tuple[tuple[str, ...], str], AttributeSpec | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [list(things)])
        for entity_id, *row in cursor.fetchall():
            thing = things[entity_id]
            key = (tuple(thing.entity.types), row[1])
            if key not in specs:
                specs[key] = find_attribute(key[0], key[1])
            thing.readings[row[1]] = replace(Reading(*row), spec=specs[key])


def _read_priorities(things: dict[int, Thing], user: object, now: datetime) -> None:
    alerts = Alert.objects.visible_to(user).calling(now).filter(entity_id__in=list(things))
    for pk, priority in worst_by_thing(alerts).items():
        things[pk].priority = priority


def _judge_signal(thing: Thing, now: datetime) -> None:
    measured = [r for r in thing.readings.values() if not r.derived]
    if not measured:
        return
    times = [r.time for r in measured if r.time is not None]
    thing.last = max(times, default=None)
    thing.signal = _signal(min(r.interval_s for r in measured), thing.last, now)


def states(things: Iterable[Thing]) -> dict[str, int]:
    """How many of the things that send are live, late and lost, and how many there are (``total``)."""
    counts = {"live": 0, "late": 0, "lost": 0, "total": 0}
    for thing in things:
        if thing.signal != "none":
            counts[thing.signal] += 1
            counts["total"] += 1
    return counts
