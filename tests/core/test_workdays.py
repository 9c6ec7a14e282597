"""Working days around weekends and holidays."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from halong.core.workdays import add_workdays, end_of_office, holidays, is_workday

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def test_weekends_and_holidays_are_off():
    week = [is_workday(date(2026, 2, 14) + timedelta(days=n)) for n in range(10)]  # Lunar New Year
    assert week == [False] * 9 + [True]
    assert not is_workday(date(2026, 9, 2))
    assert is_workday(date(2026, 11, 23))
    assert not is_workday(date(2031, 5, 1))  # beyond the table: what the solar calendar tells


def test_three_working_days_over_a_weekend():
    assert add_workdays(date(2026, 11, 20), 3) == date(2026, 11, 25)  # from a Friday
    assert add_workdays(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert add_workdays(date(2026, 8, 31), 1) == date(2026, 9, 3)


@given(days, st.integers(0, 30))
def test_what_is_added_is_counted(day, count):
    later = add_workdays(day, count)
    assert is_workday(later)
    worked = [is_workday(day + timedelta(days=n)) for n in range(1, (later - day).days + 1)]
    assert sum(worked) == (count or int(later > day))


def test_work_is_due_at_five_in_vietnam():
    assert end_of_office(date(2026, 11, 23)) == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_nobody_takes_an_unchecked_holiday_for_a_verified_one():
    assert [h.day for h in holidays().values() if h.verified and not h.source] == []
