"""How honest analysis is: faults put into series and found again, false alarms, forecasts against the naive one."""

import warnings
from collections.abc import Callable

import numpy as np

from halong.analysis.forecast import forecast
from halong.analysis.grain import PLANS
from halong.bench.injected import KINDS, Score, score
from halong.bench.series import Hours, made_up, real

TRIALS = 8  # faults of each kind in each series
SEED = 2018
HELD_OUT = range(101, 105)  # made-up series that no limit was set on (those were 1 to 5)


def measure(say: Callable[[str], None]) -> dict[str, float]:
    """Precision and recall of flags, and the error of forecasts over that of the naive one; on real series where
    ``HALONG_REFERENCE`` names them, else on made-up ones that no limit was set on.
    """
    series = [hours for seed in HELD_OUT for hours in made_up(seed, 20)]
    found = score(series, seed=SEED, trials=TRIALS // 4)
    _report("made-up series (seeds 101–104)", found, say)
    if kept := real():
        series, found = kept, score(kept, seed=SEED, trials=TRIALS)
        _report("real series (PM2.5, PM10, temperature, humidity; 12.5 days)", found, say)
    else:
        say("no folder with real readings (HALONG_REFERENCE): the figures are those of made-up series")
    ratios = {hours.name: ratio for hours in series for ratio in [_against_naive(hours)] if ratio is not None}
    say("forecast error over naive: " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))
    return {
        "anomaly_precision": found.precision,
        "anomaly_recall": found.recall,
        "anomaly_false_per_month": found.false_per_month,
        "forecast_vs_naive": float(np.mean(list(ratios.values()))),
    }


def _report(name: str, found: Score, say: Callable[[str], None]) -> None:
    kinds = ", ".join(f"{kind} {found.found[kind]} of {found.put[kind]}" for kind in KINDS)
    say(
        f"{name}: precision {found.precision:.2f}, recall {found.recall:.2f} ({kinds}); "
        f"{found.clean_flags} flags in {found.clean_hours / 24:.0f} untouched days"
    )


def _against_naive(hours: Hours) -> float | None:
    """The error of the 24-hour forecast over that of repeating yesterday, in the later half of its backtest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = forecast(hours.values, PLANS["24h"])
    return made.error / made.naive_error if made else None
