"""Public order: cameras, what police stations record in an hour, calls for help."""

from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, traffic

CALLS = {"113": 13.0, "114": 2.2, "115": 21.0}  # in an hour of an ordinary day


def _nothing(m: Moment) -> None:
    return None


CAMERA: Kind[None] = Kind(
    _nothing, {"frameRate": lambda m, _n: m.grain.trait("rate", 15, 25) * m.vary("rate", 6, 0.06, 0.02)}
)


def _evening(m: Moment) -> float:
    """Trouble by the hour, 1 over the day: little before dawn, most in the evening, more at weekends."""
    busy = 0.35 + 0.9 * bump(m.sky.clock.hour, 15, 4) + 1.5 * bump(m.sky.clock.hour, 21.5, 2)
    return busy * (1.25 if m.sky.clock.weekend else 0.95)


def _a_day(m: Moment, number: float) -> float:
    """The mean of an hour where the whole province has so many a day; some wards have many, most few."""
    return number / 54 / 24 * (0.25 + 2.25 * m.grain.trait("trouble", 0, 1) ** 2)


POLICE: Kind[None] = Kind(
    _nothing,
    {
        "publicOrderCases": lambda m, _n: m.grain.count("cases", m.time, _a_day(m, 6.0) * _evening(m)),
        "fires": lambda m, _n: m.grain.count(
            "fires", m.time, _a_day(m, 0.6) * (1 - 0.5 * m.sky.wet + 3 * m.sky.aftermath)
        ),
        "trafficAccidents": lambda m, _n: m.grain.count(
            "accidents", m.time, _a_day(m, 4.0) * traffic(m.sky.clock) * (1 + m.sky.wet)
        ),
    },
)


@dataclass(frozen=True, slots=True)
class _Calls:
    received: float
    crowded: float  # 1 on an ordinary hour


def _calls(m: Moment) -> _Calls:
    usual = CALLS.get(m.device.code[-3:], 8.0)
    by_hour = 0.4 + 0.6 * bump(m.sky.clock.hour, 10, 3.5) + 0.85 * bump(m.sky.clock.hour, 20, 3)
    crowded = by_hour * m.vary("calls", 2, 0.25, 0.1) * (1 + 5 * m.sky.aftermath)
    return _Calls(usual * crowded, crowded)


CALL_CENTRE: Kind[_Calls] = Kind(
    _calls,
    {
        "callsReceived": lambda _m, c: c.received,
        "callsAnswered": lambda m, c: c.received * (1 - 0.02 * m.grain.trait("busy", 0.3, 1) * c.crowded),
        "answerTime": lambda m, c: (4 + 2.2 * c.crowded) * m.vary("answer", 4, 0.12, 0.05),
    },
)
