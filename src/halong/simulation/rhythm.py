"""The rhythms of a year, a week and a day in Việt Nam, as factors."""

from dataclasses import dataclass
from math import cos, exp, pi, sin

OFFSET = 7 * 3600  # Asia/Ho_Chi_Minh has no summer time
DAY = 86_400
YEAR_DAYS = 365.2425


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment as people live it: ``hour`` 0 <= hour < 24 on the wall, ``weekday`` 0 for Monday, ``day``
    counted from 1 January 1970, ``year`` the part of the year that is over (0 to 1).
    """

    time: float
    hour: float
    weekday: int
    day: int
    year: float

    @property
    def weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.weekday >= 5

    @property
    def winter(self) -> float:
        """1 in the middle of January, -1 in the middle of July."""
        return cos(2 * pi * (self.year - 0.04))

    @property
    def sun(self) -> float:
        """How high the sun stands: 0 from dusk to dawn, 1 at noon of a summer day."""
        rise, length = 5.5 + 0.55 * self.winter, 12.3 - 1.2 * self.winter
        return max(0.0, sin(pi * (self.hour - rise) / length)) * (0.87 - 0.13 * self.winter)


def clock(time: float) -> Clock:
    """The clock in Việt Nam at a time in seconds since 1970."""
    local = time + OFFSET
    day = int(local // DAY)
    return Clock(time, (local % DAY) / 3600, (day + 3) % 7, day, (day / YEAR_DAYS) % 1)


def bump(hour: float, peak: float, width: float) -> float:
    """A bell around an hour of the day, 1 at its peak; it goes on over midnight."""
    away = abs(hour - peak)
    away = min(away, 24 - away)
    return exp(-((away / width) ** 2) / 2)


def traffic(now: Clock) -> float:
    """Vehicles on the road, 0.05 in the dead of night to about 1 in the rush hours 7 and 17."""
    by_day = 0.38 * bump(now.hour, 12.5, 4.5)
    if now.weekend:
        return 0.05 + by_day + 0.25 * bump(now.hour, 9, 1.8) + 0.4 * bump(now.hour, 18.5, 2.2)
    return 0.05 + by_day + 0.62 * bump(now.hour, 7, 0.8) + 0.6 * bump(now.hour, 17.2, 1.1)


def work(now: Clock) -> float:
    """How much of the working day is on: near 0 at night, 1 in office hours, less at noon and at weekends."""
    at_work = max(bump(now.hour, 9.5, 1.6), bump(now.hour, 15, 1.5), 0.45 * bump(now.hour, 12.2, 1.5))
    return at_work * (0.25 if now.weekend else 1.0)


def lessons(now: Clock) -> float:
    """How many classes have a lesson: in the morning and the afternoon of school days, few in the long holidays."""
    if now.weekend or not (7.25 <= now.hour <= 11.25 or 13.5 <= now.hour <= 16.75):
        return 0.0
    holidays = 0.42 <= now.year <= 0.67  # June to August
    return 0.06 if holidays else 0.97 if now.hour < 12 else 0.84


def leisure(now: Clock) -> float:
    """How many people are out for pleasure: the evening, and the day at weekends."""
    evening = bump(now.hour, 20, 1.9)
    by_day = (0.75 if now.weekend else 0.3) * bump(now.hour, 14, 4)
    return 0.02 + max(evening * (1.0 if now.weekend else 0.75), by_day)


def season_of_tourism(now: Clock) -> float:
    """Visitors of the coast by season: 1 in summer, 0.45 in winter, with the festivals of early spring."""
    spring = 0.25 * bump(now.year * 24, 3.4, 1.2)
    return min(1.0, 0.72 - 0.27 * now.winter + spring)
