"""Why something was flagged, how good a forecast is, and whether a target will be met: in words of the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from halong.analysis.grain import GRAINS
from halong.analysis.models import Forecast, Unusual
from halong.core.formats import format_number, format_time, local
from halong.core.sector import find_attribute, find_type
from halong.core.units import unit_symbol
from halong.indicators.grains import day_of, period_words
from halong.indicators.models import Indicator
from halong.observations.models import Series


@dataclass(frozen=True)
class Measure:
    """How the values of a subject are written."""

    name: str
    unit: str
    decimals: int

    def text(self, value: float | None, unit: bool = True) -> str:
        """A value with its unit."""
        if value is None:
            return "–"
        return f"{format_number(value, self.decimals)}{f' {self.unit}' if unit and self.unit else ''}"


def measure_of(subject: Series | Indicator) -> Measure:
    """Name of the property or the indicator, its unit, its decimals. An indicator's ``definitions`` should be prefetched."""
    if isinstance(subject, Series):
        spec = find_attribute(subject.entity.types, subject.property)
        label = str(spec.label) if spec else subject.property
        return Measure(label, unit_symbol(subject.unit), subject.decimals)
    definition = subject.definition
    if definition is None:
        return Measure(subject.key, "", 1)
    return Measure(definition.title, unit_symbol(definition.unit), definition.decimals)


def name_of(flag: Unusual) -> str:
    """The thing and what is measured, or the indicator and where."""
    if flag.series is not None:
        return f"{flag.series.entity.name}: {measure_of(flag.series).name}"
    if flag.indicator is None:
        return ""
    name = measure_of(flag.indicator).name
    node = flag.place or flag.agency
    return f"{name}: {node.qualified_name}" if node else name


def reason(flag: Unusual) -> str:
    """What happened, against what is usual at such an hour of such a weekday."""
    subject = flag.series or flag.indicator
    if subject is None:
        return ""
    measure = measure_of(subject)
    steps = int(flag.figures.get("steps", 0))
    longest = int(flag.figures.get("longest", 0))
    if flag.kind == Unusual.Kind.GAP:
        words = _("No value for %(span)s; the longest gap before was %(longest)s.")
        return words % {"span": span(steps, flag.grain), "longest": span(longest, flag.grain)}
    if flag.kind == Unusual.Kind.STUCK:
        words = _("%(value)s for %(span)s without a change; before, at most %(longest)s.")
        return words % {
            "value": measure.text(flag.value), "span": span(steps, flag.grain), "longest": span(longest, flag.grain),
        }  # fmt: skip
    happened = _happened(flag) % {
        "since": period_words(flag.first, flag.grain),
        "span": span(_length(flag), flag.grain),
    }
    return f"{_at_peak(flag, measure)} {happened}"


def _happened(flag: Unusual) -> str:
    return {
        "spike": _("It went there and came back within %(span)s."),
        "shift": _("A new level since %(since)s, all at once."),
        "drift": _("It has moved in one direction since %(since)s."),
        "habit": _("Out of its habit for %(span)s."),
    }.get(flag.kind, "")


def _at_peak(flag: Unusual, measure: Measure) -> str:
    """The worst value and what is usual then."""
    if flag.expected is None or flag.low is None or flag.high is None:
        return f"{measure.text(flag.value)}, {period_words(flag.peak, flag.grain)}."
    words = _("%(value)s at %(when)s; usual %(then)s is %(low)s to %(high)s, about %(expected)s.")
    return words % {
        "value": measure.text(flag.value), "when": period_words(flag.peak, flag.grain), "then": _then(flag.peak, flag.grain),
        "low": measure.text(flag.low, unit=False), "high": measure.text(flag.high, unit=False),
        "expected": measure.text(flag.expected),
    }  # fmt: skip


def _then(label: datetime, grain: str) -> str:
    """When that is by habit: "on a Monday at 14:00", "on a Monday"."""
    weekdays = (
        _("on a Monday"), _("on a Tuesday"), _("on a Wednesday"), _("on a Thursday"), _("on a Friday"),
        _("on a Saturday"), _("on a Sunday"),
    )  # fmt: skip
    if grain != "hour":
        return weekdays[day_of(label).weekday()]
    words = _("%(day)s at %(hour)s")
    return words % {"day": weekdays[local(label).weekday()], "hour": format_time(label)}


def _length(flag: Unusual) -> int:
    return (flag.last - flag.first) // GRAINS[flag.grain].step + 1


def span(steps: int, grain: str) -> str:
    """So many hours, days or months."""
    if grain == "hour":
        return ngettext("%(n)d hour", "%(n)d hours", steps) % {"n": steps}
    if grain == "day":
        return ngettext("%(n)d day", "%(n)d days", steps) % {"n": steps}
    return ngettext("%(n)d month", "%(n)d months", steps) % {"n": steps}


def plan_words(plan: str) -> str:
    """How far a forecast looks."""
    return {
        "24h": _("24 hours ahead"),
        "7d": _("7 days ahead"),
        "7days": _("7 days ahead"),
        "quarter": _("a quarter ahead"),
        "3months": _("a quarter ahead"),
    }[plan]


def accuracy(found: Forecast, measure: Measure) -> str:
    """How well it would have done, against the naive forecast; for one that isn't shown, why."""
    figures = {
        "error": format_number(found.error, max(measure.decimals, 1)),
        "naive": format_number(found.naive_error, max(measure.decimals, 1)),
        "unit": f" {measure.unit}" if measure.unit else "",
        "eighty": format_number(100 * found.coverage_80, 0),
        "ninety": format_number(100 * found.coverage_95, 0),
        "n": format_number(found.tested, 0),
    }
    if not found.shown:
        words = _(
            "Not shown: on past data its mean error (%(error)s%(unit)s) was no smaller than that of repeating the last "
            "cycle (%(naive)s%(unit)s)."
        )
        return words % figures
    words = _(
        "Mean error on past data %(error)s%(unit)s; repeating the last cycle: %(naive)s%(unit)s. The bands of 80%% and "
        "95%% held %(eighty)s%% and %(ninety)s%% of %(n)s values."
    )
    return words % figures


def describe_points(points: Sequence[Sequence[float]], measure: Measure, grain: str) -> str:
    """A forecast in a sentence: its highest and lowest mean and when."""
    top = max(points, key=lambda p: p[1])
    low = min(points, key=lambda p: p[1])
    words = _("Highest about %(high)s (%(high_when)s), lowest about %(low)s (%(low_when)s).")
    return words % {
        "high": measure.text(top[1]), "high_when": _when(top[0], grain),
        "low": measure.text(low[1]), "low_when": _when(low[0], grain),
    }  # fmt: skip


def _when(seconds: float, grain: str) -> str:
    return period_words(datetime.fromtimestamp(seconds, UTC), grain)


def kind_label(entity_types: Sequence[str]) -> str:
    """The sector's word for a kind of thing."""
    kind = find_type(entity_types[0]) if entity_types else None
    return str(kind.label) if kind else ""
