"""Hospitals: beds that fill in the week and empty at its end, and what a day brings to their doors."""

from dataclasses import dataclass

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, work

OPEN, CLOSED = 6.5, 17.0  # hours of the outpatients' departments


@dataclass(frozen=True, slots=True)
class _House:
    beds: float
    occupied: float
    icu: float
    icu_occupied: float


def _house(m: Moment) -> _House:
    beds = m.device.traits.get("bedsTotal") or m.grain.trait("beds", 300, 900)
    icu = m.device.traits.get("icuBedsTotal") or max(4.0, 0.05 * beds)
    week = -0.04 * m.sky.clock.weekend + 0.02 * m.sky.clock.winter + 0.05 * m.sky.aftermath
    usual = m.grain.trait("occupancy", 0.83, 0.89) + week
    share = usual + 0.025 * m.grain.wave("beds", 60, m.time) + 0.012 * work(m.sky.clock)
    grave = m.grain.trait("icu", 0.73, 0.8) + 0.09 * m.grain.wave("icu", 40, m.time) + 0.2 * m.sky.aftermath
    return _House(beds, beds * min(0.985, share), icu, icu * min(1.0, grave))


def _available(m: Moment, house: _House) -> float:
    """What is free, less the beds that stand closed for repair."""
    return max(0.0, (house.beds - house.occupied) - house.beds * m.grain.trait("closed", 0.002, 0.015))


def _emergency(m: Moment, house: _House) -> float:
    day = 0.5 + 0.4 * bump(m.sky.clock.hour, 10, 3) + 0.55 * bump(m.sky.clock.hour, 20, 2.6)
    return house.beds * 0.026 * day * m.vary("emergency", 5, 0.2, 0.06) * (1 + 1.3 * m.sky.aftermath)


def _waiting(m: Moment, _house: _House) -> float:
    """Minutes until an outpatient is seen: longest in the morning of Monday."""
    now = m.sky.clock
    if not OPEN <= now.hour <= CLOSED:
        return 0.0
    crowd = bump(now.hour, 9, 1.7) + 0.5 * bump(now.hour, 14.5, 1.4)
    monday = 1.25 if now.weekday == 0 else 0.45 if now.weekend else 1.0
    return 6 + m.grain.trait("pace", 20, 36) * crowd * monday * m.vary("wait", 3, 0.2, 0.06)


def _visits(m: Moment, house: _House) -> float:
    """Outpatients since midnight: they come from 6:30 to 17:00, most of them before noon."""
    hour = m.sky.clock.hour
    morning = min(1.0, max(0.0, (hour - OPEN) / 5))
    afternoon = min(1.0, max(0.0, (hour - 13) / 4))
    today = house.beds * 0.95 * (0.35 if m.sky.clock.weekend else 1.0)
    of_day = 1 + 0.12 * m.grain.jitter("visits", m.sky.clock.day)  # one number a day: the count never falls
    return today * of_day * (0.68 * morning + 0.32 * afternoon)


HOSPITAL: Kind[_House] = Kind(
    _house,
    {
        "bedsOccupied": lambda _m, h: h.occupied,
        "bedsAvailable": _available,
        "icuBedsOccupied": lambda _m, h: h.icu_occupied,
        "icuBedsAvailable": lambda _m, h: h.icu - h.icu_occupied,
        "icuOccupancy": lambda _m, h: 100 * h.icu_occupied / h.icu,
        "emergencyPatients": _emergency,
        "waitingTime": _waiting,
        "outpatientVisits": _visits,
    },
)
