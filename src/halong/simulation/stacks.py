"""Stacks of industry: boilers that follow the day's demand for power, filters that hold what they let out."""

from collections.abc import Callable
from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump


@dataclass(frozen=True, slots=True)
class _Stack:
    load: float  # 0 when the boiler stands, 1 at full power


def _boiler(m: Moment) -> _Stack:
    """Plants follow the demand of the day; now and then a unit stands for days."""
    demand = 0.72 + 0.16 * bump(m.sky.clock.hour, 11, 3) + 0.2 * bump(m.sky.clock.hour, 19, 2)
    on = m.grain.wave("overhaul", 24 * 11, m.time) > -0.86
    return _Stack(min(1.0, demand * m.vary("load", 8, 0.05, 0.008)) if on else 0.0)


def _flue(name: str, base: float, share: float = 0.12) -> Callable[[Moment, _Stack], float]:
    """A pollutant in mg/m³ that its filter holds near ``base``; a cold stack has next to none."""

    def part(m: Moment, stack: _Stack) -> float:
        own = m.grain.trait(name, 0.7, 1.3)
        return base * own * (0.55 + 0.45 * stack.load) * m.vary(name, 6, share, 0.03) * (stack.load > 0)

    return part


EMISSION: Kind[_Stack] = Kind(
    _boiler,
    {
        "tsp": _flue("tsp", 42, 0.2),
        "so2": _flue("so2", 190),
        "no": _flue("no", 170),
        "no2": _flue("no2", 22),
        "nox": _flue("nox", 285),
        "co": _flue("co", 85, 0.3),
        "sh2": _flue("sh2", 1.2),
        "nh3": _flue("nh3", 4.0),
        "hg": _flue("hg", 0.011),
        "o2": lambda m, s: (
            11.5 - 5 * s.load + 0.15 * m.grain.jitter("o2", m.time)
            if s.load
            else 20.8 + 0.06 * m.grain.jitter("o2", m.time)
        ),
        "flow": lambda m, s: (
            m.grain.trait("flow", 180_000, 1_400_000) * s.load * m.vary("flow", 3, 0.03, 0.01)
        ),
        "temperature": lambda m, s: m.sky.temperature + (96 * s.load + 12) * (s.load > 0),
        "pressure": lambda m, s: m.sky.pressure - 2.5 * s.load,
        "relativeHumidity": lambda m, s: 9 + 5 * m.grain.trait("moist", 0, 1) if s.load else m.sky.humidity,
    },
)
