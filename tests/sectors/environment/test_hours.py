from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.sectors.environment.hours import (
    day_labels,
    day_of,
    expected_count,
    hour_label,
    hourly_mean,
    hourly_means,
    labels_before,
    mean_of_hours,
    running_means,
)

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, VIETNAM]))


@given(times)
def test_an_hour_is_labelled_by_its_end(time):
    label = hour_label(time)
    assert label - timedelta(hours=1) < time <= label
    assert (label.minute, label.second, label.microsecond) == (0, 0, 0)


def test_the_full_hour_belongs_to_the_hour_that_ends():
    nine = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
    assert hour_label(nine) == nine
    assert hour_label(nine + timedelta(microseconds=1)) == nine + timedelta(hours=1)


def test_a_day_is_the_labels_from_one_o_clock_to_midnight():
    labels = day_labels(date(2018, 10, 9))
    assert labels[0] == datetime(2018, 10, 9, 1, tzinfo=VIETNAM)
    assert labels[-1] == datetime(2018, 10, 10, 0, tzinfo=VIETNAM)
    assert len(labels) == 24


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_label_of_a_day_belongs_to_it(day):
    assert {day_of(label.astimezone(UTC)) for label in day_labels(day)} == {day}


def test_labels_before_are_newest_first():
    label = datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert [entry.hour for entry in labels_before(label, 4)] == [2, 1, 0, 23]


@pytest.mark.parametrize(("interval_s", "expected"), [(300, 12), (60, 60), (150, 24), (3600, 1), (86_400, 1)])
def test_an_interval_promises_a_number_of_readings(interval_s, expected):
    assert expected_count(interval_s) == expected


@pytest.mark.parametrize(
    ("count", "interval_s", "enough"),
    [(9, 300, True), (8, 300, False), (45, 60, True), (44, 60, False), (1, 3600, True), (0, 3600, False)],
)
def test_an_hour_needs_three_quarters_of_its_own_interval(count, interval_s, enough):
    assert (hourly_mean([1.5] * count, interval_s) == 1.5) is enough


def test_calibration_and_faults_do_not_count():
    start = datetime(2026, 1, 1, 8, tzinfo=VIETNAM)
    readings = [(start + timedelta(minutes=5 * n), 10.0, 0) for n in range(1, 10)]
    readings += [(start + timedelta(minutes=5 * n), 999.0, 1 + n % 2) for n in range(10, 13)]
    assert hourly_means(readings, 300) == {datetime(2026, 1, 1, 9, tzinfo=VIETNAM): 10.0}
    assert hourly_means(readings[1:], 300) == {datetime(2026, 1, 1, 9, tzinfo=VIETNAM): None}


def test_a_day_needs_eighteen_hours_and_a_running_mean_six():
    assert mean_of_hours([2.0] * 18 + [None] * 6) == 2.0
    assert mean_of_hours([2.0] * 17 + [None] * 7) is None
    assert mean_of_hours([2.0] * 6 + [None] * 2) == 2.0
    assert mean_of_hours([2.0] * 5 + [None] * 3) is None
    assert mean_of_hours([]) is None


# Decision 1459/QĐ-TCMT, section 2.2.2: hourly means of ozone from 18:00 on, and the running means it prints.
OZONE = [15.7, 14.2, 17.7, 18.9, 19.3, 15.7, 19.7, 22.6, 27.1, 29.0, 31.9, 25.3, 34.7, 35.2, 41.6, 45.7]
OZONE += [49.2, 55.8, 69.6, 78.3, 91.5, 97.7, 81.2, 71.8, 43.5, 34.3, 21.5, 20.5, 19.4, 20.4, 21.3]
RUNNING = [18.0, 19.4, 21.2, 23.0, 23.8, 25.8, 28.2, 30.9, 33.8, 36.6, 39.9, 44.7, 51.3, 58.4, 66.2, 71.1]
RUNNING += [74.4, 73.7, 71.0, 65.0, 57.8, 48.7, 39.1, 31.6]


def test_the_running_means_of_the_decision_come_out():
    labels = day_labels(date(2019, 11, 12))
    first = labels[0] - timedelta(hours=7)
    series = {first + timedelta(hours=n): value for n, value in enumerate(OZONE)}
    computed = running_means(series, labels)
    # The decision prints one decimal and rounds 21.25 down and 44.64 up.
    assert computed == pytest.approx(RUNNING, abs=0.0651)
    assert round(max(computed), 1) == 74.4
