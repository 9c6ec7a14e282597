"""What if it goes on: when an indicator will meet, or miss, its target at its present trend."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.analysis.grain import last_label
from halong.analysis.trend import Reach, Trend, reach, trend_of
from halong.analysis.words import Measure, measure_of
from halong.core.formats import format_date, local
from halong.indicators.grains import day_of, labels_between, previous, start_of
from halong.indicators.models import Definition, Indicator, Target, Value, node_of
from halong.places.models import Agency, Place

# the periods that a trend is drawn through, by the grain of the definition
SPANS = {
    "hour": ("day", 30),
    "day": ("day", 60),
    "month": ("month", 24),
    "quarter": ("quarter", 12),
    "year": ("year", 10),
}


@dataclass(frozen=True)
class Miss:
    """``kind``: "missed", "reached", "lost" (reached today, not for long), "unclear"; ``when``: the date it speaks of."""

    kind: str
    words: str
    when: datetime | None = None

    @property
    def bad(self) -> bool:
        """Whether a person should look at it."""
        return self.kind in {"missed", "lost"}


@dataclass(frozen=True)
class Past:
    """Values of closed periods, the last one under the label ``end``."""

    values: list[float | None]
    end: datetime
    grain: str

    @property
    def step(self) -> timedelta:
        """The length of the last period."""
        return self.end - start_of(self.end, self.grain)

    def at(self, steps: float) -> datetime:
        """So many periods after the last one."""
        return self.end + steps * self.step


def miss_of(
    indicator: Indicator,
    place: Place | None = None,
    agency: Agency | None = None,
    *,
    now: datetime | None = None,
) -> Miss | None:
    """What becomes of the target; None without a target in force, a direction, or at least eight closed periods."""
    now = now or timezone.now()
    definition = indicator.definition
    target = target_of(indicator, place, agency, now)
    if definition is None or target is None or definition.direction == Definition.Direction.NONE:
        return None
    grain, count = SPANS[definition.grain]
    past = _past(indicator, grain, count, node_of(place, agency), now)
    trend = trend_of(past.values)
    return _judge(trend, past, target, definition, measure_of(indicator)) if trend else None


def _past(indicator: Indicator, grain: str, count: int, node: int, now: datetime) -> Past:
    """The values of the last ``count`` closed periods."""
    end = last_label(now, grain)
    start = previous(end, grain, count)
    rows = Value.objects.filter(
        indicator=indicator, grain=grain, node=node, label__gt=start, label__lte=end, running=False
    )
    known = dict(rows.values_list("label", "value"))
    return Past([known.get(one) for one in labels_between(start, end, grain)], end, grain)


def target_of(
    indicator: Indicator, place: Place | None, agency: Agency | None, now: datetime
) -> Target | None:
    """The target of a node in force today."""
    today, node = timezone.localdate(now), node_of(place, agency)
    begun = indicator.targets.filter(valid_from__lte=today).exclude(valid_to__lt=today)
    newest_first = begun.select_related("place", "agency").order_by("-valid_from")
    return next((target for target in newest_first if target.node == node), None)


def _judge(trend: Trend, history: Past, target: Target, definition: Definition, measure: Measure) -> Miss:
    up = definition.direction == Definition.Direction.UP
    met = trend.last >= target.value if up else trend.last <= target.value
    found = reach(trend, target.value)
    aim = measure.text(target.value)
    if met:
        if found is None:
            words = _("The target %(target)s is met, and no trend leads away from it.")
            return Miss("reached", words % {"target": aim}, history.end)
        words = _(
            "The target %(target)s is met today; at the present trend it no longer is from about %(when)s (%(range)s)."
        )
        return Miss("lost", words % _dated(found, history, aim), history.at(found.steps))
    if target.valid_to is not None:
        return _by_deadline(trend, history, target, up, measure)
    if found is None:
        clear = trend.clear and (trend.slope > 0) != up
        words = (
            _("The present trend leads away from the target %(target)s.")
            if clear
            else _("No clear trend: when the target %(target)s is met can't be said.")
        )
        return Miss("missed" if clear else "unclear", words % {"target": aim})
    words = _("At the present trend the target %(target)s is met about %(when)s (%(range)s).")
    return Miss("reached", words % _dated(found, history, aim), history.at(found.steps))


def _by_deadline(trend: Trend, history: Past, target: Target, up: bool, measure: Measure) -> Miss:
    """A target with a last day: where the trend stands on that day."""
    assert target.valid_to is not None
    end = datetime.combine(
        target.valid_to + timedelta(days=1), datetime.min.time(), local(history.end).tzinfo
    )
    middle, low, high = trend.at(max((end - history.end) / history.step, 0.0))
    figures = {
        "target": measure.text(target.value), "when": format_date(target.valid_to),
        "value": measure.text(middle), "low": measure.text(low, unit=False), "high": measure.text(high, unit=False),
    }  # fmt: skip
    surely, never = (
        (low >= target.value, high < target.value) if up else (high <= target.value, low > target.value)
    )
    if surely:
        words = _(
            "At the present trend the target %(target)s is met by %(when)s: about %(value)s (%(low)s to %(high)s)."
        )
        return Miss("reached", words % figures, end)
    if never:
        words = _(
            "At the present trend the target %(target)s is missed on %(when)s: about %(value)s (%(low)s to %(high)s)."
        )
        return Miss("missed", words % figures, end)
    words = _("No clear trend: on %(when)s it may be %(low)s to %(high)s, the target is %(target)s.")
    return Miss("unclear", words % figures, end)


def _dated(found: Reach, history: Past, aim: str) -> dict[str, str]:
    soonest, latest = _day(history, found.soonest), found.latest
    if latest is None:
        words = _("at the soonest %(soonest)s") % {"soonest": soonest}
    else:
        words = _("%(soonest)s to %(latest)s") % {"soonest": soonest, "latest": _day(history, latest)}
    return {"target": aim, "when": _day(history, found.steps), "range": words}


def _day(history: Past, steps: float) -> str:
    at = history.at(steps)
    return format_date(day_of(at)) if history.grain == "day" else local(at).strftime("%m/%Y")
