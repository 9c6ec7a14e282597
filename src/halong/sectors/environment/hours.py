"""Hours and days as Vietnamese environmental statistics count them: labelled by their end.

The hour labelled h is h-1 < time <= h; a day is the labels 01:00 to 00:00 of the next day in
Asia/Ho_Chi_Minh. The roll-ups in SQL are tested against these functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean

from halong.core.derived import HOUR, LOCAL

# Share of the readings (of an hour), or of the hours (of a day or of a running mean), that a mean needs.
# Circular 10/2021/TT-BTNMT as remembered (9 of 12 five-minute readings); unverified.
COVERAGE = 0.75


def hour_label(time: datetime) -> datetime:
    """The label of the hour that an aware time belongs to: 09:00:00 → 09:00, 09:00:01 → 10:00. Keeps the
    time zone.

    Only for time zones whose hours begin with those of UTC, as that of Việt Nam.
    """
    floor = time.replace(minute=0, second=0, microsecond=0)
    return floor if floor == time else floor + HOUR


def day_of(label: datetime) -> date:
    """The local day that an hour label belongs to: 01:00 on the 5th to 00:00 on the 6th are the 5th."""
    return (label.astimezone(LOCAL) - HOUR).date()


def day_labels(day: date) -> list[datetime]:
    """The 24 hour labels of a day, 01:00 to 00:00 of the next day, Asia/Ho_Chi_Minh."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    return [midnight + timedelta(hours=n) for n in range(1, 25)]


def labels_before(label: datetime, count: int) -> list[datetime]:
    """The last ``count`` hour labels up to and with ``label``, newest first (c1, c2, … of the Nowcast)."""
    return [label - n * HOUR for n in range(count)]


def expected_count(interval_s: int) -> float:
    """How many readings an hour promises at this interval of the series; at least one."""
    return max(1.0, 3600 / interval_s)


def is_enough(count: int, expected: float) -> bool:
    """The 75 % rule: True if ``count`` of ``expected`` values suffice for a mean."""
    return count > 0 and count >= COVERAGE * expected


def hourly_mean(values: Sequence[float], interval_s: int) -> float | None:
    """The mean of an hour's valid readings (quality 0), or None if there are fewer than 75 % of the
    promised ones.
    """
    return fmean(values) if is_enough(len(values), expected_count(interval_s)) else None


def hourly_means(
    readings: Iterable[tuple[datetime, float, int]], interval_s: int
) -> dict[datetime, float | None]:
    """(time, value, quality) readings → {hour label: mean or None}, for the hours that have any reading at
    all.
    """
    hours: dict[datetime, list[float]] = {}
    for time, value, quality in readings:
        bucket = hours.setdefault(hour_label(time), [])
        if quality == 0:
            bucket.append(value)
    return {label: hourly_mean(values, interval_s) for label, values in sorted(hours.items())}


def mean_of_hours(hours: Sequence[float | None]) -> float | None:
    """The mean over several hours (8 or 24, gaps as None), or None if fewer than 75 % of them have a mean."""
    present = [value for value in hours if value is not None]
    return fmean(present) if is_enough(len(present), len(hours)) else None


def running_means(
    series: Mapping[datetime, float | None], labels: Sequence[datetime], span: int = 8
) -> list[float | None]:
    """For each label the mean of the ``span`` hours that end with it."""
    return [mean_of_hours([series.get(hour) for hour in labels_before(label, span)]) for label in labels]
