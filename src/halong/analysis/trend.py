"""What if it goes on: a robust line through the recent values of an indicator, held against its target.

The slope is Theil and Sen's: the median of the slopes between all pairs. Its interval is Sen's (1968), from Kendall's S, and
widened for values that depend on their neighbours (lag-1 correlation of what the line leaves, as Yue and Wang 2004).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from halong.analysis.grain import Values

LEAST = 8
FAR = 2.0  # a target further away than twice the observed span isn't dated
Z90 = 1.645


@dataclass(frozen=True)
class Trend:
    """A line ``value = last + slope * steps``; ``low`` to ``high``: where the slope lies with 90 %."""

    slope: float
    low: float
    high: float
    last: float
    steps: int

    @property
    def clear(self) -> bool:
        """Whether the direction is certain."""
        return self.low > 0 or self.high < 0

    def at(self, steps: float) -> tuple[float, float, float]:
        """The value so many steps after the last one: by the slope, and by the ends of its interval, lower first."""
        low, high = sorted((self.last + self.low * steps, self.last + self.high * steps))
        return self.last + self.slope * steps, low, high


@dataclass(frozen=True)
class Reach:
    """When a target is reached: steps from the last value by the slope, soonest and latest (None: perhaps never)."""

    steps: float
    soonest: float
    latest: float | None


def trend_of(values: Values) -> Trend | None:
    """The robust line through values at equal steps (NaN: gap); None for fewer than eight."""
    at = np.flatnonzero(~np.isnan(values))
    known = values[at]
    if len(known) < LEAST:
        return None
    first, second = np.triu_indices(len(known), 1)
    slopes = np.sort((known[second] - known[first]) / (at[second] - at[first]))
    slope = float(np.median(slopes))
    middle = float(np.median(known - slope * at))
    half = Z90 * np.sqrt(_variance(known) * _dependence(known - middle - slope * at))
    low = int(np.clip((len(slopes) - half) / 2, 0, len(slopes) - 1))
    high = int(np.clip((len(slopes) + half) / 2 + 1, 0, len(slopes) - 1))
    end = len(values) - 1
    return Trend(slope, float(slopes[low]), float(slopes[high]), middle + slope * end, end)


def _variance(known: Values) -> float:
    """Of Kendall's S, with its correction for ties."""
    count = len(known)
    _, ties = np.unique(known, return_counts=True)
    return float(count * (count - 1) * (2 * count + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18


def _dependence(rest: Values) -> float:
    """How many values of this series tell as much as one independent value."""
    spread = float(((rest - rest.mean()) ** 2).sum())
    if spread == 0:
        return 1.0
    lag = sum((a - rest.mean()) * (b - rest.mean()) for a, b in pairwise(rest)) / spread
    lag = float(np.clip(lag, 0.0, 0.9))
    return (1 + lag) / (1 - lag)


def reach(trend: Trend, target: float) -> Reach | None:
    """When the line meets the target; None when it leads away from it, isn't clear, or meets it too far ahead to say."""
    distance = target - trend.last
    if not trend.clear or distance == 0 or (distance > 0) != (trend.slope > 0):
        return None
    steps = distance / trend.slope
    if steps > FAR * trend.steps:
        return None
    quick, slow = sorted((trend.low, trend.high), key=abs, reverse=True)
    latest = distance / slow
    return Reach(steps, distance / quick, latest if latest <= 3 * FAR * trend.steps else None)
