"""VN_AQI from the text of Decision 1459/QĐ-TCMT, written for the tests alone: exact fractions, nothing of the product.

Particles only. An hour carries the label of its end; its mean needs three quarters of the readings that the interval
promises. Nowcast: twelve hours, w = max(Cmin/Cmax, 1/2), two of the last three hours needed, a gap has no weight.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = timedelta(hours=1)
INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
TABLE_2 = {
    "pm25": (0, 25, 50, 80, 150, 250, 350, 500),
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
}


def label_of(moment):
    """The end of the hour that a reading belongs to: 09:00:00 belongs to 09:00, 09:00:01 to 10:00."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + HOUR


def hourly_means(readings, interval_s):
    """{time: decimal text} → {label: mean} of the hours that have enough."""
    hours = defaultdict(list)
    for moment, text in readings.items():
        hours[label_of(moment)].append(Fraction(text))
    return {
        label: sum(values) / len(values)
        for label, values in hours.items()
        if len(values) * interval_s >= Fraction(3, 4) * 3600
    }


def nowcast(means, label):
    """The weighted concentration of a particle at a label, or None."""
    last_twelve = [means.get(label - n * HOUR) for n in range(12)]
    if sum(value is not None for value in last_twelve[:3]) < 2:
        return None
    there = [value for value in last_twelve if value is not None]
    weight = max(min(there) / max(there), Fraction(1, 2)) if max(there) else Fraction(1)
    pairs = [(weight**n, value) for n, value in enumerate(last_twelve) if value is not None]
    return sum(w * value for w, value in pairs) / sum(w for w, _value in pairs)


def index(column, concentration):
    """A parameter's AQI, rounded to a whole number, halves upward; 500 above the table."""
    points = TABLE_2[column]
    for n in range(len(points) - 1):
        if concentration <= points[n + 1]:
            slope = Fraction(INDEX[n + 1] - INDEX[n], points[n + 1] - points[n])
            return int(slope * (concentration - points[n]) + INDEX[n] + Fraction(1, 2))
    return 500


def hourly(readings, interval_s):
    """{parameter: {time: decimal text}} → {label: VN_AQI of the hour}."""
    means = {name: hourly_means(values, interval_s) for name, values in readings.items()}
    known = {label for values in means.values() for label in values}
    found = {}
    for label in {label + n * HOUR for label in known for n in range(3)}:
        parts = {name: nowcast(values, label) for name, values in means.items()}
        indices = [index(name, value) for name, value in parts.items() if value is not None]
        if indices:
            found[label] = max(indices)
    return found


def daily(readings, interval_s):
    """{parameter: {time: decimal text}} → {day: VN_AQI of the day}: labels 01:00 to 00:00, 18 of 24 needed."""
    found = {}
    for name, values in readings.items():
        days = defaultdict(list)
        for label, mean in hourly_means(values, interval_s).items():
            days[(label.astimezone(LOCAL) - HOUR).date()].append(mean)
        for day, means in days.items():
            if len(means) >= 18:
                found[day] = max(index(name, sum(means) / len(means)), found.get(day, 0))
    return found


def ends_of(days):
    """{day: value} → {midnight that ends the day: value}."""
    return {
        datetime(day.year, day.month, day.day, tzinfo=LOCAL) + timedelta(days=1): value
        for day, value in days.items()
    }
