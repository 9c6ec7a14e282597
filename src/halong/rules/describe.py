"""A rule in one sentence, as people say it."""

from typing import Any

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.formats import format_duration, format_number
from halong.core.units import unit_symbol
from halong.rules.models import Rule
from halong.rules.params import Habit, Params, Range, Rate, Silence, Stuck, Threshold, parse_params


def describe(kind: str, params: dict[str, Any], averaging: str = "") -> str:
    """What a rule looks for, with its numbers and units; "" if its parameters can't be read any more."""
    try:
        typed = parse_params(kind, params)
    except Invalid:
        return ""
    words = _sentence(typed)
    return f"{Rule.Averaging(averaging).label}: {words}" if averaging else words


def _sentence(params: Params) -> str:
    if isinstance(params, Threshold):
        return _threshold(params)
    if isinstance(params, Range):
        return _range(params)
    if isinstance(params, Rate):
        return _rate(params)
    if isinstance(params, Silence):
        return _silence(params)
    if isinstance(params, Stuck):
        return _("the same value for {time}, at least {count} readings").format(
            time=format_duration(params.seconds), count=format_number(params.min_readings, 0)
        )
    assert isinstance(params, Habit)
    return _habit(params)


def _value(value: float, unit: str) -> str:
    return f"{format_number(value)} {unit_symbol(unit)}".strip() if unit else format_number(value)


def _threshold(params: Threshold) -> str:
    above = params.direction == "above"
    words = (_("above {limit}") if above else _("below {limit}")).format(
        limit=_value(params.limit, params.unit)
    )
    if params.for_s:
        words += _(" for {time}").format(time=format_duration(params.for_s))
    if params.clear is not None and params.clear != params.limit:
        end = _("; over at {end}")
        words += end.format(end=_value(params.clear, params.unit))
    if params.clear_for_s:
        words += _("; cleared after {time}").format(time=format_duration(params.clear_for_s))
    return words


def _range(params: Range) -> str:
    if params.minimum is None and params.maximum is None:
        return _("outside the range of the series")
    low = "−∞" if params.minimum is None else _value(params.minimum, "")
    high = "+∞" if params.maximum is None else _value(params.maximum, params.unit)
    return _("outside {low} to {high}").format(low=low, high=high)


def _rate(params: Rate) -> str:
    texts = {
        "up": _("rises by {change} or more within {time}"),
        "down": _("falls by {change} or more within {time}"),
        "any": _("changes by {change} or more within {time}"),
    }
    change = _value(params.change, params.unit)
    return texts[params.direction].format(change=change, time=format_duration(params.minutes * 60))


def _silence(params: Silence) -> str:
    if params.after_s is not None:
        return _("no reading for {time}").format(time=format_duration(params.after_s))
    return _("no reading for {count} intervals").format(count=format_number(params.intervals))


def _habit(params: Habit) -> str:
    texts = {
        "both": _("an hour unlike the same hour of the past {weeks} weeks (more than {k} deviations)"),
        "above": _("an hour above the same hour of the past {weeks} weeks (more than {k} deviations)"),
        "below": _("an hour below the same hour of the past {weeks} weeks (more than {k} deviations)"),
    }
    return texts[params.side].format(weeks=params.weeks, k=format_number(params.k))
