"""Whether a series can be expanded: repetitions that would never end are refused before anybody counts them."""

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _

EARLIEST = 1900
HOURLY_SINCE = timedelta(days=3660)  # an hourly series may not be older
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
BY_DAYS = frozenset({"HOURLY", "DAILY", "WEEKLY"})
NOT_BY_DAYS = ("BYSETPOS", "BYWEEKNO", "BYEASTER")
LOOK = 8 * 366 + 1  # days: between 1896 and 1904 there are eight years without the 29th of February
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Unsound(Exception):
    """An event that can't be used; ``name``: the property to blame."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


def check_rule(event: Any, until: datetime) -> None:
    """Refuse what can't be expanded up to ``until``, and give series without an end one. Raises Unsound."""
    start = event.get("DTSTART")
    if start is None or isinstance(start, list) or not isinstance(start.dt, date):
        raise Unsound("DTSTART", _("It doesn't say when it begins."))
    if start.dt.year < EARLIEST:
        raise Unsound("DTSTART", _("It begins before {year}.").format(year=EARLIEST))
    _check_end(start.dt, event.get("DTEND"))
    rules = event.get("RRULE")
    if rules is not None and not rules:
        del event["RRULE"]  # "RRULE:" without a value, which some programs write for "doesn't repeat"
        return
    for rule in rules if isinstance(rules, list) else [rules] if rules is not None else []:
        _check_one(rule, start.dt, until)


def _check_one(rule: Any, start: date, until: datetime) -> None:
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if not frequency:
        raise Unsound("RRULE", _("The repetition doesn't say how often."))
    if frequency in TOO_OFTEN:
        raise Unsound("RRULE", _("It repeats more often than every hour."))
    if frequency in BY_DAYS:
        _check_days(rule, start)
    if any(int(value) < 1 for name in ("INTERVAL", "COUNT") for value in rule.get(name, [])):
        raise Unsound("RRULE", _("INTERVAL and COUNT begin at 1."))
    if frequency == "HOURLY" and (moment_of(start, UTC) < until - HOURLY_SINCE or "COUNT" in rule):
        raise Unsound("RRULE", _("An hourly repetition needs a beginning within ten years, and no COUNT."))
    if "COUNT" in rule and "UNTIL" in rule:
        del rule["COUNT"]  # RFC 5545 allows one of them; the end is the safer one
    if "COUNT" not in rule and "UNTIL" not in rule:
        rule["UNTIL"] = [_end_like(start, until)]


def _check_end(start: date, end: Any) -> None:
    """Programs that swap beginning and end mean something that nobody can know."""
    if end is None or isinstance(end, list) or isinstance(end.dt, datetime) != isinstance(start, datetime):
        return
    if isinstance(start, datetime) and (start.tzinfo is None) != (end.dt.tzinfo is None):
        return
    if end.dt < start:
        raise Unsound("DTEND", _("It ends before it begins."))


def _check_days(rule: Any, start: date) -> None:
    """Refuse a rule of which no day ever comes (the 30th of February): whoever looked for one would look for ever."""
    if any(name in rule for name in NOT_BY_DAYS):
        raise Unsound(
            "RRULE",
            _("{names} belong to monthly and yearly repetitions.").format(names=", ".join(NOT_BY_DAYS)),
        )
    months = {int(value) for value in rule.get("BYMONTH", [])}
    days = {int(value) for value in rule.get("BYMONTHDAY", [])}
    year_days = {int(value) for value in rule.get("BYYEARDAY", [])}
    weekdays = {str(value).upper()[-2:] for value in rule.get("BYDAY", [])}
    if not (months or days or year_days or weekdays):
        return
    first = date(start.year, start.month, start.day)
    for number in range(LOOK):
        day = first + timedelta(days=number)
        if months and day.month not in months:
            continue
        if days and not days & {day.day, day.day - monthrange(day.year, day.month)[1] - 1}:
            continue
        of_year = day.timetuple().tm_yday
        if year_days and not year_days & {of_year, of_year - (366 if isleap(day.year) else 365) - 1}:
            continue
        if not weekdays or WEEKDAYS[day.weekday()] in weekdays:
            return
    raise Unsound("RRULE", _("It never happens."))


def moment_of(value: date, zone: tzinfo) -> datetime:
    """A moment in UTC: a day begins at midnight of ``zone``, a floating time is one of ``zone``."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), tzinfo=zone)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    return value.astimezone(UTC)


def _end_like(start: date, until: datetime) -> date:
    """An end of the sort that the beginning has: a day, a floating time, or UTC (RFC 5545, section 3.3.10)."""
    later = until + timedelta(days=2)
    if not isinstance(start, datetime):
        return later.date()
    return later.replace(tzinfo=None) if start.tzinfo is None else later.astimezone(UTC)
