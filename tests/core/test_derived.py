from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from halong.core.derived import DerivedSeries, Explanation, affected_labels, day_label

HOUR = timedelta(hours=1)
hours = st.integers(0, 500_000).map(lambda n: datetime(2000, 1, 1, tzinfo=UTC) + n * HOUR)


def series(kind, lookback):
    return DerivedSeries("x", (), "y", (), kind, lookback, lambda label, window: Explanation(None))


def test_a_day_is_named_by_local_midnight():
    midnight = datetime(2026, 11, 22, 17, tzinfo=UTC)  # 00:00 on the 23rd in Việt Nam
    assert day_label(midnight) == midnight
    assert day_label(midnight - 23 * HOUR) == midnight
    assert day_label(midnight + HOUR) == midnight + 24 * HOUR


@given(hours, st.integers(1, 48))
def test_an_hour_touches_the_hours_whose_window_holds_it(hour, lookback):
    labels = affected_labels(series("hour", lookback), hour)
    assert labels == [hour + n * HOUR for n in range(lookback)]


@given(hours, st.integers(24, 72))
def test_an_hour_touches_exactly_the_days_whose_window_holds_it(hour, lookback):
    days = [day_label(hour) + n * 24 * HOUR for n in range(-3, 5)]
    holding = [day for day in days if day - (lookback - 1) * HOUR <= hour <= day]
    assert affected_labels(series("day", lookback), hour) == holding
