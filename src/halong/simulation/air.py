"""Ambient air: what stands in it follows the season, the traffic, the mines, and how well the air mixes.

Most hours are "good" or "moderate" by VN_AQI; still winter nights near mines and power plants are "poor".
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, exp, radians, sqrt

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, traffic, work

# Where coal is dug, burnt and loaded, as longitude, latitude and weight: the air around is dustier. Other
# provinces have none of these places and so have plain air.
HOT_SPOTS = (
    (107.29, 21.02, 1.0),  # Cẩm Phả
    (107.34, 21.08, 0.9),  # Mông Dương
    (106.60, 21.07, 1.0),  # Mạo Khê
    (106.77, 21.04, 0.7),  # Uông Bí
    (107.15, 20.97, 0.6),  # Hà Tu, Hà Lầm
)
REACH_KM = 6.0


def industry(lon: float, lat: float) -> float:
    """How near mines and power plants are: 0 far away, about 1 in their midst."""
    near = 0.0
    for spot_lon, spot_lat, weight in HOT_SPOTS:
        km = (((lon - spot_lon) * cos(radians(lat)) * 111.3) ** 2 + ((lat - spot_lat) * 110.6) ** 2) ** 0.5
        near = max(near, weight * exp(-((km / REACH_KM) ** 2)))
    return near


@dataclass(frozen=True, slots=True)
class _Air:
    industry: float
    traffic: float
    held: float  # how much of what is let into the air stays: 1 on an ordinary day
    pm25: float
    pm10: float
    no2: float


def _shared(m: Moment) -> _Air:
    sky, now = m.sky, m.sky.clock
    mines = industry(m.device.lon, m.device.lat)
    roads = traffic(now) * m.grain.trait("roads", 0.5, 1.5)
    held = min(1.8, (0.95 / sky.ventilation) ** 0.8)
    washed = 1 - 0.5 * sky.wet
    season = 22 + 9.5 * now.winter
    place = m.grain.trait("dust", 0.55, 1.1) + 0.55 * mines
    pm25 = season * place * held * washed * (0.93 + 0.2 * min(1.0, roads)) * m.vary("pm25", 9, 0.13, 0.035)
    coarse = 6 + 8 * roads + mines * (10 + 16 * work(now)) + 2.2 * sky.wind * (1 - sky.wet)
    pm10 = pm25 * 1.28 + coarse * (1 - 0.7 * sky.wet) * m.vary("coarse", 5, 0.2, 0.06)
    no2 = (9 + 30 * roads + 13 * mines) * held**0.8 * (1 - 0.3 * sky.sun) * m.vary("no2", 4, 0.16, 0.05)
    return _Air(mines, roads, held, pm25, pm10, no2)


def _ozone(m: Moment, air: _Air) -> float:
    """Made by the sun out of traffic's gases, eaten at night by what the streets let out."""
    sun = m.sky.sun * (1 - 0.25 * m.sky.clock.winter)
    late = bump(m.sky.clock.hour, 14.5, 3.2)
    made = 96 * late * (0.35 + 0.65 * sun) * (1 - 0.5 * m.sky.wet)
    rest: float = max(3.0, 24 + made - 0.3 * air.no2)
    return rest * m.vary("o3", 11, 0.14, 0.03)


def _so2(m: Moment, air: _Air) -> float:
    return (8 + 42 * air.industry + 3 * air.traffic) * sqrt(air.held) * m.vary("so2", 5, 0.3, 0.06)


def _co(m: Moment, air: _Air) -> float:
    return (310 + 620 * air.traffic + 150 * air.industry) * air.held * m.vary("co", 5, 0.15, 0.04)


def _no(m: Moment, air: _Air) -> float:
    return air.no2 * (0.22 + 0.5 * min(1.0, air.traffic)) * m.vary("no", 3, 0.25, 0.08)


def _small(name: str, base: float, by_road: float, by_mine: float) -> Callable[[Moment, _Air], float]:
    """A gas that is there in traces: a base, what traffic and what industry add, held by still air."""

    def part(m: Moment, air: _Air) -> float:
        return (
            (base + by_road * air.traffic + by_mine * air.industry) * air.held * m.vary(name, 6, 0.25, 0.07)
        )

    return part


AIR: Kind[_Air] = Kind(
    _shared,
    {
        "pm25": lambda _m, air: air.pm25,
        "pm10": lambda _m, air: air.pm10,
        "pm1": lambda m, air: air.pm25 * 0.64 * m.vary("pm1", 8, 0.06, 0.02),
        "tsp": lambda m, air: air.pm10 * 1.45 * m.vary("tsp", 5, 0.12, 0.05),
        "no2": lambda _m, air: air.no2,
        "no": _no,
        "nox": lambda m, air: air.no2 + 1.53 * _no(m, air),
        "so2": _so2,
        "co": _co,
        "o3": _ozone,
        "sh2": _small("sh2", 2, 0.5, 3),
        "nh3": _small("nh3", 9, 2, 4),
        "c6h6": _small("c6h6", 0.8, 3, 1),
        "toluene": _small("toluene", 3, 12, 2),
        "xylene": _small("xylene", 2, 9, 2),
        "pb": _small("pb", 0.02, 0.02, 0.1),
        "hcl": _small("hcl", 2, 0, 6),
        "temperature": lambda m, _air: m.sky.temperature + 0.15 * m.grain.jitter("temperature", m.time),
        "relativeHumidity": lambda m, _air: m.sky.humidity + 0.5 * m.grain.jitter("humidity", m.time),
        "pressure": lambda m, _air: m.sky.pressure + 0.1 * m.grain.jitter("pressure", m.time),
        "windSpeed": lambda m, _air: m.sky.wind * m.vary("wind", 1, 0.1, 0.08),
        "windDirection": lambda m, _air: (m.sky.direction + 6 * m.grain.jitter("veer", m.time)) % 360,
        "precipitation": lambda m, _air: m.sky.rain,
    },
)
