"""Weather and air of the last day, as far as the stations of the scope measure them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from halong.context.models import Entity
from halong.context.scope import Scope
from halong.core.formats import format_number
from halong.core.language import reader_language
from halong.core.permissions import SYSTEM
from halong.panorama.queries import level_of
from halong.panorama.things import AIR_NOW, Reading, Thing, things_of

DAY = timedelta(hours=24)
_DAY = """
WITH station AS (
    SELECT s.entity_id, s.property, min(r.minimum) AS low, max(r.maximum) AS high, avg(r.mean) AS mean,
        sum(r.mean * r.valid) AS total
    FROM rollup_hour r JOIN observations_series s ON s.id = r.series_id
    WHERE s.entity_id = ANY(%s) AND s.property IN ('temperature', 'precipitation', 'windSpeed', 'relativeHumidity')
    AND r.time > %s AND r.time <= %s AND r.valid > 0 GROUP BY s.entity_id, s.property)
SELECT property, min(low), max(high), avg(mean), max(total), count(*) FROM station GROUP BY property
"""
Rows = dict[str, tuple[float, float, float, float, int]]


def weather(scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Facts in words: ``label``, ``value``, ``note``, ``simulated``. Rain is the sum of the station that had most of it."""
    stations = scope.entities(Entity.objects.visible_to(SYSTEM)).filter(
        types__contains=["AirQualityObserved"]
    )
    things = things_of(stations, SYSTEM, now)
    rows = _of_day([thing.entity.pk for thing in things], now)
    simulated = any(thing.entity.simulated for thing in things)
    return [fact | {"simulated": simulated} for fact in [*_sky(rows), *_air(things, now)]]


def _of_day(stations: Sequence[int], now: datetime) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(_DAY, [list(stations), now - DAY, now])
        return {name: tuple(row) for name, *row in cursor.fetchall()}


def _sky(rows: Rows) -> list[dict[str, Any]]:
    facts = []
    if "temperature" in rows:
        low, high, *_rest = rows["temperature"]
        facts.append(_fact(gettext("Temperature"), f"{format_number(low, 1)} – {format_number(high, 1)} °C"))
    if "precipitation" in rows:
        most = rows["precipitation"][3]
        words = gettext("no rain") if most < 0.1 else f"{format_number(most, 1)} mm"
        facts.append(_fact(gettext("Rain, most at one station"), words))
    if "windSpeed" in rows:
        facts.append(_fact(gettext("Strongest wind"), f"{format_number(rows['windSpeed'][1], 1)} m/s"))
    if "relativeHumidity" in rows:
        facts.append(_fact(gettext("Mean humidity"), f"{format_number(rows['relativeHumidity'][2], 0)}%"))
    return facts


def _air(things: Sequence[Thing], now: datetime) -> list[dict[str, Any]]:
    indexed = [(reading, thing) for thing in things if (reading := thing.derived(AIR_NOW, now)) is not None]
    worst = max(indexed, key=lambda pair: pair[0].value or 0.0, default=None)
    if worst is None:
        return []
    reading, thing = worst
    value = f"{format_number(reading.value, 0)} · {_band(reading, now)}".strip(" ·")
    return [_fact(gettext("Highest VN_AQI"), value, thing.entity.name)]


def _band(reading: Reading, now: datetime) -> str:
    level = level_of(reading, now)
    return level.name(reader_language()) if level else ""


def _fact(label: str, value: str, note: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note}
