"""The sea and those who come for it: marine stations, ports, lodgings."""

from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, season_of_tourism
from halong.simulation.storm import SURGE
from halong.simulation.water import tide

STAY_IN_PORT = 10.8  # m/s: force 6, at which boats don't leave
BOATS = {"1": 170.0, "2": 130.0, "3": 38.0, "4": 14.0}  # by the last figure of the port's id
PEOPLE_A_BOAT = 27


@dataclass(frozen=True, slots=True)
class _Sea:
    wind: float


def _sea(m: Moment) -> _Sea:
    """Over open water the wind is stronger than on land."""
    return _Sea(m.sky.wind * m.grain.trait("open", 1.05, 1.3) + 0.6)


SEA: Kind[_Sea] = Kind(
    _sea,
    {
        "windSpeed": lambda _m, s: s.wind,
        "waveHeight": lambda m, s: (0.12 + 0.03 * s.wind**1.45) * m.vary("wave", 3, 0.12, 0.04),
        "waterLevel": lambda m, _s: (
            tide(m.time) + 0.05 * m.grain.wave("level", 20, m.time) + SURGE * m.sky.storm
        ),
        "visibility": lambda m, _s: max(
            300.0, 18_000 * (1 - 0.6 * m.sky.wet) * (1 - 0.85 * m.sky.storm) * m.vary("haze", 10, 0.25, 0.04)
        ),
    },
)


@dataclass(frozen=True, slots=True)
class _Port:
    boats: float


def _port(m: Moment) -> _Port:
    """Boats leave in the morning and after noon; a few stay over night. In a strong wind nobody leaves."""
    size = BOATS.get(m.device.code[-1], 40.0)
    hour = m.sky.clock.hour
    out = bump(hour, 10, 1.7) + 0.85 * bump(hour, 14.5, 1.6) + 0.12
    week = 1.0 if m.sky.clock.weekend else 0.72
    calm = min(1.0, max(0.0, (STAY_IN_PORT - m.sky.wind * 1.2) / 2)) * (1 - m.sky.aftermath)
    return _Port(
        size * min(1.0, out) * week * season_of_tourism(m.sky.clock) * calm * m.vary("boats", 3, 0.1, 0.03)
    )


PORT: Kind[_Port] = Kind(
    _port,
    {
        "vesselsAtSea": lambda _m, p: p.boats,
        "passengersAtSea": lambda m, p: p.boats * PEOPLE_A_BOAT * m.vary("people", 6, 0.1, 0.03),
    },
)


def _lodging(m: Moment) -> float:
    now = m.sky.clock
    week = 0.2 * bump(now.weekday * 24 / 7 + now.hour / 7, 5.2 * 24 / 7, 2.6)
    night = 0.06 * bump(now.hour, 0, 6)
    share = 0.1 + m.grain.trait("liked", 0.38, 0.55) * season_of_tourism(now) + week + night
    return min(0.98, share * m.vary("rooms", 40, 0.08, 0.01)) * (1 - 0.4 * m.sky.aftermath)


LODGING: Kind[float] = Kind(
    _lodging,
    {
        "roomsOccupied": lambda m, share: (
            m.device.traits.get("roomsTotal", m.grain.trait("rooms", 100, 900)) * share
        )
    },
)
