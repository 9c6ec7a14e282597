"""Rules bound to series: what each check compares, in the series' own unit. Pure, like the evaluator."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

import msgspec

from halong.core.units import UnknownUnitError, convert
from halong.rules.params import Habit, Params, Range, Rate, Silence, Stuck, Threshold

Key = tuple[int, int]
# How long the next mean may take before a pending condition is taken to last; readings have one interval.
GRACE_S = {"1h": 2 * 3600.0, "8h": 2 * 3600.0, "24h": 2 * 86400.0}


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as the evaluator needs it. Paths are prefixes of ``Place.path`` and ``Agency.path``, empty for
    everywhere; ``entities`` empty for every thing of ``types``; ``types`` empty for every type.
    """

    id: int
    params: Params
    property: str = ""
    averaging: str = ""
    types: frozenset[str] = frozenset()
    place_path: str = ""
    agency_path: str = ""
    entities: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series as the selectors of rules see it."""

    id: int
    property: str
    entity_id: int
    types: tuple[str, ...] = ()
    place_path: str = ""
    agency_path: str = ""
    unit: str = ""
    interval_s: int = 300
    minimum: float | None = None
    maximum: float | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A condition changed for a series, at the reading ``(time, value)``; times are epoch seconds, values
    the series' unit.

    ``rising`` with ``due_at``: pending, not yet a crossing. ``rising`` without: the rule is true. Not
    rising: it is over.
    """

    rule_id: int
    series_id: int
    rising: bool
    time: float
    value: float | None
    limit: float | None
    due_at: float | None = None


@dataclass(slots=True)
class RuleMemory:
    """What is remembered between readings. Under ``(rule_id, series_id)`` the state of a rule; under ``(0,
    series_id)`` what all rules of a series share: the last reading judged, and since when its value is the
    same.
    """

    active: bool = False
    pending_since: float | None = None
    last_time: float = -inf
    last_value: float | None = None
    same_since: float = inf
    same_count: int = 0
    # (0, series): some rule is active or pending, so that every reading must be looked at
    restless: bool = False
    lows: deque[tuple[float, float]] | None = None  # rate: ascending values of the window, oldest first
    highs: deque[tuple[float, float]] | None = None


Memory = dict[Key, RuleMemory]


class Reading(NamedTuple):
    """A fresh reading, and since when and how often the series has had exactly this value."""

    time: float
    value: float
    same_since: float
    same_count: int


# (hot, cool, limit): beyond the limit; back within its end; which limit. Between the two (hysteresis)
# neither is true.
Verdict = tuple[bool, bool, float | None]
Judge = Callable[[RuleMemory, Reading], Verdict]


@dataclass(slots=True)
class Check:
    """One rule, ready for one series: limits are in the series' unit. ``low`` < value < ``high`` can't make
    it true.
    """

    key: Key
    judge: Judge
    for_s: float = 0.0
    grace_s: float = 0.0
    low: float = -inf
    high: float = inf


@dataclass(slots=True)
class SeriesChecks:
    """All checks of a series, and what lets most readings pass at a glance.

    ``stuck_s``: a value must stay as long as this before any rule can call it stuck. ``always``: every
    reading must be looked at, because a rule keeps a window of its own.
    """

    checks: tuple[Check, ...]
    key: Key
    low: float
    high: float
    stuck_s: float
    always: bool


@dataclass(slots=True)
class Compiled:
    """Every rule in force, by series: of ``readings`` (a series that isn't here needs no ``evaluate``), of
    ``means`` by their averaging, and what is judged otherwise.
    """

    readings: dict[int, SeriesChecks] = field(default_factory=dict)
    means: dict[str, dict[int, SeriesChecks]] = field(default_factory=dict)
    ranges: dict[int, SeriesChecks] = field(default_factory=dict)
    # series → (rule, its parameters)
    habits: dict[int, list[tuple[int, Habit]]] = field(default_factory=dict)
    silences: dict[Key, float] = field(default_factory=dict)  # (rule, series) → seconds
    skipped: list[tuple[int, int, str]] = field(default_factory=list)  # (rule, series, why)
    keys: set[Key] = field(default_factory=set)  # every (rule, series) that is judged at all

    def judges(self, rule_id: int, series_id: int) -> bool:
        """Whether this rule is in force for this series."""
        return (rule_id, series_id) in self.keys


def selects(rule: RuleSpec, row: SeriesRow) -> bool:
    """Whether a rule speaks of a series."""
    return (
        (rule.property == row.property if rule.property else not row.derived)
        and (not rule.types or not rule.types.isdisjoint(row.types))
        and (not rule.entities or row.entity_id in rule.entities)
        and row.place_path.startswith(rule.place_path)
        and row.agency_path.startswith(rule.agency_path)
    )


def compile_rules(rules: Iterable[RuleSpec], series_rows: Iterable[SeriesRow]) -> Compiled:
    """Bind rules to series. A rule whose unit can't be converted to the series' is left out and told in
    ``skipped``.
    """
    compiled = Compiled()
    rows = list(series_rows)
    by_property: dict[str, list[SeriesRow]] = {}
    for row in rows:
        by_property.setdefault(row.property, []).append(row)
    found: dict[tuple[str, int], list[tuple[Params, Check]]] = {}
    for rule in rules:
        chosen = [
            row
            for row in (by_property.get(rule.property, []) if rule.property else rows)
            if selects(rule, row)
        ]
        if isinstance(rule.params, Silence):
            _bind_silence(compiled, rule, rule.params, chosen)
            continue
        for row in chosen:
            try:
                _bind(compiled, found, rule, row)
            except UnknownUnitError as error:
                compiled.skipped.append((rule.id, row.id, str(error)))
    for (averaging, series_id), entries in found.items():
        group = compiled.means.setdefault(averaging, {}) if averaging else compiled.readings
        group[series_id] = _gather(series_id, entries)
        ranges = [entry for entry in entries if isinstance(entry[0], Range)]
        if ranges and not averaging:
            compiled.ranges[series_id] = _gather(series_id, ranges)
    return compiled


def _gather(series_id: int, entries: list[tuple[Params, Check]]) -> SeriesChecks:
    kinds = [params for params, _check in entries]
    return SeriesChecks(
        checks=tuple(check for _params, check in entries),
        key=(0, series_id),
        low=max(check.low for _params, check in entries),
        high=min(check.high for _params, check in entries),
        stuck_s=min((params.seconds for params in kinds if isinstance(params, Stuck)), default=inf),
        always=any(isinstance(p, Rate) or (isinstance(p, Stuck) and p.tolerance > 0) for p in kinds),
    )


def _bind(
    compiled: Compiled,
    found: dict[tuple[str, int], list[tuple[Params, Check]]],
    rule: RuleSpec,
    row: SeriesRow,
) -> None:
    params, key = rule.params, (rule.id, row.id)
    check: Check | None
    if isinstance(params, Habit):
        least = _span_in_unit(params.least, params.unit, row)
        compiled.habits.setdefault(row.id, []).append((rule.id, msgspec.structs.replace(params, least=least)))
        compiled.keys.add(key)
        return
    if isinstance(params, Threshold):
        check = _threshold(params, row, key)
    elif isinstance(params, Range):
        check = _range(params, row, key)
    elif isinstance(params, Rate):
        check = _rate(params, row, key)
    else:
        assert isinstance(params, Stuck)
        check = _stuck(params, row, key)
    if check is not None:
        compiled.keys.add(key)
        check.grace_s = GRACE_S.get(rule.averaging, float(row.interval_s))
        found.setdefault((rule.averaging, row.id), []).append((params, check))


def _bind_silence(compiled: Compiled, rule: RuleSpec, params: Silence, rows: list[SeriesRow]) -> None:
    """A silence of one property is watched on its series; one of any property on the thing as a whole,
    under the first of its series, so that a dead station is one alert and not one for each of its
    instruments.
    """
    watched: dict[int, tuple[int, float]] = {}
    for row in rows:
        whose = row.id if rule.property else row.entity_id
        first, after = watched.get(whose, (row.id, inf))
        watched[whose] = min(first, row.id), min(after, params.seconds(row.interval_s))
    for series_id, after in watched.values():
        compiled.silences[rule.id, series_id] = after
        compiled.keys.add((rule.id, series_id))


def _in_unit(value: float, unit: str, row: SeriesRow) -> float:
    return convert(value, unit, row.unit) if unit and row.unit and unit != row.unit else value


def _span_in_unit(span: float, unit: str, row: SeriesRow) -> float:
    """A difference in the series' unit: offsets (K, °C) cancel out."""
    return _in_unit(span, unit, row) - _in_unit(0.0, unit, row)


def outside(value: float, low: float, high: float) -> Verdict:
    """Beyond one of two bounds; which one is told (the upper one while the value is within)."""
    if value < low:
        return True, False, low
    limit = high if high != inf else low
    return value > high, value <= high, limit


def _threshold(params: Threshold, row: SeriesRow, key: Key) -> Check:
    limit = _in_unit(params.limit, params.unit, row)
    end = limit if params.clear is None else _in_unit(params.clear, params.unit, row)
    if params.direction == "above":

        def above(_own: RuleMemory, reading: Reading) -> Verdict:
            return reading.value > limit, reading.value <= end, limit

        return Check(key, above, params.for_s, high=limit)

    def below(_own: RuleMemory, reading: Reading) -> Verdict:
        return reading.value < limit, reading.value >= end, limit

    return Check(key, below, params.for_s, low=limit)


def _range(params: Range, row: SeriesRow, key: Key) -> Check | None:
    minimum, maximum = row.minimum, row.maximum
    if params.minimum is not None or params.maximum is not None:
        minimum = None if params.minimum is None else _in_unit(params.minimum, params.unit, row)
        maximum = None if params.maximum is None else _in_unit(params.maximum, params.unit, row)
    if minimum is None and maximum is None:
        return None
    low = -inf if minimum is None else minimum
    high = inf if maximum is None else maximum

    def judge(_own: RuleMemory, reading: Reading) -> Verdict:
        return outside(reading.value, low, high)

    return Check(key, judge, params.for_s, low=low, high=high)


def _stuck(params: Stuck, row: SeriesRow, key: Key) -> Check:
    tolerance = _span_in_unit(params.tolerance, params.unit, row)

    def same(_own: RuleMemory, reading: Reading) -> Verdict:
        since, count = reading.same_since, reading.same_count
        return _is_stuck(params, reading, since, count)

    def alike(own: RuleMemory, reading: Reading) -> Verdict:
        if own.last_value is not None and abs(reading.value - own.last_value) <= tolerance:
            own.same_count += 1
        else:
            known = (
                own.last_value is not None or not own.active
            )  # else: active since before this process began
            own.last_value, own.same_since, own.same_count = reading.value, reading.time, 1 if known else 2
        return _is_stuck(params, reading, own.same_since, own.same_count)

    return Check(key, alike if tolerance > 0 else same)


def _is_stuck(params: Stuck, reading: Reading, since: float, count: int) -> Verdict:
    """Stuck once it stayed long and often enough; over with the first other value."""
    if params.except_zero and reading.value == 0:
        return False, True, None
    hot = reading.time - since >= params.seconds and count >= params.min_readings
    return hot, count == 1, None


def _rate(params: Rate, row: SeriesRow, key: Key) -> Check:
    change, window = _span_in_unit(params.change, params.unit, row), params.minutes * 60

    def judge(own: RuleMemory, reading: Reading) -> Verdict:
        own.lows, own.highs = own.lows or deque(), own.highs or deque()
        low = _extreme(own.lows, reading, window, 1.0)
        high = _extreme(own.highs, reading, window, -1.0)
        rise, fall = reading.value - low, high - reading.value
        moved = {"up": rise, "down": fall, "any": max(rise, fall)}[params.direction]
        return moved >= change, moved < change, change

    return Check(key, judge)


def _extreme(kept: deque[tuple[float, float]], reading: Reading, window: float, sign: float) -> float:
    """The least (``sign`` 1) or greatest (-1) value of the window, the reading included, in amortised
    constant time.
    """
    while kept and kept[0][0] < reading.time - window:
        kept.popleft()
    while kept and sign * kept[-1][1] >= sign * reading.value:
        kept.pop()
    kept.append((reading.time, reading.value))
    return kept[0][1]
