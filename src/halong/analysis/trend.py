"""What if it goes on: a robust line through the recent values of an indicator, held against its target.

The slope is Theil and Sen's: the median of the slopes between all pairs. Its interval is Sen's (1968), from Kendall's S, and
widened for values that depend on their neighbours (lag-1 correlation of what the line leaves, after Yue and Wang 2004).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt
from statistics import fmean, median

LEAST = 8
FAR = 2.0  # a target further away than twice the observed span isn't dated
Z90 = 1.645
DEPENDENT = 0.9  # lag-1 correlations above it are taken as it


@dataclass(frozen=True)
class Trend:
    """A line ``value = last + slope * steps``; ``low`` to ``high``: where the slope lies with 90 %; ``span`` in steps."""

    slope: float
    low: float
    high: float
    last: float
    span: int

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


def trend_of(values: Sequence[float | None]) -> Trend | None:
    """The robust line through values at equal steps (None: gap); None for fewer than eight. Takes quadratic time."""
    points = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(points) < LEAST:
        return None
    slopes = sorted((later - value) / (after - at) for (at, value), (after, later) in combinations(points, 2))
    slope = median(slopes)
    base = median(value - slope * at for at, value in points)
    rest = [value - base - slope * at for at, value in points]
    half = Z90 * sqrt(_variance([value for _at, value in points]) * _dependence(rest))
    last = len(slopes) - 1
    low = slopes[min(max(round((last + 1 - half) / 2) - 1, 0), last)]
    high = slopes[min(max(round((last + 1 + half) / 2), 0), last)]
    end = len(values) - 1
    return Trend(slope, low, high, base + slope * end, end - points[0][0])


def _variance(known: Sequence[float]) -> float:
    """Of Kendall's S, with its correction for ties."""
    count = len(known)
    ties = sum(n * (n - 1) * (2 * n + 5) for n in Counter(known).values())
    return (count * (count - 1) * (2 * count + 5) - ties) / 18


def _dependence(rest: Sequence[float]) -> float:
    """How many values of this series tell as much as one independent value."""
    middle = fmean(rest)
    total = sum((value - middle) ** 2 for value in rest)
    if total == 0:
        return 1.0
    lag = sum((a - middle) * (b - middle) for a, b in pairwise(rest)) / total
    lag = min(max(lag, 0.0), DEPENDENT)
    return (1 + lag) / (1 - lag)


def reach(trend: Trend, target: float) -> Reach | None:
    """When the line meets the target; None when it leads away from it, isn't clear, or meets it too far ahead to say."""
    distance = target - trend.last
    if not trend.clear or distance == 0 or (distance > 0) != (trend.slope > 0):
        return None
    steps = distance / trend.slope
    if steps > FAR * trend.span:
        return None
    slow, quick = sorted((trend.low, trend.high), key=abs)
    latest = distance / slow
    return Reach(steps, distance / quick, latest if latest <= 3 * FAR * trend.span else None)
