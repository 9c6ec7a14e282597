"""VN_AQI of every hour, as readings come, come late and change; the formula itself is held elsewhere."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from halong.core import registry
from halong.core.permissions import SYSTEM
from halong.observations.actions import open_many_series, open_series
from halong.observations.models import Series
from halong.observations.queries import explain, hourly_values, series_points
from halong.observations.rollups import work

HOUR = timedelta(hours=1)
OFFICIAL = (
    26.9,
    24.7,
    20.5,
    23.5,
    19.5,
    16.5,
    19.0,
    16.5,
    20.3,
    22.4,
    19.6,
    20.6,
)  # Decision 1459, worked example


@pytest.fixture
def kind():
    """VN_AQI of the hour."""
    return registry.derived_series["vn-aqi-hour"]


@pytest.fixture
def measured(station):
    """PM2.5 by the hour, opened as officers do; VN_AQI is opened along with it."""
    return open_series(station, "pm25", by=SYSTEM, interval_s=3600)


def aqi(station, kind):
    """The stored values by label."""
    series = Series.objects.get(entity=station, derived=kind.key)
    return {time: value for time, value, _q in series_points(series, *SPAN) if value is not None}


@pytest.fixture(autouse=True)
def span(at):
    """Everything in these tests."""
    global SPAN
    SPAN = (at(0, day=1), at(0, day=30))


def test_opening_a_measured_series_opens_what_follows_from_it(station, measured):
    found = Series.objects.filter(entity=station).exclude(derived="").order_by("derived")
    assert [(one.derived, one.interval_s) for one in found] == [
        ("vn-aqi-day", 86_400),
        ("vn-aqi-hour", 3_600),
    ]


def test_the_official_example(station, measured, put, kind, at):
    put(measured, [(at(9 + n), value, 0) for n, value in enumerate(OFFICIAL)])
    assert aqi(station, kind)[at(20)] == 41.0
    explained = explain(station, kind, at(20))
    assert (explained.value, [part.property for part in explained.parts if part.dominant]) == (41.0, ["pm25"])
    assert hourly_values(Series.objects.get(derived=kind.key).pk, at(20), at(20)) == {at(20): 41.0}


def test_a_late_hour_reaches_forward(station, measured, put, kind, at):
    put(measured, [(at(9 + n), value, 0) for n, value in enumerate(OFFICIAL) if n != 10])
    before = aqi(station, kind)
    put(measured, [(at(19), 400.0, 0)])
    after = aqi(station, kind)
    changed = {label for label in after if after[label] != before.get(label)}
    assert changed == {at(19) + n * HOUR for n in range(3)}  # two of the last three hours must be there
    put(measured, [(at(19), OFFICIAL[10], 0)])
    assert aqi(station, kind)[at(20)] == 41.0


def test_a_value_that_no_longer_follows_goes(station, measured, put, kind, at, rows):
    put(measured, [(at(9), 20.0, 0), (at(10), 20.0, 0)])
    assert sorted(aqi(station, kind)) == [at(10), at(11)]
    put(measured, [(at(10), 20.0, 2)])
    assert aqi(station, kind) == {}
    assert rows("SELECT count(*) FROM latest WHERE series_id <> %s", [measured.pk]) == [(0,)]
    assert rows("SELECT count(*) FROM rollup_hour WHERE series_id <> %s", [measured.pk]) == [(0,)]
    assert rows("SELECT count(*) FROM correction") == [(0,)]


def test_a_series_in_another_unit_is_converted(station, put, kind, at):
    series = open_series(station, "pm25", by=SYSTEM, interval_s=3600, unit="GP")
    put(series, [(at(9 + n), value / 1000, 0) for n, value in enumerate(OFFICIAL)])
    assert aqi(station, kind)[at(20)] == 41.0


def test_what_was_measured_before_the_formula_counts(station, pm25, put, kind, at):
    put(pm25, [(at(hour, minute), 20.0, 0) for hour in (8, 9, 10) for minute in range(5, 60, 5)])
    assert not Series.objects.exclude(derived="").exists()
    open_many_series([(station, "no2", {})], by=SYSTEM)
    while work():
        pass
    assert at(10) in aqi(station, kind)


@effort(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.dictionaries(st.integers(0, 30), st.floats(0, 600), min_size=1, max_size=12),
        min_size=1,
        max_size=4,
    )
)
def test_stored_values_equal_the_formula_over_the_hours(station, measured, put, kind, at, batches):
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE observation, rollup_hour, rollup_day, dirty_hour, dirty_derived, touched, latest"
        )
    means = {}
    for batch in batches:
        readings = {at(0) + hour * HOUR: value for hour, value in batch.items()}
        means |= readings
        put(measured, [(time, value, 0) for time, value in readings.items()])
    window = {"pm25": means}
    labels = [at(0) + n * HOUR for n in range(45)]
    expected = {label: kind.compute(label, window) for label in labels}
    assert aqi(station, kind) == {label: value for label, value in expected.items() if value is not None}
