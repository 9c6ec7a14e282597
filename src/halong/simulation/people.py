"""Where people are: wifi, roads, offices, destinations, schools."""

from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import leisure, lessons, season_of_tourism, traffic, work

GB_AN_HOUR = 3600 / 8 / 1000  # of a rate of 1 Mbit/s


@dataclass(frozen=True, slots=True)
class _Crowd:
    share: float  # of the most people that the place ever sees


def _crowd(m: Moment) -> _Crowd:
    """A mixture, its own for each place, of visitors, of people at work and of people who pass."""
    now = m.sky.clock
    visitors = m.grain.trait("visitors", 0.2, 1.0)
    busy = m.grain.trait("busy", 0.0, 0.5)
    fine = (1 - 0.45 * m.sky.wet) * (1 - 0.95 * m.sky.aftermath)
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
        # People stay for half an hour, or for less.
        "sessions": lambda m, c: _connected(m, c) * m.grain.trait("coming", 1.6, 3.2),
        "dataVolume": lambda m, c: (
            _connected(m, c)
            * m.grain.trait("appetite", 0.25, 0.6)
            * GB_AN_HOUR
            * m.vary("rate", 1, 0.2, 0.05)
        ),
    },
)
DESTINATION: Kind[_Crowd] = Kind(
    _crowd,
    {
        "peopleCount": lambda m, c: (
            m.device.traits.get("capacity", m.grain.trait("size", 400, 9_000)) * 0.7 * c.share
        )
    },
)


@dataclass(frozen=True, slots=True)
class _Road:
    flow: float  # vehicles in five minutes, wanting to pass
    full: float  # share of what the road can carry, to 1


def _road(m: Moment) -> _Road:
    wide = m.grain.trait("lanes", 90, 320)
    fewer = 1 - 0.8 * m.sky.aftermath
    wish = (
        wide
        * m.grain.trait("demand", 0.5, 1.05)
        * traffic(m.sky.clock)
        * m.vary("traffic", 2, 0.08, 0.05)
        * fewer
    )
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


def _nothing(m: Moment) -> None:
    return None


def _counters(m: Moment) -> float:
    """The province's own centre is the largest."""
    return 70.0 if m.device.code.endswith("tinh") else m.grain.trait("counters", 4, 16)


def _people_waiting(m: Moment, _shared: None) -> float:
    now = m.sky.clock
    if now.weekend or not 7.25 <= now.hour <= 17.25:
        return 0.0
    return _counters(m) * work(now) * m.vary("waiting", 2, 0.25, 0.1) * (1 - 0.9 * m.sky.aftermath)


def _waiting_time(m: Moment, shared: None) -> float:
    """Minutes: the longer the queue before each counter."""
    queue = _people_waiting(m, shared) / _counters(m)
    return (4 + m.grain.trait("pace", 6, 17) * queue) * m.vary("pace", 3, 0.15, 0.05) if queue else 0.0


OFFICE: Kind[None] = Kind(_nothing, {"peopleWaiting": _people_waiting, "waitingTime": _waiting_time})


@dataclass(frozen=True, slots=True)
class _School:
    used: float  # share of the rooms in which a lesson uses what they have


def _school(m: Moment) -> _School:
    usual = m.grain.trait("eager", 0.84, 1.0) * m.vary("lessons", 4, 0.04, 0.02)
    closed = 0.0 if m.sky.aftermath > 0.35 else 1.0
    return _School(min(1.0, lessons(m.sky.clock) * usual) * closed)


def _fresh_air(m: Moment, school: _School) -> float:
    """Rooms fill with CO2 while they are used, more so in winter when windows stay shut."""
    shut = 1 + 0.25 * m.sky.clock.winter
    return 425 + m.grain.trait("people", 300, 560) * shut * school.used * m.vary("co2", 3, 0.15, 0.04)


SCHOOL: Kind[_School] = Kind(
    _school,
    {
        "connected": lambda m, _s: float(m.grain.wave("line", 9, m.time) > -0.985),
        "classroomsInUse": lambda m, s: (
            m.device.traits.get("smartClassrooms", m.grain.trait("rooms", 6, 20)) * s.used
        ),
        "co2": _fresh_air,
        "temperature": lambda m, s: (
            0.7 * m.sky.temperature + 8.2 + 1.6 * s.used + 0.15 * m.grain.jitter("t", m.time)
        ),
        "pm25": lambda m, s: (
            (15 + 8 * m.sky.clock.winter + 4 * s.used)
            / m.sky.ventilation**0.5
            * m.vary("pm25", 8, 0.25, 0.05)
        ),
    },
)
