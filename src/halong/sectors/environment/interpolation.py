"""The two steps that the Vietnamese indices share: straight lines between breakpoints, and rounding."""

import math
from bisect import bisect_left
from collections.abc import Sequence


def interpolate(value: float, points: Sequence[tuple[float, float]]) -> float:
    """The figure that straight lines between ascending ``points`` (concentration, index) give; ends are
    held.
    """
    if value <= points[0][0]:
        return points[0][1]
    if value >= points[-1][0]:
        return points[-1][1]
    upper = bisect_left(points, value, key=lambda point: point[0])
    (x0, y0), (x1, y1) = points[upper - 1], points[upper]
    return y0 + (y1 - y0) * (value - x0) / (x1 - x0)


def round_half_up(value: float) -> int:
    """Rounded to a whole number, halves upward, as the worked example of Decision 1459 does (109.5 → 110).

    Digits beyond the ninth are dropped first: 109.49999999999999 is a half that binary fractions can't hold.
    """
    return math.floor(round(value, 9) + 0.5)
