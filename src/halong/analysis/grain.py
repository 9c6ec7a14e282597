"""The two rhythms that are analysed, hours and days, and the horizons of forecasts. Without numpy: the web process reads it.

Values stand under the label of their end, as everywhere in Halong. Labels are counted in whole steps since 1970 in local
time, so that ``position % cycle`` is the hour of the day or of the week.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from halong.core.derived import LOCAL
from halong.indicators.grains import label_of, previous

EPOCH = datetime(1970, 1, 1, tzinfo=LOCAL)  # with one zone on both sides Python counts by the wall clock


@dataclass(frozen=True)
class Grain:
    """One rhythm: lengths are numbers of steps.

    ``cycles``: lengths of the habits, shortest first, each used once the history holds ``repeats`` of it. ``least``: history
    without which nothing is judged. ``level``: how far back the present level is taken from. ``spike``: the longest spike.
    ``settle``: how long a new level must hold to be called one. ``slow``: over how long a drift is looked for.
    """

    name: str
    step: timedelta
    cycles: tuple[int, ...]
    repeats: int
    least: int
    full: int
    level: int
    spike: int
    settle: int
    slow: int


HOUR = Grain("hour", timedelta(hours=1), (24, 168), 4, 7 * 24, 28 * 24, 48, 2, 8, 96)
DAY = Grain("day", timedelta(days=1), (7, 365), 3, 42, 5 * 365, 28, 1, 7, 42)
GRAINS = {grain.name: grain for grain in (HOUR, DAY)}


def position(grain: Grain, label: datetime) -> int:
    """Which step since 1970, in local time, a label is."""
    return (label.astimezone(LOCAL) - EPOCH) // grain.step


def label_at(grain: Grain, number: int) -> datetime:
    """The label of a step, the opposite of ``position``."""
    return (EPOCH + number * grain.step).astimezone(UTC)


def last_label(now: datetime, grain: str) -> datetime:
    """The label of the last period of the calendar that is over."""
    label = label_of(now, grain)
    return label if label <= now else previous(label, grain)


@dataclass(frozen=True)
class Plan:
    """How far a forecast looks, in steps, and what it needs: ``cycles`` (shortest first), ``least`` history,
    ``stride`` between the origins of the backtest.
    """

    key: str
    horizon: int
    cycles: tuple[int, ...]
    least: int
    stride: int


PLANS = {
    plan.key: plan
    for plan in (
        Plan("24h", 24, (24, 168), 10 * 24, 24),
        Plan("7d", 7 * 24, (24, 168), 35 * 24, 48),
        Plan("7days", 7, (7,), 56, 7),
        Plan("quarter", 90, (7, 365), 2 * 365, 30),
        Plan("3months", 3, (12,), 36, 3),
    )
}
