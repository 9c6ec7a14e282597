"""VN_AQI, the air quality index of Việt Nam, after Decision 1459/QĐ-TCMT of 12/11/2019 (data/vn_aqi.toml).

Concentrations are in µg/m³; None is a gap. Sub-indices are rounded to whole numbers, halves upward (the
decision says "rounded to an integer"). Concentrations are not rounded before: the decision's worked example
prints a Nowcast of 20.3 but both 20.27 and 20.3 give 41. The same example prints 60 where 59.35 was
computed; we give 59.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from halong.core.sector import Level
from halong.sectors.environment import regulation
from halong.sectors.environment.hours import mean_of_hours
from halong.sectors.environment.interpolation import interpolate, round_half_up

SCALE = regulation.scale("vn_aqi")
NOWCAST_HOURS = 12
RUNNING_HOURS = 8
PARTICLES = ("pm25", "pm10")
GASES = ("so2", "no2", "co", "o3")
PARAMETERS = (*PARTICLES, *GASES)

_INDEX: list[float] = regulation.read("vn_aqi")["breakpoints"]["index"]
_POINTS: dict[str, list[tuple[float, float]]] = {
    column: list(zip(values, _INDEX, strict=False))
    for column, values in regulation.read("vn_aqi")["breakpoints"].items()
    if column != "index"
}
O3_8H_TOP = _POINTS["o3_8h"][-1][0]


class Missing(StrEnum):
    """Why there is no index."""

    NO_PARTICLES = "no_particles"  # neither PM10 nor PM2.5, of which one at least is mandatory


@dataclass(frozen=True, slots=True)
class SubIndex:
    """One parameter's index. ``column`` is the column of table 2 that was used, ``concentration`` what
    entered it.
    """

    parameter: str
    column: str
    concentration: float
    value: int


@dataclass(frozen=True, slots=True)
class AQI:
    """A station's index: ``value`` 0 to 500 with its ``level`` and the parameters that decide it, or None
    and why.

    ``sub_indices`` holds one entry a parameter that had data, also where the value is missing.
    """

    value: int | None
    level: Level | None
    dominant: tuple[str, ...]
    sub_indices: tuple[SubIndex, ...]
    missing: Missing | None = None


def sub_index(column: str, concentration: float) -> int:
    """The index of one concentration (µg/m³) by a column of table 2: ``pm25 pm10 so2 no2 co o3_1h o3_8h``.

    Above the table's last value it is 500 (an 8-hour mean of ozone above 400 must not be asked for: use the
    1-hour one).
    """
    if column == "o3_8h" and concentration > O3_8H_TOP:
        raise ValueError(f"an 8-hour mean of ozone above {O3_8H_TOP} µg/m³ has no index")
    return round_half_up(interpolate(concentration, _POINTS[column]))


def nowcast(hours: Sequence[float | None]) -> float | None:
    """The Nowcast of a particle from its hourly means c1 (the current hour), c2, … c12, newest first, gaps
    as None.

    None unless at least two of c1, c2, c3 are there. w = max(Cmin / Cmax, ½). A gap loses its weight and
    the sum is divided by the weights that remain, also for w = ½, where the decision's short form Σ ½^i·ci
    would come out low.
    """
    recent = list(hours[:NOWCAST_HOURS])
    present = [value for value in recent if value is not None]
    if sum(value is not None for value in recent[:3]) < 2:
        return None
    highest = max(present)
    weight = max(min(present) / highest, 0.5) if highest > 0 else 1.0
    weighted = [(weight**n, value) for n, value in enumerate(recent) if value is not None]
    return sum(w * value for w, value in weighted) / sum(w for w, _ in weighted)


def hourly_aqi(
    particles: Mapping[str, Sequence[float | None]], gases: Mapping[str, float | None] | None = None
) -> AQI:
    """The hourly index (section on AQI giờ).

    ``particles``: for ``pm25`` and ``pm10`` the 12 hourly means, newest first; ``gases``: the current
    1-hour mean of ``so2 no2 co o3``. Parameters that the station doesn't measure are left out or None.
    """
    hourly = gases or {}
    entries = [
        *(_entry(name, name, nowcast(particles.get(name, ()))) for name in PARTICLES),
        *(_entry(name, "o3_1h" if name == "o3" else name, hourly.get(name)) for name in GASES),
    ]
    return _combine([entry for entry in entries if entry])


def daily_aqi(
    day: Mapping[str, Sequence[float | None]], ozone_before: Sequence[float | None] = (None,) * 7
) -> AQI:
    """The daily index (section on AQI ngày) from the 24 hourly means of each parameter, labels 01:00 to
    00:00 in order.

    ``ozone_before``: the seven hourly means of ozone before 01:00, for the running 8-hour means of the
    first hours. The mean of 24 hours needs 18 of them, a running one 6 of 8.
    """
    entries = [
        *(_entry(name, name, mean_of_hours(day.get(name, ()))) for name in PARTICLES),
        *(_entry(name, name, _highest(day.get(name, ()))) for name in ("so2", "no2", "co")),
        _daily_ozone(day.get("o3", ()), ozone_before),
    ]
    return _combine([entry for entry in entries if entry])


def level_of(value: float) -> Level:
    """The level of table 1 that an index falls into."""
    return SCALE.level(value)


def _daily_ozone(day: Sequence[float | None], before: Sequence[float | None]) -> SubIndex | None:
    """The higher of the indices of the day's highest 1-hour and highest running 8-hour mean; 8 h not above
    400.
    """
    hours = [*before[-(RUNNING_HOURS - 1) :], *day] if day else []
    running = [mean_of_hours(hours[n : n + RUNNING_HOURS]) for n in range(len(hours) - RUNNING_HOURS + 1)]
    highest_8h = _highest(running)
    candidates = [_entry("o3", "o3_1h", _highest(day))]
    if highest_8h is not None and highest_8h <= O3_8H_TOP:
        candidates.append(_entry("o3", "o3_8h", highest_8h))
    return max((entry for entry in candidates if entry), key=lambda entry: entry.value, default=None)


def _highest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _entry(parameter: str, column: str, concentration: float | None) -> SubIndex | None:
    if concentration is None:
        return None
    return SubIndex(parameter, column, concentration, sub_index(column, concentration))


def _combine(entries: Sequence[SubIndex]) -> AQI:
    if not any(entry.parameter in PARTICLES for entry in entries):
        return AQI(None, None, (), tuple(entries), Missing.NO_PARTICLES)
    value = max(entry.value for entry in entries)
    dominant = tuple(entry.parameter for entry in entries if entry.value == value)
    return AQI(value, level_of(value), dominant, tuple(entries))
