"""The rounds of analysis, made in a process of their own (``halong analyse``): what is unusual, what comes next.

Forecasts are bounded: the series that don't fit into ``PATIENCE_S`` come first among the series the next time.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
from django.db.models import Min, QuerySet
from django.utils import timezone

from halong.analysis import actions
from halong.analysis.arrays import Values
from halong.analysis.detect import judge
from halong.analysis.flag import Flag
from halong.analysis.forecast import forecast
from halong.analysis.grain import DAY, GRAINS, HOUR, PLANS, Grain, Plan, position
from halong.analysis.habit import NotEnoughHistory, learn
from halong.analysis.histories import History, judged_since, measured, of_indicator, of_series
from halong.analysis.models import Forecast, Unusual
from halong.core.permissions import SYSTEM
from halong.core.sector import find_limits
from halong.indicators.models import Indicator

PATIENCE_S = 300.0
INDICATOR_PLANS = {
    "hour": ("24h", "7d"),
    "day": ("7days", "quarter"),
    "month": ("3months",),
}
NEEDED = {"24h": 28 * 24, "7d": 56 * 24, "7days": 400, "quarter": 5 * 365, "3months": 120}
SEEN = 2  # spans of ``grain.slow`` before what is judged, for levels


def judge_everything(now: datetime | None = None) -> tuple[int, int]:
    """What is unusual now in every hourly series and in indicators of the first two levels.

    Returns how many subjects had enough history, and how many new flags there are.
    """
    now = now or timezone.now()
    known = set(
        Unusual.objects.filter(last__gte=judged_since(now, DAY)).values_list(
            "series_id", "indicator_id", "node"
        )
    )
    subjects, new = 0, 0
    for history in _judged(now):
        subject = history.subject
        try:
            findings = findings_of(history, now)
        except NotEnoughHistory:
            continue
        subjects += 1
        if findings or (subject.series_id, subject.indicator_id, subject.node) in known:
            grain = GRAINS[history.grain]
            since = judged_since(now, grain) + grain.step
            new += actions.note_findings(
                subject, findings, by=SYSTEM, since=since, step=grain.step, grain=grain.name
            )
    return subjects, new


def _judged(now: datetime) -> Iterator[History]:
    """Every history that is judged: hours of series; of indicators of level 1 all nodes, of level 2 the whole."""
    yield from of_series(measured().values_list("pk", flat=True), now, _length(HOUR, now))
    for indicator in _indicators():
        definition = indicator.definition
        if definition is not None and definition.grain in GRAINS:
            grain = GRAINS[definition.grain]
            every = indicator.level == Indicator.Level.PANORAMA
            yield from of_indicator(indicator, grain.name, now, _length(grain, now), every_node=every)


def _indicators() -> QuerySet[Indicator]:
    """Those of the panorama and of the sectors' pages."""
    return Indicator.objects.active().filter(level__lte=2).prefetch_related("definitions")


def _length(grain: Grain, now: datetime) -> int:
    return grain.full + (now - judged_since(now, grain)) // grain.step


def findings_of(history: History, now: datetime) -> list[Flag[datetime]]:
    """What is unusual in a history since yesterday's midnight (of days: in the last week). Raises NotEnoughHistory."""
    grain = GRAINS[history.grain]
    since = position(grain, judged_since(now, grain)) + 1 - history.first
    habit = learn(grain, history.first, history.values[:since])
    lead = max(0, since - SEEN * grain.slow)
    flags = judge(habit, history.first + lead, history.values[lead:], since - lead)
    return [flag.at(lambda step: history.label(step + lead)) for flag in flags]


def forecast_everything(
    now: datetime | None = None, patience_s: float = PATIENCE_S, tick: Callable[[], float] = time.monotonic
) -> tuple[int, int]:
    """Forecasts anew, of indicators and then of series, the oldest first, until all are made or the patience ends. Returns
    how many were made, how many are better than the naive forecast.
    """
    now = now or timezone.now()
    until, made, shown = tick() + patience_s, 0, 0
    for plan, history in _forecast(now):
        if tick() > until:
            break
        found = _keep(plan, history, now)
        made += found is not None
        shown += bool(found and found.shown)
    return made, shown


def _forecast(now: datetime) -> Iterator[tuple[Plan, History]]:
    grains = {"hour": ("hour", "day"), "day": ("day",), "month": ("month",)}
    for indicator in _indicators():
        definition = indicator.definition
        for grain in grains.get(definition.grain, ()) if definition else ():
            for key in INDICATOR_PLANS[grain]:
                for history in of_indicator(indicator, grain, now, NEEDED[key]):
                    yield PLANS[key], history
    for history in of_series(_foreseen(), now, NEEDED["24h"]):
        yield PLANS["24h"], history


def _foreseen() -> list[int]:
    """Series worth a forecast: indices, and what the law limits; those whose forecast is oldest or missing first."""
    today = timezone.localdate()
    series = measured().select_related("entity")
    made = dict(Forecast.objects.filter(series__isnull=False).values_list("series").annotate(Min("made_at")))
    wanted = [s for s in series if s.derived or find_limits(s.entity.types, s.property, today)]
    never = datetime(1970, 1, 1, tzinfo=UTC)
    return [s.pk for s in sorted(wanted, key=lambda s: (made.get(s.pk, never), not s.derived, s.pk))]


def _keep(plan: Plan, history: History, now: datetime) -> Forecast | None:
    values = _without_faults(history)
    known = np.flatnonzero(~np.isnan(history.values))
    late = len(history.values) - 1 - int(known[-1]) if len(known) else plan.horizon
    with warnings.catch_warnings():
        # of the optimiser: it says that it stopped early; the backtest judges the result
        warnings.simplefilter("ignore")
        found = forecast(values, plan) if late < plan.horizon // 4 + 1 else None
    if found is None:
        actions.drop_forecasts(history.subject, plan.key, by=SYSTEM)
        return None
    count = len(history.values)
    order = ("mean", "lo-80", "hi-80", "lo-95", "hi-95")
    points = [
        [history.label(count + step).timestamp(), *(round(float(found.bands[key][step]), 6) for key in order)]
        for step in range(plan.horizon)
    ]
    made = Forecast(
        plan=plan.key,
        grain=history.grain,
        made_at=now,
        since=history.end,
        points=points,
        model=found.model,
        error=found.error,
        naive_error=found.naive_error,
        mase=found.mase if np.isfinite(found.mase) else None,
        coverage_80=found.coverage[0],
        coverage_95=found.coverage[1],
        tested=found.tested,
        shown=found.shown,
    )
    actions.keep_forecast(history.subject, made, by=SYSTEM)
    return made


def _without_faults(history: History) -> Values:
    """The values without those flagged as spikes or as standing still: they would come back in the forecast."""
    values = history.values.copy()
    faults = Unusual.objects.filter(
        **history.subject.fields, grain=history.grain, kind__in=[Unusual.Kind.SPIKE, Unusual.Kind.STUCK],
        last__gte=history.label(0),
    )  # fmt: skip
    for first, last in faults.values_list("first", "last"):
        span = [position(GRAINS[history.grain], label) - history.first for label in (first, last)]
        values[max(span[0], 0) : span[1] + 1] = np.nan
    return values
