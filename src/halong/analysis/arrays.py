"""Values on a regular grid: NaN is a gap, position 0 has the label ``first``."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from halong.analysis.grain import Grain, position

Values = NDArray[np.float64]
Marks = NDArray[np.bool_]


def on_grid(
    grain: Grain, points: dict[datetime, float | None], end: datetime, count: int
) -> tuple[int, Values]:
    """``count`` values ending with the label ``end``, NaN where there is none; and the position of the first."""
    first = position(grain, end) - count + 1
    values = np.full(count, np.nan)
    for label, value in points.items():
        at = position(grain, label) - first
        if value is not None and 0 <= at < count:
            values[at] = value
    return first, values
