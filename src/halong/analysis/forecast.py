"""What comes next: forecasts with bands, held against the naive forecast on the series' own past.

The naive forecast says that the next cycle repeats the last one (the same hour yesterday, the same weekday last week). A
forecast with an error no smaller than that is kept, and isn't shown. Habits are taken out by STL (``decompose``); what is
left goes on by statsforecast (Nixtla): exponential smoothing chosen by AICc, or returning to its mean (AR(1)).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from halong.analysis.arrays import Values
from halong.analysis.decompose import decompose, fill, pattern
from halong.analysis.grain import Plan
from halong.analysis.habit import plain, scaled, season_at, symmetric_offset

LEVELS = (80, 95)
ORIGINS = 6  # the backtest begins anew so often: the first half chooses, the second half is what is told
WIDEST = 4.0

Bands = dict[str, Values]  # "mean", "lo-80", "hi-80", "lo-95", "hi-95"


@dataclass(frozen=True)
class Forecast:
    """Means and bands for the next steps, and how well it would have done.

    ``error``: mean absolute error of the later half of the backtest; ``naive_error``: that of the naive forecast on
    the same steps; ``mase``: the error over the mean step of the naive forecast in the history (Hyndman, Koehler 2006);
    ``coverage``: which share of those steps lay inside the bands of 80 and 95 %.
    """

    model: str
    bands: Bands
    error: float
    naive_error: float
    mase: float
    coverage: tuple[float, float]
    tested: int

    @property
    def shown(self) -> bool:
        """Only what is better than naive is worth showing."""
        return self.error < self.naive_error


@dataclass(frozen=True)
class _Trial:
    """One origin: the truth, and what each model and the naive forecast said."""

    truth: Values
    said: dict[str, Bands]
    naive: Values


def forecast(values: Values, plan: Plan) -> Forecast | None:
    """The forecast after the last of ``values`` (NaN: gap); None where the history is too short or too full of holes."""
    known = ~np.isnan(values)
    if not known.any():
        return None
    values = values[int(np.argmax(known)) :]
    known = ~np.isnan(values)
    if len(values) < plan.least or known.mean() < 0.7 or known[-plan.horizon :].mean() < 0.5:
        return None
    if np.nanmax(values) == np.nanmin(values):
        return None
    trials = list(_trials(values, plan))
    if len(trials) < 2:
        return None
    last = _predictions(values, plan)
    fitting = [name for name in last if all(name in trial.said for trial in trials)]
    if not fitting:
        return None
    first, second = trials[: len(trials) // 2], trials[len(trials) // 2 :]
    model = min(fitting, key=lambda name: _error(first, name))
    factors = _factors(first, model)
    told = [_widened(trial.said[model], factors) for trial in second]
    naive = np.concatenate([np.abs(trial.truth - trial.naive) for trial in second])
    cycle = _naive_cycle(plan, len(values))
    step = float(np.nanmean(np.abs(values[cycle:] - values[:-cycle])))
    error = _error(second, model)
    return Forecast(
        model,
        _within(_widened(last[model], _factors(trials, model)), values),
        error,
        float(np.nanmean(naive)),
        error / step if step else np.inf,
        (_coverage(second, told, 80), _coverage(second, told, 95)),
        int(sum((~np.isnan(trial.truth)).sum() for trial in second)),
    )


def naive_forecast(values: Values, cycle: int, horizon: int) -> Values:
    """The last cycle again and again."""
    last = fill(values)[-cycle:]
    return np.resize(last, horizon)


def _naive_cycle(plan: Plan, count: int) -> int:
    """The cycle that the naive forecast repeats: a week for a week of hours, else the shortest."""
    fitting = [cycle for cycle in plan.cycles if cycle <= plan.horizon and count >= 3 * cycle]
    return fitting[-1] if fitting else plan.cycles[0]


def _trials(values: Values, plan: Plan) -> list[_Trial]:
    shortest = max(plan.least - ORIGINS * plan.stride - plan.horizon, 3 * plan.cycles[0])
    found = []
    for back in range(ORIGINS, 0, -1):
        origin = len(values) - plan.horizon - (back - 1) * plan.stride
        truth = values[origin : origin + plan.horizon]
        past = values[:origin]
        if origin < shortest or np.isnan(past[-plan.cycles[0] :]).all() or np.isnan(truth).mean() > 0.5:
            continue
        found.append(
            _Trial(
                truth,
                _predictions(past, plan),
                naive_forecast(past, _naive_cycle(plan, len(past)), plan.horizon),
            )
        )
    return found


def _models() -> dict[str, Any]:
    from statsforecast.models import ARIMA, AutoETS  # noqa: PLC0415 -- heavy, see decompose.py

    return {
        "ETS": AutoETS(model="ZZN", damped=True),
        "AR(1)": ARIMA(order=(1, 0, 0), include_mean=True),
    }


def _predictions(past: Values, plan: Plan) -> dict[str, Bands]:
    """The bands of every model that fits ``past``, in the unit of the series: with one habit, and with two where two fit."""
    offset = symmetric_offset(past[~np.isnan(past)])
    symmetric = scaled(past, offset)
    ahead = len(past) + np.arange(plan.horizon)
    cycles = [cycle for cycle in plan.cycles if len(past) >= 3 * cycle] or list(plan.cycles[:1])
    found = {}
    for count in range(1, len(cycles) + 1):
        taken = tuple(cycles[:count])
        parts = decompose(symmetric, taken, robust=False, seasonal=35)
        season = season_at({cycle: pattern(parts, cycle, 0, 1) for cycle in taken}, ahead)
        for name, model in _models().items():
            try:
                said = model.forecast(y=parts.level + parts.rest, h=plan.horizon, level=list(LEVELS))
            except ValueError:  # of ARIMA: on some walks its optimiser ends outside of the stationary models
                continue
            bands = {key: plain(np.asarray(said[key]) + season, offset) for key in said}
            if all(np.isfinite(band).all() for band in bands.values()):
                found[f"STL({', '.join(map(str, taken))}) + {name}"] = bands
    return found


def _error(trials: list[_Trial], name: str) -> float:
    return float(np.nanmean(np.concatenate([np.abs(t.truth - t.said[name]["mean"]) for t in trials])))


def _factors(trials: list[_Trial], name: str) -> dict[int, float]:
    """By how much each band must be stretched to hold its share of the backtest: 0.5 to 4 times."""
    found = {}
    for level in LEVELS:
        ratios = []
        for trial in trials:
            said = trial.said[name]
            above = trial.truth > said["mean"]
            width = np.where(above, said[f"hi-{level}"] - said["mean"], said["mean"] - said[f"lo-{level}"])
            ratios.append(np.abs(trial.truth - said["mean"]) / np.maximum(width, 1e-12))
        found[level] = float(np.clip(np.nanquantile(np.concatenate(ratios), level / 100), 0.5, WIDEST))
    found[95] = max(found[95], found[80] * 0.7)
    return found


def _widened(said: Bands, factors: dict[int, float]) -> Bands:
    mean = said["mean"]
    bands = {"mean": mean}
    for level, factor in factors.items():
        bands[f"lo-{level}"] = mean - factor * (mean - said[f"lo-{level}"])
        bands[f"hi-{level}"] = mean + factor * (said[f"hi-{level}"] - mean)
    bands["lo-95"] = np.minimum(bands["lo-95"], bands["lo-80"])
    bands["hi-95"] = np.maximum(bands["hi-95"], bands["hi-80"])
    return bands


def _within(bands: Bands, values: Values) -> Bands:
    """What was never negative isn't forecast to be."""
    if np.nanmin(values) < 0:
        return bands
    return {key: np.maximum(band, 0.0) for key, band in bands.items()}


def _coverage(trials: list[_Trial], told: list[Bands], level: int) -> float:
    inside, known = 0, 0
    for trial, said in zip(trials, told, strict=True):
        there = ~np.isnan(trial.truth)
        fits = (trial.truth >= said[f"lo-{level}"]) & (trial.truth <= said[f"hi-{level}"])
        inside, known = inside + int((fits & there).sum()), known + int(there.sum())
    return inside / max(known, 1)
