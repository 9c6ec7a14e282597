"""Rivers and lakes, the coast with its tide, and the discharges of industry in batches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from halong.simulation.device import Kind, Moment
from halong.simulation.rhythm import bump, work

HOUR = 3600.0
# The tide at the coast of the Gulf of Tonkin is diurnal: one high water a day, larger every two weeks.
# Constituents K1, O1, M2: period in hours, amplitude in metres.
TIDE = ((23.9345, 0.72), (25.8193, 0.78), (12.4206, 0.11))
MEAN_LEVEL = 2.0


def tide(time: float) -> float:
    """The height of the sea in metres above the chart's zero, about 0.4 to 3.6."""
    return MEAN_LEVEL + sum(high * cos(2 * pi * time / (hours * HOUR)) for hours, high in TIDE)


def oxygen_at_saturation(temperature: float) -> float:
    """mg/L of oxygen that fresh water of so many °C holds in balance with the air."""
    t = temperature
    return 14.652 - 0.41022 * t + 0.0079910 * t**2 - 0.000077774 * t**3


@dataclass(frozen=True, slots=True)
class _Water:
    warm: float  # °C of the water
    murk: float  # 1 in dry weather, up to 4 after rain
    load: float  # what people and fields put in, about 1
    light: float  # photosynthesis of the day, -1 to 1


def _body(m: Moment) -> _Water:
    now = m.sky.clock
    warm = (
        24.3
        - 5.6 * now.winter
        + 0.7 * sin(2 * pi * (now.hour - 10) / 24)
        + 0.8 * m.grain.wave("warm", 60, m.time)
    )
    murk = (1 + 1.6 * m.sky.wet) * m.vary("murk", 20, 0.22, 0.03)
    # most bodies of water are clean, a few take what many people let in
    load = (0.5 + 2.1 * m.grain.trait("load", 0, 1) ** 3) * m.vary("load", 30, 0.14, 0.01)
    return _Water(warm, murk, load, sin(2 * pi * (now.hour - 9.5) / 24))


Part = Callable[[Moment, _Water], float]


def _solute(name: str, base: float, by_rain: float = 0.0, fine: float = 0.02) -> Part:
    """A solute about ``base`` times the water's load, more of it, or less, after rain. ``fine``: the noise of its
    sensor, larger where little of it is found.
    """

    def part(m: Moment, water: _Water) -> float:
        return base * water.load * (1 + by_rain * (water.murk - 1)) * m.vary(name, 14, 0.12, fine)

    return part


def _oxygen(m: Moment, water: _Water) -> float:
    share = 0.9 + 0.07 * water.light - 0.1 * (water.load - 0.9) - 0.02 * (water.murk - 1)
    return oxygen_at_saturation(water.warm) * share * m.vary("O2", 10, 0.03, 0.006)


def _acid(m: Moment, water: _Water) -> float:
    own = m.grain.trait("pH", 6.95, 7.6)
    return (
        own
        + 0.12 * water.light
        + 0.15 * m.grain.wave("pH", 40, m.time)
        + 0.012 * m.grain.jitter("pH", m.time)
    )


def _redox(m: Moment, water: _Water) -> float:
    return 210 + 60 * m.grain.wave("orp", 30, m.time) + 4 * m.grain.jitter("orp", m.time)


METALS = {
    "As": 0.003, "Cd": 0.0006, "Pb": 0.004, "Cr_III": 0.006, "Cr_VI": 0.003, "Cu": 0.015, "Zn": 0.05,
    "Hg": 0.0002, "Ni": 0.006, "Mn": 0.09, "Fe": 0.35,
}  # fmt: skip
PESTICIDES = {"aldrin": 0.008, "bhc": 0.004, "dieldrin": 0.008, "ddt": 0.05, "heptachlor": 0.012}
COMMON: Mapping[str, Part] = {
    "pH": _acid,
    "temperature": lambda m, w: w.warm + 0.05 * m.grain.jitter("warm", m.time),
    "O2": _oxygen,
    "orp": _redox,
    "bod": _solute("bod", 3.6, 0.15),
    "cod": _solute("cod", 8.5, 0.2),
    "toc": _solute("toc", 3.1, 0.2),
    "NH4": _solute("NH4", 0.2, 0.25, 0.06),
    "NO3": _solute("NO3", 1.1, 0.2),
    "NO2": _solute("NO2", 0.018, 0.2),
    "P_PO4": _solute("P_PO4", 0.06, 0.25, 0.14),
    "N_TOT": _solute("N_TOT", 1.7, 0.2),
    "P_TOT": _solute("P_TOT", 0.11, 0.3),
    "coliform": _solute("coliform", 1_700, 0.7),
    "escherichiaColi": _solute("escherichiaColi", 14, 0.7),
    **{name: _solute(name, base, 0.15) for name, base in METALS.items()},
}

SURFACE_WATER: Kind[_Water] = Kind(
    _body,
    {
        **COMMON,
        "turbidity": lambda m, w: (
            m.grain.trait("murk", 7, 22) * w.murk**1.5 * m.vary("turbidity", 6, 0.15, 0.04)
        ),
        "tss": lambda m, w: m.grain.trait("murk", 7, 22) * 1.25 * w.murk**1.5 * m.vary("tss", 6, 0.15, 0.04),
        "conductivity": lambda m, w: (
            m.grain.trait("salts", 120, 360) * m.vary("salts", 30, 0.1, 0.008) / w.murk**0.4
        ),
        "tds": lambda m, w: (
            m.grain.trait("salts", 120, 360) * 0.64 * m.vary("salts", 30, 0.1, 0.008) / w.murk**0.4
        ),
        "salinity": lambda m, _w: m.grain.trait("salts", 120, 360) * 0.0005 * m.vary("salts", 30, 0.1, 0.008),
        "Cl": _solute("Cl", 18, -0.1),
        "waterLevel": lambda m, w: (
            m.grain.trait("level", 1.2, 6) + 0.35 * (w.murk - 1) + 0.2 * m.grain.wave("level", 70, m.time)
        ),
        **{name: _solute(name, base) for name, base in PESTICIDES.items()},
    },
)


# The sea is salt: less after summer rains and at low water, when the rivers reach further out.
def _salt(m: Moment, water: _Water) -> float:
    rivers = 2.6 * (1 - m.sky.clock.winter) / 2 + 1.6 * m.sky.wet
    own = m.grain.trait("salinity", 27.5, 31.5)
    return own - rivers + 0.7 * (tide(m.time) - MEAN_LEVEL) + 0.5 * m.grain.wave("salinity", 30, m.time)


def _swell(m: Moment) -> float:
    return m.grain.trait("murk", 3, 9) * (1 + 0.09 * m.sky.wind) * (1.25 - 0.25 * (tide(m.time) - MEAN_LEVEL))


COASTAL_WATER: Kind[_Water] = Kind(
    _body,
    {
        **COMMON,
        "pH": lambda m, w: _acid(m, w) * 0.35 + 5.42,
        "O2": lambda m, w: _oxygen(m, w) * 0.87,
        "salinity": _salt,
        "conductivity": lambda m, w: 1_530 * _salt(m, w),
        "tds": lambda m, w: 985 * _salt(m, w),
        "turbidity": lambda m, w: _swell(m) * w.murk**0.7 * m.vary("turbidity", 6, 0.15, 0.05),
        "tss": lambda m, w: 1.3 * _swell(m) * w.murk**0.7 * m.vary("tss", 6, 0.15, 0.05),
        "NH4": _solute("NH4", 0.1, 0.2, 0.12),
        "P_PO4": _solute("P_PO4", 0.025, 0.2),
        "TO": _solute("TO", 0.12),
        "Chla": lambda m, w: (
            (1.7 - 0.8 * m.sky.clock.winter) * (1 + 0.2 * w.light) * m.vary("Chla", 40, 0.3, 0.04)
        ),
        "coliform": _solute("coliform", 320, 0.7),
        "escherichiaColi": _solute("escherichiaColi", 9, 0.6),
    },
)


@dataclass(frozen=True, slots=True)
class _Discharge:
    flow: float  # m³/h, 0 between two batches
    load: float  # strength of the water, about 1


def _batches(m: Moment) -> _Discharge:
    """Treated water is let out in batches, more of them while people work; some plants never stop."""
    period = m.grain.trait("batch", 2.2, 5.5) * HOUR
    part = (m.time / period + m.grain.trait("batch-phase", 0, 1)) % 1
    length = 0.55 + 0.3 * work(m.sky.clock)
    steady = m.grain.trait("steady", 0, 1) > 0.55
    on = 1.0 if steady else min(1.0, max(0.0, 12 * (length - part))) * min(1.0, 14 * part)
    size = m.grain.trait("flow", 12, 240) * (0.75 + 0.35 * work(m.sky.clock) + 0.25 * m.sky.wet)
    strength = m.grain.trait("strength", 0.6, 1.25) * m.vary("strength", 16, 0.16, 0.01)
    return _Discharge(size * on * m.vary("flow", 2, 0.06, 0.02), strength * (1 + 0.12 * work(m.sky.clock)))


def _treated(name: str, base: float, fine: float = 0.03) -> Callable[[Moment, _Discharge], float]:
    """What the plant leaves of a pollutant: near ``base``, with the strength of what comes in."""

    def part(m: Moment, out: _Discharge) -> float:
        return base * out.load * m.vary(name, 7, 0.12, fine)

    return part


def _drain_acid(m: Moment, out: _Discharge) -> float:
    return (
        m.grain.trait("pH", 6.9, 7.7)
        + 0.2 * m.grain.wave("pH", 12, m.time)
        + 0.02 * m.grain.jitter("pH", m.time)
    )


def _drain_warm(m: Moment, _out: _Discharge) -> float:
    daily = 1.2 * bump(m.sky.clock.hour, 15, 4)
    return 26.5 - 3.6 * m.sky.clock.winter + daily + 0.1 * m.grain.jitter("t", m.time)


WASTEWATER: Kind[_Discharge] = Kind(
    _batches,
    {
        "flow": lambda _m, out: out.flow,
        "pH": _drain_acid,
        "temperature": _drain_warm,
        "O2": _treated("O2", 4.2),
        "turbidity": _treated("turbidity", 12),
        "conductivity": _treated("conductivity", 820, 0.01),
        "salinity": _treated("salinity", 0.4),
        "orp": lambda m, _out: 140 + 50 * m.grain.wave("orp", 12, m.time),
        "tds": _treated("tds", 520, 0.01),
        "color": _treated("color", 19),
        **{name: _treated(name, base * 1.4) for name, base in METALS.items()},
        **{
            name: _treated(name, base)
            for name, base in {
                "tss": 21.0, "bod": 13.0, "cod": 31.0, "toc": 10.0, "NH4": 1.9, "NO3": 5.5, "NO2": 0.25,
                "P_PO4": 0.9, "N_TOT": 9.0, "P_TOT": 1.4, "Cl": 120.0, "cyanide": 0.012, "phenol": 0.02,
                "TO": 1.4, "sulfide": 0.05, "fluoride": 1.3, "residualChlorine": 0.35,
                "coliform": 1_150.0, "escherichiaColi": 160.0,
            }.items()
        },
    },
)  # fmt: skip
