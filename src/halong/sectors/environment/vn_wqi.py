"""VN_WQI, the water quality index of Việt Nam, after Decision 1460/QĐ-TCMT of 12/11/2019 (data/vn_wqi.toml).

The tables come from public implementations and are not compared with the decision yet (``SCALE.verified``
is False). Concentrations are in mg/L (pesticides µg/L, microbes MPN/100 mL), temperature in °C; nitrogen
and phosphorus compounds as N and P.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean

from halong.core.sector import Level
from halong.sectors.environment import regulation
from halong.sectors.environment.interpolation import interpolate, round_half_up

SCALE = regulation.scale("vn_wqi")
GROUPS = ("I", "II", "III", "IV", "V")


class Missing(StrEnum):
    """Why there is no index."""

    TOO_FEW_GROUPS = "too_few_groups"
    TOO_FEW_PARAMETERS = "too_few_parameters"  # in a group that is obligatory
    NO_ORGANICS = "no_organics"  # without group IV the formula has no value


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one parameter becomes an index: points (concentration, index), and what holds outside of them."""

    name: str
    group: str
    unit: str
    points: tuple[tuple[float, float], ...]
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class MinimumData:
    """What must be there: a number of groups, and for some groups a number of parameters."""

    groups: int
    required: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubIndex:
    """One parameter's index; ``concentration`` as measured (for dissolved oxygen the saturation in
    percent).
    """

    parameter: str
    group: str
    concentration: float
    value: float


@dataclass(frozen=True, slots=True)
class WQI:
    """A station's index, 0 to 100 with its level, or None and why. ``groups`` holds the index of each group
    that had data.

    ``weakest``: the parameters with the lowest index, those that water suffers from most.
    """

    value: int | None
    level: Level | None
    weakest: tuple[str, ...]
    groups: Mapping[str, float]
    sub_indices: tuple[SubIndex, ...]
    missing: Missing | None = None


def _parameters() -> dict[str, Parameter]:
    found = {}
    for name, row in regulation.read("vn_wqi")["parameters"].items():
        points = tuple((float(x), float(q)) for x, q in row["points"])
        below, above = float(row.get("below", points[0][1])), float(row.get("above", points[-1][1]))
        found[name] = Parameter(name, row["group"], row["unit"], points, below, above)
    return found


PARAMETERS = _parameters()
_MINIMUM = regulation.read("vn_wqi")["minimum"]
AUTOMATIC = MinimumData(**_MINIMUM["automatic"])
SAMPLED = MinimumData(**_MINIMUM["sampled"])
_SATURATION: list[float] = regulation.read("vn_wqi")["saturation"]["coefficients"]


def oxygen_saturation(oxygen: float, temperature: float) -> float:
    """Dissolved oxygen (mg/L) as a percentage of what fresh water of this temperature (°C) can hold."""
    return 100 * oxygen / sum(factor * temperature**power for power, factor in enumerate(_SATURATION))


def sub_index(parameter: str, concentration: float) -> float:
    """The index (10 to 100, not rounded) of one parameter; ``O2`` in percent of saturation."""
    rule = PARAMETERS[parameter]
    if concentration < rule.points[0][0]:
        return rule.below
    if concentration > rule.points[-1][0]:
        return rule.above
    return interpolate(concentration, rule.points)


def sub_indices(values: Mapping[str, float | None]) -> tuple[SubIndex, ...]:
    """The index of each parameter that has a value. ``O2`` needs ``temperature`` beside it, else it is left
    out.
    """
    entries = []
    for name, rule in PARAMETERS.items():
        value = values.get(name)
        if name == "O2" and value is not None:
            temperature = values.get("temperature")
            value = None if temperature is None else oxygen_saturation(value, temperature)
        if value is not None:
            entries.append(SubIndex(name, rule.group, value, sub_index(name, value)))
    return tuple(entries)


def wqi(values: Mapping[str, float | None], minimum: MinimumData = AUTOMATIC) -> WQI:
    """The index from one value a parameter; gaps as None or left out. ``minimum`` says what must be there."""
    entries = sub_indices(values)
    members = {g: [entry.value for entry in entries if entry.group == g] for g in GROUPS}
    groups = {group: _group_index(group, indices) for group, indices in members.items() if indices}
    missing = _missing({group: len(indices) for group, indices in members.items()}, minimum)
    lowest = min((entry.value for entry in entries), default=None)
    weakest = tuple(entry.parameter for entry in entries if entry.value == lowest)
    if missing:
        return WQI(None, None, weakest, groups, entries, missing)
    value = round_half_up(_aggregate(groups))
    return WQI(value, SCALE.level(value), weakest, groups, entries)


def _missing(counts: Mapping[str, int], minimum: MinimumData) -> Missing | None:
    if any(counts[group] < count for group, count in minimum.required.items()):
        return Missing.TOO_FEW_PARAMETERS
    if sum(count > 0 for count in counts.values()) < minimum.groups:
        return Missing.TOO_FEW_GROUPS
    return None if counts["IV"] else Missing.NO_ORGANICS


def _group_index(group: str, indices: list[float]) -> float:
    """The geometric mean in groups II and III, the arithmetic one in the others."""
    if group in ("II", "III"):
        return math.prod(indices) ** (1 / len(indices))
    return fmean(indices)


def _aggregate(groups: Mapping[str, float]) -> float:
    """WQI_I/100 × WQI_II/100 × WQI_III/100 × (WQI_IV² × WQI_V)^⅓; without V the last factor is WQI_IV."""
    organics = groups["IV"]
    base = (organics**2 * groups["V"]) ** (1 / 3) if "V" in groups else organics
    return math.prod(groups.get(group, 100.0) / 100 for group in ("I", "II", "III")) * base
