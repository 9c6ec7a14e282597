"""Numbers, times and ages as people here write them: ``1.234,5`` and ``dd/MM/yyyy HH:mm`` in Vietnam's time.

English pages get ``1,234.5`` and the same dates. Everything inside the system stays aware UTC.
"""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from halong.core.language import reader_language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ABSENT = "–"
_DAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_VIETNAMESE = str.maketrans(",.", ".,")


def _language(lang: str | None) -> str:
    return "en" if (lang or reader_language()).startswith("en") else "vi"


def format_number(value: float | Decimal | None, decimals: int | None = None, lang: str | None = None) -> str:
    """A number with its separators; without ``decimals``, as many as it has, at most 3. None, NaN: a dash."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ABSENT
    places = 3 if decimals is None else decimals
    text = f"{value:,.{places}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    text = text.replace("-", "\N{MINUS SIGN}")
    return text if _language(lang) == "en" else text.translate(_VIETNAMESE)


def local(value: datetime) -> datetime:
    """The same instant on the clocks of Vietnam; a naive time is taken as UTC."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(ZONE)


def format_datetime(value: datetime | None, seconds: bool = False) -> str:
    """``23/11/2026 14:05``; with ``seconds`` also ``:20``. None: a dash."""
    return (
        ABSENT
        if value is None
        else local(value).strftime("%d/%m/%Y %H:%M:%S" if seconds else "%d/%m/%Y %H:%M")
    )


def format_date(value: date | None) -> str:
    """``23/11/2026``. A datetime is moved to Vietnam's time first. None: a dash."""
    if isinstance(value, datetime):
        value = local(value)
    return ABSENT if value is None else value.strftime("%d/%m/%Y")


def format_time(value: datetime | None, seconds: bool = False) -> str:
    """``14:05`` or ``14:05:20``. None: a dash."""
    return ABSENT if value is None else local(value).strftime("%H:%M:%S" if seconds else "%H:%M")


def format_day(value: date, lang: str | None = None) -> str:
    """``Thứ Hai, 23/11/2026``."""
    day = local(value) if isinstance(value, datetime) else value
    return f"{_DAYS[_language(lang)][day.weekday()]}, {format_date(day)}"


def format_age(value: datetime | None, now: datetime | None = None) -> str:
    """How long ago: under a minute the time of the update, then minutes, hours, and after a day the date.

    A time that lies ahead (a clock that is wrong) is written as a time, not as an age.
    """
    if value is None:
        return _("never updated")
    seconds = (
        (now or datetime.now(UTC)) - (value if value.tzinfo else value.replace(tzinfo=UTC))
    ).total_seconds()
    if seconds < -60 or seconds >= 86_400:
        return format_datetime(value)
    if seconds < 60:
        return _("updated %(time)s") % {"time": format_time(value, seconds=True)}
    minutes = int(seconds // 60)
    if minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}


def format_duration(seconds: float) -> str:
    """A length of time in its two largest units: ``38 phút``, ``1 giờ 20 phút``, ``2 ngày 3 giờ``."""
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return ngettext("%(n)d second", "%(n)d seconds", int(abs(seconds))) % {"n": int(abs(seconds))}
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes and not days:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(parts)
