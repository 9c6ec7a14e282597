"""Working days: Monday to Friday without the holidays of ``holidays.toml``. Days are those of Vietnam's clock.

Beyond the last year of the table only the holidays of the solar calendar are left out: those of the moon are announced
year by year.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from halong.core.formats import ZONE

FILE = Path(__file__).with_name("holidays.toml")
OFFICE_ENDS = time(17, 0)
SATURDAY = 5
# month and day; Labour Code 45/2019/QH14, article 112; not checked against the law
SOLAR = ((1, 1), (4, 30), (5, 1), (9, 2))


@dataclass(frozen=True)
class Holiday:
    """A day that is off, or (``worked``) a Saturday or Sunday that is worked instead."""

    day: date
    name: Mapping[str, str]
    worked: bool
    verified: bool
    source: str


@lru_cache(maxsize=1)
def holidays() -> Mapping[date, Holiday]:
    """The table by day."""
    found: dict[date, Holiday] = {}
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["day"]:
        for day in row["on"] if isinstance(row["on"], list) else [row["on"]]:
            found[day] = Holiday(
                day, row["name"], row.get("worked", False), row.get("verified", False), row.get("source", "")
            )
    return MappingProxyType(found)


def is_workday(day: date) -> bool:
    """Whether offices work on a day."""
    known = holidays().get(day)
    if known is not None:
        return known.worked
    if day > max(holidays()).replace(month=12, day=31) and (day.month, day.day) in SOLAR:
        return False
    return day.weekday() < SATURDAY


def add_workdays(day: date, count: int) -> date:
    """The ``count``-th working day after a day, which itself isn't counted (Civil Code 2015, article 147: a period of
    days begins with the next day). 0: the day itself if it is worked, else the next one that is.
    """
    while count > 0 or not is_workday(day):
        day += timedelta(days=1)
        if is_workday(day) and count:
            count -= 1
    return day


def end_of_office(day: date) -> datetime:
    """The hour at which work of a day is due: 17:00 in Vietnam."""
    return datetime.combine(day, OFFICE_ENDS, ZONE)
