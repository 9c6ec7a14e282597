"""What agencies would report once a month, a quarter or a day: made up, by rhythm and chance, and marked as such.

Pure: the same seed, agency and period give the same figures, whenever they are asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import exp, log1p, sqrt

from halong.simulation.noise import Noise, key_of, normal, uniform
from halong.simulation.rhythm import DAY, Clock, bump, clock, season_of_tourism

YEARS = {"day": 2, "month": 5, "quarter": 5}  # how far back a new installation's tables go
FIRST_COMMUNE_DAY = date(2025, 7, 1)  # communes have answered for files since then
LATE = 0.06  # of submissions
HOUR = 3600

# Where visitors are, as shares of all of them.
DESTINATIONS = {
    "06673": 0.40, "06685": 0.07, "06832": 0.12, "06712": 0.10, "06994": 0.12, "07192": 0.06, "06793": 0.06,
    "07093": 0.04, "06838": 0.03,
}  # fmt: skip
# VND billion a month over the year: little at Tết, most at its end.
MONTHS = (1.15, 0.72, 0.95, 1.05, 0.9, 0.95, 1.05, 0.92, 0.95, 1.08, 1.05, 1.23)
PAID_OUT = (
    0.015,
    0.05,
    0.11,
    0.17,
    0.25,
    0.35,
    0.43,
    0.5,
    0.58,
    0.66,
    0.78,
    0.96,
)  # of the year's plan, by its months
BASE = 2021  # figures grow from this year on


@dataclass(frozen=True)
class Period:
    """A period that has ended: its last day, and when it ended (seconds since 1970)."""

    day: date
    end: float


@dataclass(frozen=True)
class Figure:
    """One figure of an agency: of a place ("" of none in particular), num, and den where it is a part of something."""

    place: str
    num: float
    den: float | None = None


class Reporter:
    """One agency with its own luck."""

    def __init__(self, seed: int, agency: str) -> None:
        self.agency = agency
        self._seed = seed

    def figures(self, key: str, period: Period) -> list[Figure]:
        """What it reports for an indicator and period; nothing where it wasn't there yet."""
        if self.agency.startswith("UB.") and period.day < FIRST_COMMUNE_DAY:
            return []
        made = TABLES.get(key)
        return list(made(self, period)) if made else []

    def delay(self, name: str, period: Period, due_days: int) -> float:
        """How many seconds after the period's end it sends the figures of a collection: mostly before they are due."""
        key = key_of(self._seed, self.agency, name, "delay")
        number = period.day.toordinal()
        late = uniform(key, -number) < LATE
        due = due_days * DAY - 7 * HOUR  # at 17:00
        if late:
            return due + (0.3 + 2 * uniform(key, number)) * DAY
        return max(7 * HOUR, (0.3 + 0.65 * uniform(key, number)) * due)

    def chance(self, name: str, period: Period) -> float:
        """About -3 to 3 with standard deviation 1, the period's own."""
        return normal(key_of(self._seed, self.agency, name), period.day.toordinal())

    def trait(self, name: str, low: float, high: float) -> float:
        """A number that is the agency's own for ever."""
        return low + (high - low) * uniform(key_of(self._seed, self.agency, name))

    def wave(self, name: str, days: float, period: Period) -> float:
        """A slow wave between -1 and 1."""
        return Noise(key_of(self._seed, self.agency, name), days * DAY).at(period.end)


def _now(period: Period) -> Clock:
    return clock(period.end - 12 * HOUR)


def _growth(period: Period, a_year: float) -> float:
    return exp(log1p(a_year) * (period.end / DAY / 365.25 - (BASE - 1970)))


def _visitors_of_all(agency: Reporter, period: Period) -> float:
    """Domestic and foreign visitors of a day: summer, weekends, the spring's festivals and the long holidays."""
    now = _now(period)
    holidays = max(
        1.1 * bump(now.year * 24, 24 * 0.332, 0.25), 0.8 * bump(now.year * 24, 24 * 0.669, 0.22)
    )  # 30/4 to 1/5 and 2/9
    week = (0.86, 0.8, 0.82, 0.88, 1.0, 1.4, 1.28)[now.weekday]
    moving = 1 + 0.1 * agency.wave("visitors", 16, period) + 0.05 * agency.chance("visitors", period)
    return 40_000 * season_of_tourism(now) * week * (1 + holidays) * _growth(period, 0.07) * moving


def _visitors(agency: Reporter, period: Period) -> Iterator[Figure]:
    everybody = _visitors_of_all(agency, period)
    for place, share in DESTINATIONS.items():
        own = 1 + 0.08 * normal(key_of(place, "visitors"), period.day.toordinal())
        yield Figure(place, round(everybody * share * own))


def _foreign(agency: Reporter, period: Period) -> Iterator[Figure]:
    share = 0.17 + 0.07 * _now(period).winter + 0.015 * agency.chance("foreign", period)
    yield Figure("", round(_visitors_of_all(agency, period) * max(0.04, share)))


def _revenue_of(agency: Reporter, year: int, month: int) -> float:
    """VND billion."""
    month_end = Period(date(year, month, 28), 0.0)
    moving = 1 + 0.05 * agency.chance("revenue", month_end)
    return 4_450 * MONTHS[month - 1] * 1.055 ** (year - BASE) * moving


def _revenue(agency: Reporter, period: Period) -> Iterator[Figure]:
    yield Figure("", round(_revenue_of(agency, period.day.year, period.day.month)))


def _revenue_share(agency: Reporter, period: Period) -> Iterator[Figure]:
    year = period.day.year
    so_far = sum(_revenue_of(agency, year, month) for month in range(1, period.day.month + 1))
    yield Figure("", round(so_far), round(12 * 4_450 * 1.055 ** (year - BASE) * 0.985))


def _disbursement(agency: Reporter, period: Period) -> Iterator[Figure]:
    plan = round(13_200 * 1.04 ** (period.day.year - BASE))
    pace = 1 + 0.06 * normal(key_of(agency.agency, "pace"), period.day.year)
    part = PAID_OUT[period.day.month - 1] * pace * (1 + 0.02 * agency.chance("paid", period))
    yield Figure("", round(plan * min(0.995, part)), plan)


def _investment(agency: Reporter, period: Period) -> Iterator[Figure]:
    """USD million: most months bring little, some a large project."""
    yield Figure("", round(95 * exp(0.75 * agency.chance("fdi", period)), 1))


def _exports(agency: Reporter, period: Period) -> Iterator[Figure]:
    season = sqrt(MONTHS[period.day.month - 1])
    yield Figure(
        "", round(245 * season * _growth(period, 0.06) * (1 + 0.05 * agency.chance("exports", period)), 1)
    )


def _retail(agency: Reporter, period: Period) -> Iterator[Figure]:
    season = 1 - 0.06 * _now(period).winter + (0.06 if period.day.month in (1, 12) else 0)
    yield Figure(
        "", round(9_800 * season * _growth(period, 0.1) * (1 + 0.02 * agency.chance("retail", period)))
    )


def _industry(agency: Reporter, period: Period) -> Iterator[Figure]:
    """The same month of the year before is 100."""
    moving = 7 + 3 * agency.wave("industry", 200, period) + 2.2 * agency.chance("industry", period)
    yield Figure("", round(100 + moving, 1), 1.0)


def _growth_of_product(agency: Reporter, period: Period) -> Iterator[Figure]:
    """Percent, said as a part of 100."""
    moving = 9.6 + 1.4 * agency.wave("grdp", 400, period) + 0.5 * agency.chance("grdp", period)
    yield Figure("", round(moving, 2), 100.0)


def _number_of_files(agency: Reporter, period: Period) -> int:
    many = (
        agency.trait("files", 280, 1_500)
        if agency.agency.startswith("UB.")
        else agency.trait("files", 500, 4_800)
    )
    return max(
        30, round(many * sqrt(MONTHS[period.day.month - 1]) * (1 + 0.08 * agency.chance("files", period)))
    )


def _part_of(
    name: str, low: float, high: float, rising: float = 0.0
) -> Callable[[Reporter, Period], Iterator[Figure]]:
    """A part of the month's files, the agency's own, with its chance; ``rising`` a year."""

    def made(agency: Reporter, period: Period) -> Iterator[Figure]:
        files = _number_of_files(agency, period)
        years = period.end / DAY / 365.25 - (2026.9 - 1970)
        usual = agency.trait(name, low, high) + rising * years + 0.008 * agency.chance(name, period)
        yield Figure("", round(files * min(1.0, max(0.02, usual))), files)

    return made


def _satisfaction(agency: Reporter, period: Period) -> Iterator[Figure]:
    asked = max(25, round(0.06 * _number_of_files(agency, period)))
    usual = agency.trait("satisfied", 0.92, 0.99) + 0.008 * agency.chance("satisfied", period)
    yield Figure("", round(asked * min(1.0, usual)), asked)


def _files(agency: Reporter, period: Period) -> Iterator[Figure]:
    yield Figure("", _number_of_files(agency, period))


TABLES: dict[str, Callable[[Reporter, Period], Iterator[Figure]]] = {
    "tourism.visitors": _visitors,
    "tourism.international": _foreign,
    "economy.revenue": _revenue,
    "economy.revenue_share": _revenue_share,
    "economy.disbursement": _disbursement,
    "economy.fdi": _investment,
    "economy.exports": _exports,
    "economy.retail": _retail,
    "economy.iip": _industry,
    "economy.grdp_growth": _growth_of_product,
    "gov.files": _files,
    "gov.on_time": _part_of("on-time", 0.955, 0.997, 0.004),
    "gov.online": _part_of("online", 0.62, 0.9, 0.07),
    "gov.edocuments": _part_of("edocuments", 0.95, 0.999, 0.006),
    "gov.satisfaction": _satisfaction,
}
