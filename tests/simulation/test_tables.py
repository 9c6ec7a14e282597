"""The tables that agencies would send: pure, plausible, and inside what the indicators call plausible."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.profiles.description import BUILT_IN
from halong.profiles.reading import read_profile
from halong.simulation.tables import TABLES, Period, Reporter

FIGURES = read_profile(BUILT_IN / "quang_ninh").figures
ROWS = {row["key"]: row for row in FIGURES.indicators if row["kind"] == "table"}
AGENCIES = {key: row["agencies"] for row in FIGURES.collections for key in row["indicators"]}


def period_of(day):
    return Period(day, (datetime(day.year, day.month, day.day, 17, tzinfo=UTC)).timestamp())


def values(key, figures):
    share = ROWS[key]["spec"]["across"] in ("share", "mean")
    return [100 * f.num / f.den if share and ROWS[key]["unit"] == "P1" else f.num for f in figures]


def test_every_table_of_the_profile_is_simulated():
    assert set(TABLES) == set(ROWS)


@given(
    st.sampled_from(sorted(TABLES)),
    st.dates(date(2021, 11, 1), date(2028, 1, 1)),
    st.integers(0, 60),
    st.integers(0, 9),
)
def test_figures_are_plausible_and_the_same_whenever_asked(key, day, number, seed):
    agency = AGENCIES[key][number % len(AGENCIES[key])]
    found = Reporter(seed, agency).figures(key, period_of(day))
    assert found == Reporter(seed, agency).figures(key, period_of(day))
    low, high = ROWS[key]["plausible"]
    assert all(low <= value <= high for value in values(key, found))
    assert all(f.den is None or f.den > 0 for f in found)
    assert all(f.num <= f.den for f in found if f.den and ROWS[key]["key"].startswith("gov."))


def test_a_commune_reports_nothing_from_before_it_was():
    commune = Reporter(7, "UB.06673")
    assert commune.figures("gov.on_time", period_of(date(2025, 6, 30))) == []
    assert len(commune.figures("gov.on_time", period_of(date(2025, 7, 31)))) == 1


def test_visitors_follow_the_week_and_the_season():
    tourism = Reporter(7, "QN.SVHTTDL")
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    by_day = {day: sum(f.num for f in tourism.figures("tourism.visitors", period_of(day))) for day in days}
    weekend = [n for day, n in by_day.items() if day.weekday() >= 5]
    working = [n for day, n in by_day.items() if day.weekday() < 4]
    assert sum(weekend) / len(weekend) > 1.3 * sum(working) / len(working)
    summer = sum(n for day, n in by_day.items() if day.month in (6, 7))
    assert summer > 1.3 * sum(n for day, n in by_day.items() if day.month in (11, 12))
    assert 10_000_000 < sum(by_day.values()) < 30_000_000


@pytest.mark.parametrize("key", ["economy.revenue_share", "economy.disbursement"])
def test_what_is_counted_from_the_beginning_of_the_year_grows_within_it(key):
    months = [
        Reporter(7, "QN.STC").figures(key, period_of(date(2026, month, 28)))[0] for month in range(1, 13)
    ]
    parts = [figure.num / figure.den for figure in months]
    assert parts == sorted(parts)
    assert parts[0] < 0.15
    assert parts[-1] > 0.85


def test_most_figures_come_before_they_are_due():
    periods = [period_of(date(2026, month, 28)) for month in range(1, 12)]
    delays = [
        Reporter(7, agency).delay("government.monthly", period, 5) / 86_400
        for agency in AGENCIES["gov.on_time"]
        for period in periods
    ]
    late = [delay for delay in delays if delay > 5 - 7 / 24]
    assert 0.02 < len(late) / len(delays) < 0.12
    assert max(delays) < 10
