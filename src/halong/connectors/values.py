"""Numbers and times as devices and people write them."""

import math
import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
_PLAIN = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+,\d+|\d{1,3}(,\d{3})+\.\d+)", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?", re.ASCII
)
_YEAR_LAST = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?", re.ASCII
)
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{12,13}", re.ASCII)
EARLIEST = 1990  # no reading of ours is older; what claims to be has lost its clock


def parse_number(text: str) -> float:
    """A finite number with a point or a comma for the decimals: ``41.5``, ``41,5``, ``1.234,5``,
    ``1,234.5``, ``1.2E+03``.

    A lone separator is always the decimal mark. Raises ValueError for everything else: ``<0,05``, ``NaN``,
    ``1 234``, ``---``.
    """
    bare = text.strip()
    if _PLAIN.fullmatch(bare):
        value = float(bare.replace(",", "."))
    elif _GROUPED.fullmatch(bare):
        mark = "," if bare.rfind(",") > bare.rfind(".") else "."
        value = float(bare.replace("." if mark == "," else ",", "").replace(",", "."))
    else:
        raise ValueError(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def parse_compact(text: str, zone: tzinfo = LOCAL) -> datetime:
    """``yyyyMMddHHmmss`` on the clocks of ``zone``, as aware UTC. Raises ValueError."""
    match = _COMPACT.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return _aware([int(part) for part in match.groups()], zone)


def parse_time(text: str, zone: tzinfo = LOCAL, *, month_first: bool = False) -> datetime:
    """A time in any writing that leaves no doubt, as aware UTC; one without an offset is on the clocks of
    ``zone``.

    RFC 3339, ``yyyyMMddHHmmss``, ``yyyy/MM/dd HH:mm[:ss]``, ``dd/MM/yyyy HH:mm[:ss]`` (``month_first``:
    MM/dd), seconds or milliseconds since 1970. Raises ValueError.
    """
    bare = text.strip()
    if _COMPACT.fullmatch(bare):
        return parse_compact(bare, zone)
    if _EPOCH.fullmatch(bare):
        seconds = float(bare) if len(bare.partition(".")[0]) <= 10 else float(bare) / 1000
        return datetime.fromtimestamp(seconds, UTC)
    if match := _YEAR_FIRST.fullmatch(bare):
        return _aware([int(part or 0) for part in match.groups()], zone)
    if match := _YEAR_LAST.fullmatch(bare):
        first, second, year, *clock = (int(part or 0) for part in match.groups())
        month, day = (first, second) if month_first else (second, first)
        return _aware([year, month, day, *clock], zone)
    moment = datetime.fromisoformat(bare)
    return _aware_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _aware(parts: list[int], zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second = parts
    return _aware_of(datetime(year, month, day, hour, minute, second, tzinfo=zone))


def _aware_of(moment: datetime) -> datetime:
    if moment.year < EARLIEST:
        raise ValueError(moment)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(moment) from error
