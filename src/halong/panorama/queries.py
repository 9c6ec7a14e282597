"""What the panorama tells beside its indicators: air and water by place, and what changed."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from halong.alerts.models import Alert, AlertEvent
from halong.context.models import Entity
from halong.core.language import reader_language
from halong.core.sector import Level, Scale, all_types, find_scale
from halong.ingest.models import Source
from halong.panorama.things import AIR_NOW, WATER, Reading, Thing
from halong.places.models import Place

HOUR = timedelta(hours=1)


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
        return self.air_level.name(reader_language()) if self.air_level else ""

    @property
    def water_name(self) -> str:
        """The word of the water's band."""
        return self.water_level.name(reader_language()) if self.water_level else ""


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


def changes(user: object, entities: QuerySet[Entity], since: datetime, limit: int = 40) -> list[Change]:
    """What became different since then among these things, newest first: alerts, levels of air and water, sources."""
    found = [*_alert_changes(user, entities, since, limit), *_level_changes(entities, since, limit)]
    found += _source_changes(user, since)
    return sorted(found, key=lambda change: change.at, reverse=True)[:limit]


def _alert_changes(user: object, entities: QuerySet[Entity], since: datetime, limit: int) -> list[Change]:
    kinds = [AlertEvent.Kind.RAISED, AlertEvent.Kind.CLEARED]
    here = Q(alert__entity__isnull=True) | Q(alert__entity__in=entities.order_by().values("pk"))
    rows = (
        AlertEvent.objects.filter(
            here, kind__in=kinds, at__gte=since, alert__in=Alert.objects.visible_to(user)
        )
        .select_related("alert", "alert__entity")
        .order_by("-at")[:limit]
    )
    return [
        Change(
            e.at,
            gettext("Cleared: %(title)s") % {"title": e.alert.title}
            if e.kind == AlertEvent.Kind.CLEARED
            else e.alert.title,
            reverse("alert", args=[e.alert_id]),
            "normal" if e.kind == AlertEvent.Kind.CLEARED else e.alert.priority_key,
            e.alert.simulated,
        )
        for e in rows
    ]


_STEPS = """
SELECT entity_id, time, value, previous FROM (
    SELECT s.entity_id, o.time, o.value, lag(o.value) OVER (PARTITION BY o.series_id ORDER BY o.time) AS previous
    FROM observations_series s JOIN observation o ON o.series_id = s.id
    WHERE s.derived = %s AND o.time >= %s AND s.entity_id IN ({entities})
) AS steps
WHERE time >= %s AND width_bucket(value, %s::float8[]) <> width_bucket(previous, %s::float8[])
ORDER BY time DESC LIMIT %s
"""


def _level_changes(entities: QuerySet[Entity], since: datetime, limit: int) -> list[Change]:
    """Hours in which VN_AQI or VN_WQI of a thing went into another band; the bands are compared by the database."""
    try:
        chosen, params = entities.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # nothing that this person may see
        return []
    steps = []
    for key, index, attribute in (
        (AIR_NOW, "VN_AQI", "airQualityIndex"),
        (WATER, "VN_WQI", "waterQualityIndex"),
    ):
        scale = _scale_of(attribute, since)
        if scale is None:
            continue
        # a band ends with its highest value: the next one begins just above it
        ends = [math.nextafter(level.high, math.inf) for level in scale.levels[:-1]]
        with connection.cursor() as cursor:
            cursor.execute(
                _STEPS.format(entities=chosen), [key, since - HOUR, *params, since, ends, ends, limit]
            )
            steps += [(*row, key, index, scale) for row in cursor.fetchall()]
    things = Entity.objects.in_bulk({step[0] for step in steps})
    return [_level_change(things[pk], *step) for pk, *step in steps]


def _scale_of(attribute: str, on: datetime) -> Scale | None:
    specs = (spec for _sector, kind in all_types() if (spec := kind.attribute(attribute)) and spec.scale)
    spec = next(specs, None)
    return find_scale(spec.scale, on.date()) if spec and spec.scale else None


def _level_change(
    entity: Entity, time: datetime, value: float, previous: float, key: str, index: str, scale: Scale
) -> Change:
    language = reader_language()
    text = gettext("%(index)s at %(name)s: %(before)s → %(after)s") % {
        "index": index,
        "name": entity.name,
        "before": scale.level(previous).name(language),
        "after": scale.level(value).name(language),
    }
    worse = (value > previous) == (key == AIR_NOW)
    url = reverse("entity", args=[entity.pk])
    return Change(time, text, url, "attention" if worse else "normal", entity.simulated)


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
