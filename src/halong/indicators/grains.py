"""Periods of the calendar. A period is named by the instant at which it ENDS, in UTC: the day 22/11 by 23/11 00:00 in
Vietnam; it holds what happened after its start, up to and including its end, like the hours of readings.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.core.errors import Invalid
from halong.core.formats import ZONE, format_date, format_time, local

GRAINS = ("hour", "day", "month", "quarter", "year")
HOUR = timedelta(hours=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WRITTEN = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2})(?:T(\d{2}))?)?))?")


def rank(grain: str) -> int:
    """0 for hours, growing with the length."""
    return GRAINS.index(grain)


def coarser(grain: str) -> str | None:
    """The next longer grain, or None after years."""
    return GRAINS[rank(grain) + 1] if grain != GRAINS[-1] else None


def finer(grain: str) -> str | None:
    """The next shorter grain, or None before hours."""
    return GRAINS[rank(grain) - 1] if grain != GRAINS[0] else None


def label_of(at: datetime, grain: str) -> datetime:
    """The label of the period that an instant lies in; a label lies in the period that it ends."""
    start = _start_of_present(at, grain)
    return (start if start == at else _plus(start, grain, 1)).astimezone(UTC)


def start_of(label: datetime, grain: str) -> datetime:
    """Where the period ends that came before: the instant after which this one begins."""
    return _plus(label.astimezone(ZONE), grain, -1).astimezone(UTC)


def previous(label: datetime, grain: str, count: int = 1) -> datetime:
    """The label ``count`` periods earlier."""
    return _plus(label.astimezone(ZONE), grain, -count).astimezone(UTC)


def day_of(label: datetime) -> date:
    """The last day of the period, in Vietnam: definitions and targets in force on it apply to the whole period."""
    return (label.astimezone(ZONE) - timedelta(microseconds=1)).date()


def labels_between(start: datetime, end: datetime, grain: str) -> Iterator[datetime]:
    """The labels of the periods that end after ``start`` and not after the period of ``end``, ascending."""
    label, last = label_of(start + timedelta(microseconds=1), grain), label_of(end, grain)
    while label <= last:
        yield label
        label = _plus(label.astimezone(ZONE), grain, 1).astimezone(UTC)


def parse_period(text: str) -> tuple[str, datetime]:
    """Grain and label of a period as tables write it: "2026", "2026-Q3", "2026-10", "2026-10-05", "2026-10-05T14"
    (the hour that ends at 14:00). Raises Invalid.
    """
    found = _WRITTEN.fullmatch(text.strip())
    wrong = Invalid(
        _("%(text)s isn't a period: write 2026, 2026-Q3, 2026-10 or 2026-10-05.") % {"text": repr(text)}
    )
    if found is None:
        raise wrong
    year, quarter, month, day, hour = (int(part or 0) for part in found.groups())
    grain = "quarter" if quarter else "day" if day else "month" if month else "year"
    try:
        first = datetime(year, 3 * quarter - 2 if quarter else month or 1, day or 1, tzinfo=ZONE)
    except ValueError:
        raise wrong from None
    if found[5] is not None:
        return "hour", (first + hour * HOUR).astimezone(UTC)
    return grain, _plus(first, grain, 1).astimezone(UTC)


def code_of(label: datetime, grain: str) -> str:
    """How ``parse_period`` reads it: "2026-10"."""
    if grain == "hour":
        # the hour that ends at midnight is the 24th of its day: written as hour 00 of the next one
        return local(label).strftime("%Y-%m-%dT%H")
    day = day_of(label)
    if grain == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[grain])


def period_words(label: datetime, grain: str) -> str:
    """The period as pages say it: "14:00, 23/11", "22/11/2026", "tháng 10/2026", "quý III/2026", "năm 2026"."""
    if grain == "hour":
        return f"{format_time(label)}, {local(label).strftime('%d/%m')}"
    day = day_of(label)
    if grain == "day":
        return format_date(day)
    if grain == "month":
        return _("month %(month)s") % {"month": day.strftime("%m/%Y")}
    if grain == "quarter":
        number = ("I", "II", "III", "IV")[(day.month - 1) // 3]
        return _("quarter %(number)s/%(year)s") % {"number": number, "year": day.year}
    return pgettext("period", "year %(year)s") % {"year": day.year}


def short_words(label: datetime, grain: str, today: date) -> str:
    """The period in as few letters as a tile has room for: "14:00", "22/11", "10/2026", "Q3/2026"."""
    if grain == "hour":
        clock = format_time(label)
        return clock if local(label).date() == today else f"{clock} {local(label).strftime('%d/%m')}"
    day = day_of(label)
    if grain == "quarter":
        return f"Q{(day.month + 2) // 3}/{day.year}"
    return day.strftime({"day": "%d/%m", "month": "%m/%Y"}.get(grain, "%Y"))


def _start_of_present(at: datetime, grain: str) -> datetime:
    here = at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    if grain == "hour":
        return here
    here = here.replace(hour=0)
    if grain == "day":
        return here
    months = _MONTHS[grain]
    return here.replace(day=1, month=here.month - (here.month - 1) % months)


def _plus(start: datetime, grain: str, count: int) -> datetime:
    """``count`` periods later; local midnights stay local midnights (there is no summer time)."""
    if grain == "hour":
        return start + count * HOUR
    if grain == "day":
        return start + timedelta(days=count)
    months = start.year * 12 + start.month - 1 + count * _MONTHS[grain]
    return start.replace(year=months // 12, month=months % 12 + 1)
