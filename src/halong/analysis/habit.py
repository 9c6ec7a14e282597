"""What is usual for a series: its habit by hour and weekday, how far it strays from it, how it jumps, halts, is missing.

A Habit is learned from a history that ends before whatever is judged. Everything is measured on a scale on which the series
is symmetric (logarithms where values are positive and skewed), with medians and median absolute deviations, so that past
faults teach little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from halong.analysis.arrays import Marks, Values
from halong.analysis.decompose import cycles_of, decompose, pattern
from halong.analysis.grain import Grain

MAD = 1.4826  # times the median absolute deviation: the standard deviation, were it normal
SKEWED = 1.8  # the 95th percentile is so many times the median: logarithms
CONSTANT = 0.5  # of the values are the same: a counter at rest, a switch; it has no habit of size
COVERED = 0.6  # of the history must be there
TAIL = 0.98
OFFSET = 0.5  # of the median, under the logarithm: below it differences count as such, above it ratios
RESTLESS = (0.4, 4.0)  # times the average: how quiet and how restless an hour is taken to be
STEADY = 12  # a cycle of fewer phases has too few values a phase to tell restless ones from quiet ones


class NotEnoughHistory(Exception):
    """``have`` of ``need`` steps of history."""

    def __init__(self, have: int, need: int) -> None:
        super().__init__(f"{have} of {need} steps")
        self.have, self.need = have, need


@dataclass(frozen=True)
class Spread:
    """How a measure strays by habit: its scale and the edge of its usual tail, both on the symmetric scale."""

    scale: float
    tail: float
    caution: float

    def limit(self, times_scale: float, times_tail: float) -> float:
        """From where on it is unusual: far outside the scale, and outside what happens now and then."""
        return self.caution * max(times_scale * self.scale, times_tail * self.tail)


@dataclass(frozen=True)
class Habit:
    """What is usual. ``seasons``: patterns by phase, for each cycle. ``weights``: how much more restless the series is at
    each phase of its shortest cycle than on average. ``offset``: of the logarithm, None: plain values.

    ``away`` from habit and level, ``jump`` from step to step, ``spike`` against both neighbours, ``step`` between levels,
    ``slope`` of the level over ``grain.slow``, ``repeat``: chance that a value is that of the step before, ``longest_run``
    of equal values, ``longest_gap`` (steps), ``lowest`` and ``highest`` value, ``sized``: False for a series that
    mostly stands still.
    """

    grain: Grain
    seasons: dict[int, Values]
    weights: Values
    offset: float | None
    away: Spread
    jump: Spread
    spike: Spread
    step: Spread
    slope: Spread
    repeat: float
    longest_run: int
    longest_gap: int
    lowest: float
    highest: float
    sized: bool

    def season(self, first: int, count: int) -> Values:
        """The sum of the patterns for ``count`` steps from position ``first``."""
        return season_at(self.seasons, first + np.arange(count))

    def weight(self, first: int, count: int) -> Values:
        """How restless each of ``count`` steps from position ``first`` is by habit; 1 on average."""
        return self.weights[(first + np.arange(count)) % len(self.weights)]

    def scaled(self, values: Values) -> Values:
        """Values on the symmetric scale."""
        return scaled(values, self.offset)

    def plain(self, values: Values) -> Values:
        """Back from the symmetric scale."""
        return plain(values, self.offset)


def learn(grain: Grain, first: int, values: Values) -> Habit:
    """The habit of a history. Raises NotEnoughHistory below ``grain.least`` steps, or where more than 40 % are missing."""
    known = ~np.isnan(values)
    starts = int(np.argmax(known)) if known.any() else len(values)
    first, values = first + starts, values[starts:]
    known = known[starts:]
    if len(values) < grain.least or known.sum() < COVERED * len(values):
        have = min(int(known.sum()), grain.least - 1)
        raise NotEnoughHistory(have, grain.least)
    offset = symmetric_offset(values[known])
    symmetric = scaled(values, offset)
    cycles = cycles_of(grain, values)
    parts = decompose(symmetric, cycles)
    seasons = {cycle: pattern(parts, cycle, first) for cycle in cycles}
    at = first + np.arange(len(values))
    calm = symmetric - season_at(seasons, at)
    weights = _weights(grain, calm - parts.level, first)
    weight = weights[at % len(weights)]
    # a short history has seen little of what is usual
    caution = float(np.sqrt(1 + grain.least / len(values)))
    _, counts = np.unique(values[known], return_counts=True)
    same = np.diff(values) == 0
    return Habit(
        grain, seasons, weights, offset,
        away=spread((calm - level_before(calm, grain.level)) / weight, caution),
        jump=spread(np.diff(calm) / weight[1:], caution),
        spike=spread(spikes(calm, grain.spike) / weight, caution),
        step=spread(steps(calm, grain.settle), caution),
        slope=spread(slopes(calm, grain.slow), caution),
        repeat=float(same.sum() / max((~np.isnan(np.diff(values))).sum(), 1)),
        longest_run=int(run_lengths(values).max()),
        longest_gap=longest(~known),
        lowest=float(np.nanmin(values)),
        highest=float(np.nanmax(values)),
        sized=bool(counts.max() < CONSTANT * known.sum()),
    )  # fmt: skip


def symmetric_offset(known: Values) -> float | None:
    """The offset of the logarithm for positive, skewed values; None where plain values do."""
    middle = float(np.median(known))
    if known.min() < 0 or middle <= 0 or np.quantile(known, 0.95) < SKEWED * middle:
        return None
    return OFFSET * middle


def scaled(values: Values, offset: float | None) -> Values:
    """Values on the symmetric scale; ``offset`` None: that is their own."""
    return values if offset is None else np.log(np.maximum(values, 0) + offset)


def plain(values: Values, offset: float | None) -> Values:
    """Back from the symmetric scale."""
    return values if offset is None else np.exp(values) - offset


def season_at(seasons: dict[int, Values], at: NDArray[np.int64]) -> Values:
    """The sum of the patterns (by cycle) at positions."""
    return sum((season[at % cycle] for cycle, season in seasons.items()), np.zeros(len(at)))


def _weights(grain: Grain, rest: Values, first: int) -> Values:
    """The robust scale of what habit and level don't explain, by phase of the shortest cycle, smoothed over three phases."""
    cycle = grain.cycles[0]
    if cycle < STEADY:
        return np.ones(1)
    phase = (first + np.arange(len(rest))) % cycle
    near = [np.abs(rest[np.isin(phase, [(one - 1) % cycle, one, (one + 1) % cycle])]) for one in range(cycle)]
    scales = np.array([np.nan if np.isnan(some).all() else np.nanmedian(some) for some in near])
    middle = float(np.nanmedian(scales))
    return np.ones(1) if not middle > 0 else np.clip(np.nan_to_num(scales / middle, nan=1.0), *RESTLESS)


def spread(measure: Values, caution: float = 1.0) -> Spread:
    """Robust scale and 98th percentile of the size of a measure; of nothing: infinite, so that nothing is unusual.

    ``caution``: how much wider the limits are than these alone would make them.
    """
    known = np.abs(measure[~np.isnan(measure)])
    if len(known) < 20:
        return Spread(np.inf, np.inf, caution)
    scale = MAD * float(np.median(known))
    tail = float(np.quantile(known, TAIL))
    return Spread(scale, tail, caution) if tail > 0 else Spread(np.inf, np.inf, caution)


def level_before(calm: Values, window: int) -> Values:
    """The median of the ``window`` steps before each; NaN where fewer than a third of them are there."""
    padded = np.concatenate([np.full(window, np.nan), calm[:-1]]) if len(calm) else calm
    return _windowed(padded, window, len(calm))


def level_after(calm: Values, window: int) -> Values:
    """The median of the ``window`` steps from each on; NaN where one would have to look beyond the end."""
    found = np.full(len(calm), np.nan)
    full = len(calm) - window + 1
    if full > 0:
        found[:full] = _windowed(calm, window, full)
    return found


def _windowed(values: Values, window: int, count: int) -> Values:
    views = np.lib.stride_tricks.sliding_window_view(values, window)[:count]
    few = (~np.isnan(views)).sum(axis=1) < max(window / 3, 1)
    found = np.full(count, np.nan)
    if not few.all():
        found[~few] = np.nanmedian(views[~few], axis=1)
    return found


def spikes(calm: Values, longest: int) -> Values:
    """How far each value stands out from both sides: the smaller of its distances to what was before and what came after.

    Positive upwards, negative downwards, 0 where it lies between the sides; both sides are medians of three.
    """
    before = level_before(calm, 3)
    after = np.full(len(calm), np.nan)
    if len(calm) > longest:
        after[:-longest] = level_after(calm, 3)[longest:]
    up, down = calm - np.fmax(before, after), np.fmin(before, after) - calm
    found = np.where(up > 0, up, np.where(down > 0, -down, 0.0))
    return np.where(np.isnan(before) | np.isnan(after) | np.isnan(calm), np.nan, found)


def steps(calm: Values, settle: int) -> Values:
    """By how much the level of the next ``settle`` steps differs from that of the ``settle`` steps before."""
    return level_after(calm, settle) - level_before(calm, settle)


def slopes(calm: Values, window: int) -> Values:
    """Where the level moved over ``window`` steps: the median of its last sixth less that of its first sixth."""
    sixth = max(window // 6, 2)
    late = level_before(np.append(calm, np.nan), sixth)[1:]
    found = np.full(len(calm), np.nan)
    if len(calm) > window:
        back = window - sixth
        found[back:] = late[back:] - late[:-back]
    return found


def run_lengths(values: Values) -> NDArray[np.int64]:
    """For each step how many equal values in a row end there (1: differs from the one before; gaps count 0)."""
    found = np.zeros(len(values), dtype=np.int64)
    for at, value in enumerate(values):
        if not np.isnan(value):
            found[at] = found[at - 1] + 1 if at and values[at - 1] == value else 1
    return found


def longest(marked: Marks) -> int:
    """How many true ones stand in a row at the most."""
    return int(run_lengths(np.where(marked, 1.0, np.nan)).max(initial=0))
