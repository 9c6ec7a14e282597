"""Judging values against a habit: which of them are unusual, in which way, by how much.

Every detector looks at most ``settle`` steps beyond the step it judges, so that what was found yesterday is found again
today. Limits are multiples of how the series itself strays (``habit.Spread``); they were set on made-up series and held to
real readings afterwards (docs/analysis.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from halong.analysis.arrays import Marks, Values
from halong.analysis.flag import Flag
from halong.analysis.habit import Habit, level_before, longest, run_lengths, slopes, spikes, steps

KINDS = ("gap", "stuck", "spike", "shift", "drift", "habit")  # what explains more comes first


@dataclass(frozen=True)
class Limits:
    """Multiples of scale and of tail from which on a measure is unusual, and the other thresholds."""

    away: tuple[float, float] = (6.0, 2.1)
    spike: tuple[float, float] = (9.0, 2.7)
    step: tuple[float, float] = (4.7, 1.6)
    slope: tuple[float, float] = (4.5, 1.4)
    habit_steps: int = 3
    abrupt: float = 0.5  # of a step must have come at once
    gap_steps: int = 3
    stuck_steps: int = 4
    stuck_chance: float = 1e-6


LIMITS = Limits()


def judge(habit: Habit, first: int, values: Values, since: int, limits: Limits = LIMITS) -> list[Flag[int]]:
    """What is unusual from index ``since`` on, ordered by start; the values before it (at least ``grain.slow`` of them) give
    the level.
    """
    count = len(values)
    season = habit.season(first, count)
    calm = habit.scaled(values) - season
    level = level_before(calm, habit.grain.level)
    weight = habit.weight(first, count)
    away = (calm - level) / weight
    usual = habit.away.tail / 1.41  # about the 90th percentile, where the 98th is the tail
    usual = usual if np.isfinite(usual) else 0.0
    expected, low, high = (habit.plain(level + season + shift * weight) for shift in (0.0, -usual, usual))
    found = list(_gaps(habit, values, since, limits)) + list(_stuck(habit, values, since, limits))
    if habit.sized:
        found += _spikes(habit, spikes(calm, habit.grain.spike) / weight, away, since, limits)
        found += _shifts(habit, calm, away, since, limits)
        found += _drifts(habit, calm, away, since, limits)
        found += _strays(habit, away, since, limits)
    return [_told(flag, values, expected, low, high) for flag in _merged(found, habit.grain.settle)]


def _told(flag: Flag[int], values: Values, expected: Values, low: Values, high: Values) -> Flag[int]:
    """The flag with the values of its peak."""

    def at(array: Values) -> float | None:
        one = float(array[flag.peak])
        return one if np.isfinite(one) else None

    running = flag.end == len(values) - 1
    return replace(flag, value=at(values), expected=at(expected), low=at(low), high=at(high), running=running)


def _merged(found: list[Flag[int]], settle: int) -> list[Flag[int]]:
    """One flag for what happens at the same time: the kind that explains more, over the whole time, ordered by start.

    A step that is seen while the level before it still holds another flag is the echo of that one: left out.
    """
    kept: list[Flag[int]] = []
    for flag in sorted(found, key=lambda f: (KINDS.index(f.kind), f.start)):
        reach = settle if flag.kind == "shift" else 1
        for at, other in enumerate(kept):
            if flag.start <= other.end + reach and other.start <= flag.end + 1:
                if other.kind not in {"spike", "gap"} and flag.start <= other.end + 1:
                    both = (min(flag.start, other.start), max(flag.end, other.end))
                    kept[at] = replace(other, start=both[0], end=both[1])
                break
        else:
            kept.append(flag)
    return sorted(kept, key=lambda f: f.start)


def _regions(marked: Marks, since: int) -> Iterator[tuple[int, int]]:
    """First and last index of every run of true values that reaches into what is judged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop > since:
            yield int(start), int(stop) - 1


def _gaps(habit: Habit, values: Values, since: int, limits: Limits) -> Iterator[Flag[int]]:
    """More than one and a half times as many steps in a row missing as ever before."""
    need = max(limits.gap_steps, int(1.5 * habit.longest_gap) + 1)
    for start, end in _regions(np.isnan(values), since):
        length = end - start + 1
        if length >= need and start > 0:
            figures = {"steps": float(length), "longest": float(habit.longest_gap)}
            yield Flag("gap", start, end, end, length / need, figures=figures)


def _stuck(habit: Habit, values: Values, since: int, limits: Limits) -> Iterator[Flag[int]]:
    """The same value so often in a row that chance doesn't explain it, and at least twice as often as ever before."""
    runs = run_lengths(values)
    chance = min(max(habit.repeat, 0.02), 0.999)
    need = max(
        limits.stuck_steps,
        2 * habit.longest_run,
        int(np.ceil(1 + np.log(limits.stuck_chance) / np.log(chance))),
    )
    for end in np.flatnonzero((runs >= need) & (np.append(runs[1:], 0) != runs + 1)):
        if end >= since and values[end] not in (habit.lowest, habit.highest):  # there it may be full or empty
            length = int(runs[end])
            figures = {"steps": float(length), "longest": float(habit.longest_run)}
            yield Flag("stuck", int(end) - length + 1, int(end), int(end), length / need, figures=figures)


def _spikes(habit: Habit, measure: Values, away: Values, since: int, limits: Limits) -> list[Flag[int]]:
    """Up and back down (or down and back up) within ``grain.spike`` steps."""
    limit = max(habit.spike.limit(*limits.spike), habit.jump.limit(3.0, 1.0))
    marked = (np.abs(measure) > limit) & (np.abs(away) > habit.away.scale)
    return [_flag("spike", measure, limit, region) for region in _regions(marked, since)]


def _shifts(habit: Habit, calm: Values, away: Values, since: int, limits: Limits) -> Iterator[Flag[int]]:
    """A new level at once, that holds."""
    measure = steps(calm, habit.grain.settle)
    limit = habit.step.limit(*limits.step)
    jumps = np.abs(np.diff(calm, prepend=np.nan))
    for region in _regions(np.abs(measure) > limit, since):
        flag = _flag("shift", measure, limit, region)
        around = jumps[max(flag.peak - 2, 0) : flag.peak + 3]
        enough = max(limits.abrupt * abs(measure[flag.peak]), habit.jump.tail)
        if not np.isnan(around).all() and np.nanmax(around) >= enough:
            start = max(flag.peak - 2, 0) + int(np.nanargmax(around))
            end = _until(away, start, np.sign(measure[flag.peak]))
            yield _worst(replace(flag, start=start, end=end), away)


def _worst(flag: Flag[int], away: Values) -> Flag[int]:
    """The flag with its peak where the values were furthest from their habit."""
    inside = np.abs(away[flag.start : flag.end + 1])
    return flag if np.isnan(inside).all() else replace(flag, peak=flag.start + int(np.nanargmax(inside)))


def _until(away: Values, start: int, side: float) -> int:
    """The last step from ``start`` on before the values are back at the level of before."""
    end = start
    while end + 1 < len(away) and (np.isnan(away[end + 1]) or side * away[end + 1] > 0):
        end += 1
    return end


def _drifts(habit: Habit, calm: Values, away: Values, since: int, limits: Limits) -> Iterator[Flag[int]]:
    """The level moves on and on in one direction, further than it ever did."""
    grain = habit.grain
    measure = slopes(calm, grain.slow)
    limit = habit.slope.limit(*limits.slope)
    part = grain.slow // 6
    for region in _regions(np.abs(measure) > limit, since):
        flag = _flag("drift", measure, limit, region)
        window = calm[flag.peak - 6 * part + 1 : flag.peak + 1]
        medians = [np.nanmedian(piece) for piece in np.split(window, 6) if not np.isnan(piece).all()]
        moves = np.sign(measure[flag.peak]) * np.diff(medians)
        if len(moves) >= 3 and (moves > 0).all() and moves.max() < 0.6 * moves.sum():
            yield _worst(replace(flag, start=flag.peak - grain.slow // 2), away)


def _strays(habit: Habit, away: Values, since: int, limits: Limits) -> list[Flag[int]]:
    """Several steps in a row far from the habit; it lasts until less than half the limit."""
    limit = habit.away.limit(*limits.away)
    flags = []
    for region in _regions(np.abs(away) > limit / 2, since):
        inside = np.abs(away[region[0] : region[1] + 1]) > limit
        if longest(inside) >= limits.habit_steps:
            flags.append(_flag("habit", away, limit, region))
    return flags


def _flag(kind: str, measure: Values, limit: float, region: tuple[int, int]) -> Flag[int]:
    start, end = region
    peak = start + int(np.nanargmax(np.abs(measure[start : end + 1])))
    return Flag(kind, start, end, peak, float(abs(measure[peak]) / limit))
