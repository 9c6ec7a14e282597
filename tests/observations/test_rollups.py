"""Hours and days, held to plain Python."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from halong.core.permissions import SYSTEM
from halong.observations.actions import change_series
from halong.observations.rollups import day_bounds, day_of_label, work

HOUR = timedelta(hours=1)
HOURS = "SELECT time, count, valid, mean, minimum, maximum, complete FROM rollup_hour ORDER BY time"


def test_an_hour_is_labelled_by_its_end(pm25, put, rows, at):
    put(pm25, [(at(8), 1.0, 0), (at(8, 5), 3.0, 0), (at(9), 5.0, 0), (at(9, 1), 7.0, 0)])
    assert rows("SELECT time, count, mean FROM rollup_hour ORDER BY time") == [
        (at(8), 1, 1.0),
        (at(9), 2, 4.0),
        (at(10), 1, 7.0),
    ]


def test_nine_of_twelve_are_enough_and_only_valid_ones_count(pm25, put, rows, at):
    put(
        pm25,
        [(at(8, 5 * n), float(n), 0) for n in range(1, 9)] + [(at(8, 45), 900.0, 2), (at(8, 50), 800.0, 1)],
    )
    assert rows(HOURS) == [(at(9), 10, 8, 4.5, 1.0, 8.0, False)]
    put(pm25, [(at(8, 55), 0.0, 0)])
    assert rows(HOURS) == [(at(9), 11, 9, 4.0, 0.0, 8.0, True)]


def test_an_hour_without_valid_readings_has_no_mean(pm25, put, rows, at):
    put(pm25, [(at(8, 5), 5.0, 2)])
    assert rows(HOURS) == [(at(9), 1, 0, None, None, None, False)]


def test_a_late_reading_and_a_correction_are_followed(pm25, put, rows, at):
    put(pm25, [(at(8, 5), 2.0, 0), (at(8, 15), 4.0, 0)])
    put(pm25, [(at(8, 10), 6.0, 0)])
    put(pm25, [(at(8, 5), 8.0, 0)])
    assert rows("SELECT mean FROM rollup_hour") == [(6.0,)]
    assert rows("SELECT time, value FROM latest") == [(at(8, 15), 4.0)]


def test_days_are_those_of_the_province(pm25, put, rows):
    midnight = datetime(2018, 10, 8, 17, tzinfo=UTC)  # 00:00 of 9 October
    put(pm25, [(midnight, 1.0, 0), (midnight + timedelta(minutes=5), 2.0, 0), (midnight + 24 * HOUR, 4.0, 0)])
    assert rows("SELECT day, count, mean FROM rollup_day ORDER BY day") == [
        (date(2018, 10, 8), 1, 1.0),
        (date(2018, 10, 9), 2, 3.0),
    ]
    start, end = day_bounds(date(2018, 10, 9))
    assert (start, end) == (midnight, midnight + 24 * HOUR)
    assert [day_of_label(midnight + n * HOUR) for n in (0, 1, 24)] == [date(2018, 10, 8)] + [
        date(2018, 10, 9)
    ] * 2


def test_the_running_hour_is_brought_up_to_date_and_stays_due(pm25, put, rows):
    now = datetime.now(UTC)
    put(pm25, [(now - timedelta(seconds=1), 5.0, 0)], compute=False)
    work()
    [(due, label)] = rows("SELECT due_at, time FROM dirty_hour")
    assert due <= label + timedelta(seconds=10)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dirty_hour SET due_at = now()")
    work()
    assert rows("SELECT mean FROM rollup_hour") == [(5.0,)]
    assert rows("SELECT due_at - time FROM dirty_hour") == [(timedelta(seconds=10),)]


def test_another_interval_changes_what_is_complete(pm25, put, rows, at):
    put(pm25, [(at(8, 5), 5.0, 0)])
    assert rows("SELECT complete FROM rollup_hour") == [(False,)]
    change_series(pm25, by=SYSTEM, interval_s=3600)
    work()
    assert rows("SELECT complete FROM rollup_hour") == [(True,)]


def test_huge_values_don_t_stop_the_job(pm25, put, rows, at):
    put(pm25, [(at(8, 5), 1e100, 0), (at(8, 10), -1e100, 0), (at(8, 15), 3e99, 0)])
    assert rows("SELECT count FROM rollup_hour") == [(3,)]


def test_a_deleted_series_leaves_nothing(pm25, put, rows, at):
    put(pm25, [(at(8, 5), 5.0, 0)])
    pm25.delete()
    for table in ("observation", "latest", "rollup_hour", "rollup_day"):
        assert rows(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.django_db
@effort(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 60 * 50), st.floats(-50, 500), st.integers(0, 2)),
            min_size=1,
            max_size=40,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_roll_ups_equal_plain_python_in_whatever_order_readings_come(pm25, put, rows, batches):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE observation, rollup_hour, rollup_day, dirty_hour, touched, latest")
    start = datetime(2018, 10, 8, 3, tzinfo=UTC)
    model = {}
    for batch in batches:
        readings = {start + timedelta(minutes=minute): (value, quality) for minute, value, quality in batch}
        model |= readings
        put(pm25, [(time, *reading) for time, reading in readings.items()])
    hours = {}
    for time, (value, quality) in model.items():
        label = time.replace(minute=0) + (HOUR if time.minute else timedelta())
        hours.setdefault(label, []).append((value, quality))
    found = {row[0]: row[1:] for row in rows(HOURS)}
    assert found.keys() == hours.keys()
    for label, readings in hours.items():
        valid = [value for value, quality in readings if quality == 0]
        count, number, mean, low, high, complete = found[label]
        assert (count, number, complete) == (len(readings), len(valid), len(valid) * 300 >= 2700)
        assert (low, high) == ((min(valid), max(valid)) if valid else (None, None))
        if valid:
            assert math.isclose(mean, math.fsum(valid) / len(valid), rel_tol=1e-12, abs_tol=1e-9)
        else:
            assert mean is None
    newest = max(model)
    assert rows("SELECT time, value, quality FROM latest") == [(newest, *model[newest])]
