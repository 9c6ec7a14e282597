"""Taking a series apart into a slow level and its habits: robust STL, one cycle after the other (as MSTL does).

Cleveland and others, "STL: A Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6
(1990); for several cycles Bandara, Hyndman and Bergmeir, "MSTL" (2021).
"""

from dataclasses import dataclass

import numpy as np

from halong.analysis.arrays import Values
from halong.analysis.grain import Grain

PASSES = 4  # outer, robust passes; more change the pattern by less than a hundredth of its scale


@dataclass(frozen=True)
class Parts:
    """``seasonal[cycle]`` has the length of the series; level + all seasonal parts + rest = the series, gaps filled."""

    level: Values
    seasonal: dict[int, Values]
    rest: Values


def fill(values: Values) -> Values:
    """Gaps filled in by straight lines, at the ends by the nearest value; without any value zeros."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    return np.interp(np.arange(len(values)), known, values[known])


def cycles_of(grain: Grain, values: Values) -> tuple[int, ...]:
    """The habits that a history is long enough to show: ``repeats`` times each."""
    return tuple(cycle for cycle in grain.cycles if len(values) >= grain.repeats * cycle)


def decompose(values: Values, cycles: tuple[int, ...], *, robust: bool = True, seasonal: int = 13) -> Parts:
    """STL for each cycle in turn, shortest first, on what the others leave.

    ``robust``: so that past faults teach little; ``seasonal``: over how many repetitions a habit changes (odd).
    """
    from statsmodels.tsa.seasonal import STL  # noqa: PLC0415 -- heavy: only the process that analyses loads it

    left = fill(values)
    habits: dict[int, Values] = {}
    level = np.full(len(left), np.median(left))
    for cycle in cycles:
        smooth = 2 * (3 * cycle // 4) + 1  # about 1.5 cycles: Cleveland's rule for the trend
        fitted = STL(
            left,
            period=cycle,
            seasonal=seasonal,
            trend=smooth,
            robust=robust,
            seasonal_jump=2,
            trend_jump=max(1, smooth // 10),
            low_pass_jump=max(1, cycle // 10),
        ).fit(inner_iter=2, outer_iter=PASSES if robust else 0)
        habits[cycle] = np.asarray(fitted.seasonal)
        level = np.asarray(fitted.trend)
        left = left - habits[cycle]
    return Parts(level, habits, left - level)


def pattern(parts: Parts, cycle: int, first: int, repetitions: int = 4) -> Values:
    """One cycle as it was lately (median of its last repetitions), by phase (position modulo the cycle)."""
    seasonal = parts.seasonal[cycle]
    found = np.empty(cycle)
    for phase in range(cycle):
        at = np.arange((phase - first) % cycle, len(seasonal), cycle)[-repetitions:]
        found[phase] = np.median(seasonal[at])
    return np.asarray(found - found.mean())
