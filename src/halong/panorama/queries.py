"""The figures of the panorama: tiles with their trends, air and water by place, what changed. All of them measured."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from halong.alerts.models import Alert, AlertEvent, AlertQuerySet
from halong.core.formats import format_number
from halong.core.sector import Level, find_scale
from halong.ingest.models import Source, SourceMinute
from halong.panorama.things import AIR_NOW, WATER, Reading, Thing
from halong.places.models import Place

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Figure:
    """A tile: what, of what, how much, in what unit, how it went over 24 hours, how old, and where it leads."""

    key: str
    name: str
    scope: str
    value: float | None
    of: int | None = None
    unit: str = ""
    trend: tuple[float | None, ...] = ()
    change: str = ""
    at: datetime | None = None
    level: Level | None = None
    status: str = "normal"
    url: str = ""
    max_age: int = 900  # seconds after which the figure counts as late: three of a station's intervals

    @property
    def of_text(self) -> str:
        """The denominator as people write it."""
        return format_number(self.of, 0)

    @property
    def level_name(self) -> str:
        """The word of the band."""
        return self.level.name(get_language() or "vi") if self.level else ""


@dataclass(frozen=True)
class PlaceRow:
    """Air and water of one place: the worst station of each, now."""

    place: Place | None
    air: Reading | None
    air_thing: Thing | None
    air_level: Level | None
    water: Reading | None
    water_thing: Thing | None
    water_level: Level | None
    live: int
    total: int
    alerts: int

    @property
    def air_name(self) -> str:
        """The word of the air's band."""
        return self.air_level.name(get_language() or "vi") if self.air_level else ""

    @property
    def water_name(self) -> str:
        """The word of the water's band."""
        return self.water_level.name(get_language() or "vi") if self.water_level else ""


@dataclass(frozen=True)
class Change:
    """Something that became different: when, what in words, how grave, and where it leads."""

    at: datetime
    text: str
    url: str
    mark: str = "normal"
    simulated: bool = False


def level_of(reading: Reading | None, now: datetime) -> Level | None:
    """The band that a VN_AQI or VN_WQI value falls into."""
    if reading is None or reading.value is None or reading.spec is None or not reading.spec.scale:
        return None
    scale = find_scale(reading.spec.scale, now.date())
    return scale.level(reading.value) if scale else None


def by_place(things: Iterable[Thing], now: datetime, alerts: Mapping[int | None, int]) -> list[PlaceRow]:
    """Air and water by place, the places with the worst air first; places that measure neither are left out."""
    groups: dict[int | None, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[thing.entity.place_id].append(thing)
    rows = []
    for place_id, members in groups.items():
        air = _worst(members, AIR_NOW, now, highest=True)
        water = _worst(members, WATER, now, highest=False)
        if air or water:
            rows.append(_row(members, air, water, now, alerts.get(place_id, 0)))
    return sorted(
        rows, key=lambda r: (-(r.air.value or 0) if r.air else 1, r.place.sort_key if r.place else "")
    )


def _row(
    members: list[Thing], air: Thing | None, water: Thing | None, now: datetime, alerts: int
) -> PlaceRow:
    air_now = air.derived(AIR_NOW, now) if air else None
    water_now = water.derived(WATER, now) if water else None
    return PlaceRow(
        place=members[0].entity.place,
        air=air_now,
        air_thing=air,
        air_level=level_of(air_now, now),
        water=water_now,
        water_thing=water,
        water_level=level_of(water_now, now),
        live=sum(t.signal == "live" for t in members),
        total=sum(t.signal != "none" for t in members),
        alerts=alerts,
    )


def _worst(things: Iterable[Thing], key: str, now: datetime, *, highest: bool) -> Thing | None:
    valued = [(r.value, t) for t in things if (r := t.derived(key, now)) is not None and r.value is not None]
    if not valued:
        return None
    return (max if highest else min)(valued, key=lambda pair: pair[0])[1]


def hourly_alive(entity_ids: list[int], now: datetime) -> list[float | None]:
    """How many of the things sent at least one valid reading, for each of the last 24 whole hours."""
    return _by_hour(
        """
        SELECT r.time, count(DISTINCT s.entity_id)::float8
        FROM observations_series s JOIN rollup_hour r ON r.series_id = s.id
        WHERE s.entity_id = ANY(%s) AND s.derived = '' AND r.valid > 0 AND r.time > %s AND r.time <= %s GROUP BY 1
        """,
        entity_ids, now, 0.0,
    )  # fmt: skip


def hourly_within(
    entity_ids: list[int], key: str, low: float, high: float, now: datetime
) -> list[float | None]:
    """How many values of a derived series lie between ``low`` and ``high``, for each of the last 24 whole hours."""
    return _by_hour(
        """
        SELECT o.time, count(*) FILTER (WHERE o.value BETWEEN %s AND %s)::float8
        FROM observations_series s JOIN observation o ON o.series_id = s.id
        WHERE s.entity_id = ANY(%s) AND s.derived = %s AND o.time > %s AND o.time <= %s GROUP BY 1
        """,
        entity_ids, now, None, before=[low, high], between=[key],
    )  # fmt: skip


def hourly_worst(entity_ids: list[int], key: str, now: datetime) -> list[float | None]:
    """The highest value of a derived series over the things, for each of the last 24 whole hours."""
    return _by_hour(
        """
        SELECT o.time, max(o.value)
        FROM observations_series s JOIN observation o ON o.series_id = s.id
        WHERE s.entity_id = ANY(%s) AND s.derived = %s AND o.time > %s AND o.time <= %s GROUP BY 1
        """,
        entity_ids, now, None, between=[key],
    )  # fmt: skip


def _by_hour(
    sql: str,
    entity_ids: list[int],
    now: datetime,
    empty: float | None,
    *,
    before: list[float] | None = None,
    between: list[str] | None = None,
) -> list[float | None]:
    top = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(before or []), entity_ids, *(between or []), top - 24 * HOUR, top])
        found = dict(cursor.fetchall())
    return [found.get(top - n * HOUR, empty) for n in range(23, -1, -1)]


def hourly_readings(user: object, now: datetime) -> list[float | None]:
    """How many readings were taken in, by whole hour of receipt, over the last 24 hours."""
    top = now.replace(minute=0, second=0, microsecond=0)
    rows = (
        SourceMinute.objects.filter(
            source__in=Source.objects.visible_to(user), minute__gte=top - 24 * HOUR, minute__lt=top
        )
        .annotate(hour=TruncHour("minute"))
        .values_list("hour")
        .annotate(total=Sum("accepted"))
    )
    found = {hour: float(total) for hour, total in rows}
    return [found.get(top - n * HOUR, 0.0) for n in range(24, 0, -1)]


def changes(user: object, things: dict[int, Thing], since: datetime, limit: int = 40) -> list[Change]:
    """What became different since then among these things, newest first: alerts, levels of air and water, sources."""
    found = [*_alert_changes(user, things, since, limit), *_level_changes(things, since, limit)]
    found += _source_changes(user, since)
    return sorted(found, key=lambda change: change.at, reverse=True)[:limit]


def _alert_changes(user: object, things: dict[int, Thing], since: datetime, limit: int) -> list[Change]:
    kinds = [AlertEvent.Kind.RAISED, AlertEvent.Kind.CLEARED]
    rows = (
        AlertEvent.objects.filter(kind__in=kinds, at__gte=since, alert__in=Alert.objects.visible_to(user))
        .filter(alert__entity_id__in=[None, *things])
        .select_related("alert", "alert__entity")
        .order_by("-at")[:limit]
    )
    marks = {1: "critical", 2: "high", 3: "attention"}
    return [
        Change(
            e.at,
            gettext("Cleared: %(title)s") % {"title": e.alert.title}
            if e.kind == AlertEvent.Kind.CLEARED
            else e.alert.title,
            reverse("alert", args=[e.alert_id]),
            "normal" if e.kind == AlertEvent.Kind.CLEARED else marks[e.alert.priority],
            e.alert.simulated,
        )
        for e in rows
    ]


def _level_changes(things: dict[int, Thing], since: datetime, limit: int) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entity_id, derived, time, value, previous FROM (
                SELECT s.entity_id, s.derived, o.time, o.value,
                       lag(o.value) OVER (PARTITION BY o.series_id ORDER BY o.time) AS previous
                FROM observations_series s JOIN observation o ON o.series_id = s.id
                WHERE s.entity_id = ANY(%s) AND s.derived = ANY(%s) AND o.time >= %s
            ) AS steps WHERE previous IS NOT NULL AND value <> previous ORDER BY time DESC
            """,
            [list(things), [AIR_NOW, WATER], since - HOUR],
        )
        rows = cursor.fetchall()
    found: list[Change] = []
    for entity_id, key, time, value, previous in rows:
        change = _level_change(things[entity_id], key, time, value, previous)
        if change and time >= since:
            found.append(change)
        if len(found) == limit:
            break
    return found


def _level_change(thing: Thing, key: str, time: datetime, value: float, previous: float) -> Change | None:
    reading = next((r for r in thing.readings.values() if r.derived == key), None)
    scale = (
        find_scale(reading.spec.scale, time.date())
        if reading and reading.spec and reading.spec.scale
        else None
    )
    if scale is None or scale.level(value) is scale.level(previous):
        return None
    language = get_language() or "vi"
    text = gettext("%(index)s at %(name)s: %(before)s → %(after)s") % {
        "index": "VN_AQI" if key == AIR_NOW else "VN_WQI",
        "name": thing.entity.name,
        "before": scale.level(previous).name(language),
        "after": scale.level(value).name(language),
    }
    worse = (value > previous) == (key == AIR_NOW)
    url = reverse("entity", args=[thing.entity.pk])
    return Change(time, text, url, "attention" if worse else "normal", thing.entity.simulated)


def _source_changes(user: object, since: datetime) -> list[Change]:
    words = {
        Source.State.OK: gettext("Source works again: %(name)s"),
        Source.State.SILENT: gettext("Source is silent: %(name)s"),
        Source.State.BROKEN: gettext("Source is broken: %(name)s"),
    }
    rows = Source.objects.visible_to(user).filter(state_changed_at__gte=since, state__in=words)
    return [
        Change(
            s.state_changed_at,
            words[Source.State(s.state)] % {"name": s.name},
            reverse("source", args=[s.pk]),
            "normal" if s.state == Source.State.OK else "attention",
            s.simulated,
        )
        for s in rows
        if s.state_changed_at is not None
    ]


def hourly_open(alerts: AlertQuerySet, now: datetime) -> list[float | None]:
    """How many of the alerts were open: at each of the 23 hours before, and now."""
    since = now - timedelta(days=1)
    spans = list(
        alerts.filter(suppressed=False)
        .filter(Q(closed_at__isnull=True) | Q(closed_at__gte=since))
        .values_list("raised_at", "closed_at")
    )
    hours = [now - HOUR * n for n in range(23, -1, -1)]
    return [float(sum(a <= at and (b is None or b > at) for a, b in spans)) for at in hours]


def change_words(trend: list[float | None]) -> str:
    """The last hour against the hour 23 hours before, in words; empty where either is missing."""
    if not trend or trend[0] is None or trend[-1] is None:
        return ""
    difference = round(trend[-1] - trend[0])
    if difference == 0:
        return gettext("unchanged")
    signed = f"+{difference}" if difference > 0 else f"−{-difference}"
    return ngettext("%(n)s over 24 hours", "%(n)s over 24 hours", abs(difference)) % {"n": signed}
