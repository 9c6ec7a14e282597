"""The tiles of the panorama, made from the things of the scope. A tile whose things don't exist is absent."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from halong.alerts.models import Alert, AlertQuerySet
from halong.core.formats import format_number
from halong.ingest.models import Quarantined, Source
from halong.panorama import queries
from halong.panorama.queries import Figure
from halong.panorama.things import AIR_NOW, WATER, Thing, states

GOOD_AIR = 50.0  # Decision 1459/QĐ-TCMT, table 1: level "Tốt" is 0 to 50
GOOD_WATER = 76.0  # Decision 1460/QĐ-TCMT: levels "Tốt" and "Rất tốt" begin at 76
INDEX_LIFE = 2 * 3600  # an hourly index is late after two hours
LIST = "entities"


def figures(things: list[Thing], alerts: AlertQuerySet, user: object, now: datetime) -> list[Figure]:
    """Every figure that the scope has things for, in the order in which a leader asks."""
    found = [
        _signal(things, now),
        _good_air(things, now),
        _worst_air(things, now),
        _good_water(things, now),
        _wifi(things, now),
        _alerts(alerts, now),
        _sources(user, now),
        _held(user),
    ]
    return [figure for figure in found if figure is not None]


def _latest(things: list[Thing]) -> datetime | None:
    return max((t.last for t in things if t.last), default=None)


def _signal(things: list[Thing], now: datetime) -> Figure | None:
    stations = [t for t in things if t.entity.sector == "environment" and t.signal != "none"]
    if not stations:
        return None
    counts = states(stations)
    trend = queries.hourly_alive([t.entity.pk for t in stations], now)
    lost = counts["lost"] + counts["late"]
    return Figure(
        "signal", gettext("Stations alive"), gettext("monitoring stations"), counts["live"], counts["total"],
        trend=tuple(trend), change=queries.change_words(trend), at=_latest(stations),
        status="attention" if lost * 10 > counts["total"] else "normal",
        url=reverse(LIST) + "?sector=environment&signal=lost",
    )  # fmt: skip


def _indexed(things: list[Thing], key: str, now: datetime) -> list[tuple[float, Thing]]:
    return [(r.value, t) for t in things if (r := t.derived(key, now)) is not None and r.value is not None]


def _good_air(things: list[Thing], now: datetime) -> Figure | None:
    valued = _indexed(things, AIR_NOW, now)
    if not valued:
        return None
    trend = queries.hourly_within([t.entity.pk for _v, t in valued], AIR_NOW, 0, GOOD_AIR, now)
    good = sum(value <= GOOD_AIR for value, _t in valued)
    return Figure(
        "good-air", gettext("Good air"), gettext("VN_AQI ≤ 50, air stations"), good, len(valued),
        trend=tuple(trend), change=queries.change_words(trend), at=_value_time(valued[0][1], AIR_NOW, now),
        max_age=INDEX_LIFE,
        status="attention" if good * 2 < len(valued) else "normal",
        url=reverse(LIST) + "?type=AirQualityObserved",
    )  # fmt: skip


def _value_time(thing: Thing, key: str, now: datetime) -> datetime | None:
    reading = thing.derived(key, now)
    return reading.time if reading else None


def _worst_air(things: list[Thing], now: datetime) -> Figure | None:
    valued = _indexed(things, AIR_NOW, now)
    if not valued:
        return None
    value, worst = max(valued, key=lambda pair: pair[0])
    trend = queries.hourly_worst([t.entity.pk for _v, t in valued], AIR_NOW, now)
    return Figure(
        "worst-air", gettext("Highest VN_AQI"), worst.entity.place.name if worst.entity.place else worst.entity.name,
        value, trend=tuple(trend), change=queries.change_words(trend), at=_value_time(worst, AIR_NOW, now),
        max_age=INDEX_LIFE, level=queries.level_of(worst.derived(AIR_NOW, now), now),
        url=reverse("entity", args=[worst.entity.pk]),
    )  # fmt: skip


def _good_water(things: list[Thing], now: datetime) -> Figure | None:
    valued = _indexed(things, WATER, now)
    if not valued:
        return None
    trend = queries.hourly_within([t.entity.pk for _v, t in valued], WATER, GOOD_WATER, 100, now)
    good = sum(value >= GOOD_WATER for value, _t in valued)
    return Figure(
        "good-water", gettext("Good water"), gettext("VN_WQI ≥ 76, water stations"), good, len(valued),
        trend=tuple(trend), change=queries.change_words(trend), at=_value_time(valued[0][1], WATER, now),
        max_age=INDEX_LIFE,
        status="attention" if good * 2 < len(valued) else "normal",
        url=reverse(LIST) + "?type=SurfaceWaterStation",
    )  # fmt: skip


def _wifi(things: list[Thing], now: datetime) -> Figure | None:
    points = [t for t in things if t.entity.sector == "wifi" and t.signal != "none"]
    if not points:
        return None
    counts = states(points)
    trend = queries.hourly_alive([t.entity.pk for t in points], now)
    return Figure(
        "wifi", gettext("Wi-Fi working"), gettext("access points"), counts["live"], counts["total"],
        trend=tuple(trend), change=queries.change_words(trend), at=_latest(points),
        url=reverse(LIST) + "?sector=wifi",
    )  # fmt: skip


def _alerts(alerts: AlertQuerySet, now: datetime) -> Figure:
    rows = list(alerts.calling(now).values_list("priority", "state"))
    new = sum(state == Alert.State.NEW for _priority, state in rows)
    worst = min((priority for priority, _state in rows), default=None)
    return Figure(
        "alerts", gettext("Open alerts"), gettext("in this scope"), len(rows),
        trend=tuple(queries.hourly_open(alerts, now)), change=gettext("%(n)s not acknowledged") % {"n": new},
        status={1: "critical", 2: "high", 3: "attention", None: "normal"}[worst], url=reverse("alerts"),
    )  # fmt: skip


def _sources(user: object, now: datetime) -> Figure | None:
    states_ = list(Source.objects.visible_to(user).filter(enabled=True).values_list("state", flat=True))
    if not states_:
        return None
    working = states_.count(Source.State.OK)
    trend = queries.hourly_readings(user, now)
    taken = format_number(sum(value or 0 for value in trend), 0)
    return Figure(
        "sources", gettext("Sources working"), gettext("readings taken in by hour"), working, len(states_),
        trend=tuple(trend), change=gettext("%(n)s readings in 24 hours") % {"n": taken},
        status="attention" if Source.State.BROKEN in states_ else "normal", url=reverse("sources"),
    )  # fmt: skip


def _held(user: object) -> Figure | None:
    if not Source.objects.visible_to(user).exists():
        return None
    held = Quarantined.objects.visible_to(user).filter(state=Quarantined.State.HELD).count()
    return Figure(
        "held", gettext("Set aside"), gettext("data not understood yet"), held,
        status="attention" if held else "normal", url=reverse("quarantine"),
    )  # fmt: skip
