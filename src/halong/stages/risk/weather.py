"""From the readings of the province's stations to the levels that they suggest.

What readings can't tell is not guessed: no station knows that a storm is one (Điều 42) or what happens in other provinces
(Điều 44, levels 3 and 4), and the marine stations count from the zero of the sea chart, which the surge of Điều 43 doesn't.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.utils.timezone import localtime

from halong.places.models import Place
from halong.stages.actions.risk import Suggested
from halong.stages.risk.levels import Fit, beaufort, fog, heat, heavy_rain, sea_wind

FRESH = timedelta(hours=1)
RAIN_DAYS = 6
HEAT_DAYS = 30
BANDS = ((100.0, 200.0), (200.0, 400.0), (400.0, 10_000.0))  # mm in 24 hours
WARM = (35.0, 37.0, 39.0, 41.0)

_LATEST = """
SELECT e.name, p.kind, l.value, l.time, e.simulated
FROM latest l JOIN observations_series s ON s.id = l.series_id JOIN context_entity e ON e.id = s.entity_id
LEFT JOIN places_place p ON p.id = e.place_id
WHERE s.property = %s AND e.types @> ARRAY['SeaConditions']::varchar[] AND e.deleted_at IS NULL
AND l.quality = 0 AND l.time > %s AND l.time <= %s
"""
_RAIN = """
SELECT place, day, max(mm), max(mm12), bool_or(simulated) FROM (
    SELECT e.place_id AS place, s.id, e.simulated, floor(extract(epoch FROM %(now)s - r.time) / 86400)::int AS day,
        sum(r.mean * r.valid) AS mm, sum(r.mean * r.valid) FILTER (WHERE r.time > %(now)s - interval '12 hours') AS mm12
    FROM rollup_hour r JOIN observations_series s ON s.id = r.series_id JOIN context_entity e ON e.id = s.entity_id
    WHERE s.property = 'precipitation' AND e.deleted_at IS NULL AND e.place_id IS NOT NULL
    AND r.time > %(start)s AND r.time <= %(now)s AND r.valid > 0 GROUP BY 1, 2, 3, 4) AS station
GROUP BY place, day
"""
_HEAT = """
SELECT r.day, array_agg(r.maximum), bool_or(e.simulated)
FROM rollup_day r JOIN observations_series s ON s.id = r.series_id JOIN context_entity e ON e.id = s.entity_id
WHERE s.property = 'temperature' AND e.types @> ARRAY['AirQualityObserved']::varchar[] AND e.deleted_at IS NULL
AND r.day > %s AND r.day <= %s AND r.maximum IS NOT NULL GROUP BY r.day
"""


@dataclass(frozen=True)
class Unit:
    """Rain in one commune-level unit, most at one station: by day back from now, and in the last 12 hours."""

    by_day: Mapping[int, float]
    last12: float


def suggested(now: datetime) -> list[Suggested]:
    """Every level that readings of this moment suggest, one a hazard."""
    found = [_sea_wind(now), _fog(now), _rain(now), _heat(now)]
    return [one for one in found if one is not None]


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _made(hazard: str, fit: Fit, readings: Sequence[dict[str, Any]], *, simulated: bool) -> Suggested:
    return Suggested(hazard, fit.level, fit.table, fit.vi, fit.en, tuple(readings), simulated)


def _reading(name: str, name_en: str, value: float, unit: str, at: datetime) -> dict[str, Any]:
    return {"name": name, "name_en": name_en, "value": value, "unit": unit, "at": at.isoformat()}


def _highest(
    hazard: str, rows: Sequence[tuple[Any, ...]], fit_of: Callable[[Any, str], Fit | None], unit: str
) -> Suggested | None:
    """The station whose reading gives the highest level."""
    fits = [(fit, row) for row in rows if (fit := fit_of(row[2], row[1] or "")) is not None]
    if not fits:
        return None
    fit, (name, _kind, value, at, simulated) = max(fits, key=lambda pair: pair[0].level)
    return _made(hazard, fit, [_reading(name, name, value, unit, at)], simulated=simulated)


def _sea_wind(now: datetime) -> Suggested | None:
    """Wind of the marine stations; special zones are the islands."""

    def fit_of(value: float, kind: str) -> Fit | None:
        zone = "offshore" if kind == Place.Kind.SPECIAL_ZONE else "coast"
        return sea_wind(beaufort(value), zone=zone)

    return _highest("sea-wind", _rows(_LATEST, ["windSpeed", now - FRESH, now]), fit_of, "m/s")


def _fog(now: datetime) -> Suggested | None:
    rows = _rows(_LATEST, ["visibility", now - FRESH, now])
    return _highest("fog", rows, lambda value, _kind: fog(value, zone="water"), "m")


def _rain(now: datetime) -> Suggested | None:
    rows = _rows(_RAIN, {"now": now, "start": now - timedelta(days=RAIN_DAYS)})
    units: dict[int, dict[int, float]] = {}
    last12: dict[int, float] = {}
    for place, back, mm, mm12, _simulated in rows:
        units.setdefault(place, {})[back] = mm
        last12[place] = max(last12.get(place, 0.0), mm12 or 0.0)
    found = rain_fit([Unit(days, last12[place]) for place, days in units.items()])
    if found is None:
        return None
    fit, most, count = found
    readings = [
        _reading("mưa 24 giờ, nơi nhiều nhất", "24-hour rain, the most", most, "mm", now),
        _reading("số đơn vị có mưa ở mức này", "units with such rain", count, f"/ {len(units)}", now),
    ]
    return _made("rain", fit, readings, simulated=any(row[4] for row in rows))


def rain_fit(units: Sequence[Unit]) -> tuple[Fit, float, int] | None:
    """The highest row that the units' rain fits, the most rain, in how many units. The share is that of measured units."""
    most = max((unit.by_day.get(0, 0.0) for unit in units), default=0.0)
    best: tuple[Fit, float, int] | None = None
    for low, high in BANDS:
        wet = [unit for unit in units if _reaches(unit.by_day.get(0, 0.0), low)]
        half_day = [unit for unit in units if low == BANDS[0][0] and unit.last12 >= 50]
        there = wet if len(wet) >= len(half_day) else half_day
        if not there:
            continue
        days = 1
        while days < RAIN_DAYS and any(_reaches(unit.by_day.get(days, 0.0), low) for unit in units):
            days += 1
        mm24 = min(high, max(unit.by_day.get(0, 0.0) for unit in there))
        mm12 = min(100.0, max(unit.last12 for unit in there))
        fit = heavy_rain(mm24=mm24, mm12=mm12, days=days, share=len(there) / len(units))
        if fit is not None and (best is None or fit.level > best[0].level):
            best = fit, most, len(there)
    return best


def _reaches(mm: float, low: float) -> bool:
    return mm >= low if low == BANDS[0][0] else mm > low


def _heat(now: datetime) -> Suggested | None:
    today = localtime(now).date()
    rows = _rows(_HEAT, [today - timedelta(days=HEAT_DAYS), today])
    peaks = {day: median(values) for day, values, _simulated in rows}
    found = heat_fit(peaks, today)
    if found is None:
        return None
    fit, peak, days = found
    readings = [
        _reading("cao nhất ngày, trung vị các trạm", "daily maximum, median of stations", peak, "°C", now),
        _reading("số ngày liên tiếp", "days in a row", days, "", now),
    ]
    return _made("heat", fit, readings, simulated=any(row[2] for row in rows))


def heat_fit(peaks: Mapping[date, float], today: date) -> tuple[Fit, float, int] | None:
    """The highest row that the run of hot days up to today (or yesterday, while today isn't hot yet) fits."""
    best: tuple[Fit, float, int] | None = None
    for bound in WARM:
        day = today if peaks.get(today, 0.0) > bound else today - timedelta(days=1)
        peak, days = 0.0, 0
        while peaks.get(day, 0.0) > bound:
            peak, days, day = max(peak, peaks[day]), days + 1, day - timedelta(days=1)
        within = [upper for upper in WARM if upper > bound]
        fit = heat(min(peak, within[0]) if within else peak, days) if days else None
        if fit is not None and (best is None or fit.level > best[0].level):
            best = fit, peak, days
    return best
