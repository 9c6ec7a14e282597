"""Where people are: wifi, roads, hospitals, offices, destinations, and the lamps that are lit for them."""

from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, leisure, season_of_tourism, traffic, work

LAMPS_ON, LAMPS_OFF = 18.0, 5.5  # hours on the wall


@dataclass(frozen=True, slots=True)
class _Crowd:
    share: float  # of the most people that the place ever sees


def _crowd(m: Moment) -> _Crowd:
    """A mixture, its own for each place, of visitors, of people at work and of people who pass."""
    now = m.sky.clock
    visitors = m.grain.trait("visitors", 0.2, 1.0)
    busy = m.grain.trait("busy", 0.0, 0.5)
    fine = 1 - 0.45 * m.sky.wet
    share = visitors * leisure(now) * season_of_tourism(now) * fine + busy * work(now) + 0.12 * traffic(now)
    return _Crowd(min(1.0, share * m.vary("crowd", 3, 0.15, 0.07)))


def _connected(m: Moment, crowd: _Crowd) -> float:
    return m.grain.trait("capacity", 35, 210) * crowd.share


WIFI: Kind[_Crowd] = Kind(
    _crowd,
    {
        "clientsConnected": _connected,
        "throughput": lambda m, c: (
            _connected(m, c) * m.grain.trait("appetite", 0.25, 0.6) * m.vary("rate", 1, 0.2, 0.12)
        ),
    },
)
DESTINATION: Kind[_Crowd] = Kind(
    _crowd, {"peopleCount": lambda m, c: m.grain.trait("size", 400, 9_000) * c.share}
)


@dataclass(frozen=True, slots=True)
class _Road:
    flow: float  # vehicles in five minutes, wanting to pass
    full: float  # share of what the road can carry, to 1


def _road(m: Moment) -> _Road:
    wide = m.grain.trait("lanes", 90, 320)
    wish = wide * m.grain.trait("demand", 0.5, 1.05) * traffic(m.sky.clock) * m.vary("traffic", 2, 0.08, 0.05)
    return _Road(min(wide, wish), min(1.0, wish / wide))


def _speed(m: Moment, road: _Road) -> float:
    free = m.grain.trait("speed", 38, 58) * (1 - 0.12 * (m.sky.rain > 0))
    return max(6.0, free * (1 - 0.6 * road.full**3)) * m.vary("speed", 1, 0.03, 0.03)


TRAFFIC: Kind[_Road] = Kind(
    _road,
    {
        "intensity": lambda _m, road: road.flow,
        "averageVehicleSpeed": _speed,
        "occupancy": lambda m, road: 4 + 58 * road.full**1.4 * m.vary("occupancy", 1, 0.05, 0.04),
    },
)


@dataclass(frozen=True, slots=True)
class _House:
    beds: float


def _beds(m: Moment) -> _House:
    return _House(m.device.traits.get("bedsTotal") or m.grain.trait("beds", 300, 900))


def _occupied(m: Moment, house: _House) -> float:
    week = -0.05 * m.sky.clock.weekend
    usual = m.grain.trait("occupancy", 0.82, 0.93) + week + 0.03 * m.sky.clock.winter
    return house.beds * min(1.0, usual + 0.03 * m.grain.wave("beds", 60, m.time) + 0.012 * work(m.sky.clock))


def _emergency(m: Moment, house: _House) -> float:
    day = 0.5 + 0.4 * bump(m.sky.clock.hour, 10, 3) + 0.55 * bump(m.sky.clock.hour, 20, 2.6)
    return house.beds * 0.026 * day * m.vary("emergency", 5, 0.2, 0.06)


def _visits(m: Moment, house: _House) -> float:
    """Outpatients since midnight: they come from 6:30 to 17:00, most of them before noon."""
    hour = m.sky.clock.hour
    morning = min(1.0, max(0.0, (hour - 6.5) / 5))
    afternoon = min(1.0, max(0.0, (hour - 13) / 4))
    today = house.beds * 0.95 * (0.35 if m.sky.clock.weekend else 1.0)
    of_day = 1 + 0.12 * m.grain.jitter("visits", m.sky.clock.day)  # one number a day: the count never falls
    return today * of_day * (0.68 * morning + 0.32 * afternoon)


HOSPITAL: Kind[_House] = Kind(
    _beds, {"bedsOccupied": _occupied, "emergencyPatients": _emergency, "outpatientVisits": _visits}
)


def _nothing(m: Moment) -> None:
    return None


def _waiting(m: Moment, _shared: None) -> float:
    now = m.sky.clock
    if now.weekday == 6 or not 7.25 <= now.hour <= 17.25:
        return 0.0
    return m.grain.trait("counters", 18, 70) * work(now) * m.vary("waiting", 2, 0.25, 0.1)


def _lit(m: Moment) -> bool:
    return m.sky.clock.hour >= LAMPS_ON or m.sky.clock.hour < LAMPS_OFF


def _power(m: Moment, _shared: None) -> float:
    return m.grain.trait("lamps", 6, 38) * m.vary("power", 5, 0.02, 0.01) if _lit(m) else 0.05


def _energy(m: Moment, _shared: None) -> float:
    """What the meter shows: it only ever rises, by the lamps' mean power while they are lit."""
    hour = m.sky.clock.hour
    lit = min(hour, LAMPS_OFF) + max(0.0, hour - LAMPS_ON)
    nights = m.sky.clock.day - 17_000  # the meters were set to zero on a day in 2016
    return m.grain.trait("lamps", 6, 38) * (nights * (LAMPS_OFF + 24 - LAMPS_ON) + lit)


OFFICE: Kind[None] = Kind(_nothing, {"peopleWaiting": _waiting})
CABINET: Kind[None] = Kind(_nothing, {"totalActivePower": _power, "energyConsumed": _energy})
