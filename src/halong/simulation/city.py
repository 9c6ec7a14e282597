"""What a city lives by: power, water, lamps; roads under water, and building sites."""

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, work

LAMPS_ON, LAMPS_OFF = 18.0, 5.5  # hours on the wall
FLOODS_FROM = 22.0  # mm an hour that the drains can carry


def _nothing(m: Moment) -> None:
    return None


def _customers(m: Moment) -> float:
    return m.device.traits.get("customers") or m.grain.trait("customers", 2_000, 15_000)


def _without_power(m: Moment) -> float:
    """Share of the customers: now and then a part of an area for some hours, many after a storm."""
    fault = m.grain.wave("cut", 11, m.time)
    usual = m.grain.trait("cut", 0.04, 0.3) if fault > 0.955 else 0.0
    storm = (m.sky.aftermath * m.grain.trait("exposed", 0.1, 1)) ** 2 * 0.8
    return min(1.0, usual + storm)


def _load(m: Moment, _n: None) -> float:
    """MW: mines and homes together, more in the evening and in the heat."""
    shape = 0.72 + 0.16 * bump(m.sky.clock.hour, 11, 3) + 0.26 * bump(m.sky.clock.hour, 19, 2.2)
    heat = 1 + 0.022 * max(0.0, m.sky.temperature - 26)
    own = m.grain.trait("industry", 1.8, 4.6) / 1_000
    return _customers(m) * own * shape * heat * m.vary("load", 5, 0.04, 0.01) * (1 - 0.9 * _without_power(m))


POWER: Kind[None] = Kind(
    _nothing,
    {"activePower": _load, "customersInterrupted": lambda m, _n: _customers(m) * _without_power(m)},
)


def _thirst(m: Moment) -> float:
    """Water use by the hour, about 1 over the day."""
    return 0.55 + 0.65 * bump(m.sky.clock.hour, 6.8, 1.6) + 0.75 * bump(m.sky.clock.hour, 18.5, 2.4)


def _flow(m: Moment, _n: None) -> float:
    return _customers(m) * 0.031 * _thirst(m) * m.vary("flow", 6, 0.06, 0.02)


def _pressure(m: Moment, _n: None) -> float:
    """bar: less where much is drawn; now and then a main breaks."""
    broken = 1.6 if m.grain.wave("main", 8, m.time) > 0.985 else 0.0
    usual = m.grain.trait("pressure", 2.7, 3.6) - 0.45 * (_thirst(m) - 0.9)
    return max(0.2, (usual - broken - 1.1 * m.sky.aftermath) * m.vary("pressure", 3, 0.04, 0.01))


WATER: Kind[None] = Kind(
    _nothing,
    {
        "pressure": _pressure,
        "flow": _flow,
        "loss": lambda m, n: _flow(m, n) * m.grain.trait("leaks", 0.09, 0.17) * m.vary("loss", 30, 0.1, 0.02),
    },
)


def _over_the_road(m: Moment, _n: None) -> float:
    """cm: what the drains can't carry, where the ground is low; a storm's water goes slowly."""
    too_much = max(0.0, m.sky.rain * 12 - FLOODS_FROM)
    return m.grain.trait("low", 0.15, 1) * (0.9 * too_much + 38 * m.sky.aftermath**2)


FLOOD: Kind[None] = Kind(
    _nothing, {"currentLevel": _over_the_road, "precipitation": lambda m, _n: 3 * m.sky.rain}
)


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


def _faulty(m: Moment, _shared: None) -> float:
    lamps = m.device.traits.get("lampsTotal") or m.grain.trait("total", 150, 480)
    return lamps * (
        m.grain.trait("old", 0.004, 0.026) * m.vary("faulty", 90, 0.4, 0.0) + 0.1 * m.sky.aftermath
    )


CABINET: Kind[None] = Kind(
    _nothing, {"totalActivePower": _power, "energyConsumed": _energy, "lampsFaulty": _faulty}
)
SITE: Kind[None] = Kind(
    _nothing,
    {
        "pm10": lambda m, _n: (
            (26 + m.grain.trait("dust", 25, 75) * work(m.sky.clock) * (1 - m.sky.wet))
            * m.vary("pm10", 4, 0.25, 0.06)
        ),
        "LAeq": lambda m, _n: (
            46
            + m.grain.trait("loud", 12, 25) * work(m.sky.clock) * (1 - m.sky.storm)
            + 1.2 * m.grain.jitter("n", m.time)
        ),
    },
)
