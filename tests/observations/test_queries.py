"""Reading series as pages and the API do."""

from datetime import timedelta

import pytest

from halong.observations.queries import (
    coverage,
    hour_rows,
    hourly_means,
    latest,
    latest_documents,
    series_points,
    stream_points,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def whole_hours(at, *hours):
    """Twelve readings of each hour, worth the hour."""
    return [(at(hour - 1) + n * 5 * MINUTE, float(hour), 0) for hour in hours for n in range(1, 13)]


def test_readings_come_with_their_gaps(pm25, put, at):
    put(pm25, [(at(8), 1.0, 0), (at(8, 5), 2.0, 2), (at(8, 30), 3.0, 0)])
    assert series_points(pm25, at(8), at(8, 30)) == [
        (at(8), 1.0, 0),
        (at(8, 5), 2.0, 2),
        (at(8, 10), None, 0),
        (at(8, 30), 3.0, 0),
    ]
    assert series_points(pm25, at(8, 1), at(8, 29)) == [(at(8, 5), 2.0, 2)]
    assert list(stream_points(pm25, at(8), at(8, 30))) == series_points(pm25, at(8), at(8, 30))


def test_hours_without_a_complete_mean_are_gaps(pm25, put, at):
    put(pm25, [*whole_hours(at, 9, 12), (at(10, 5), 5.0, 0)])
    assert series_points(pm25, at(8), at(12), "hour") == [
        (at(9), 9.0, 0),
        (at(10), None, 0),
        (at(11), None, 0),
        (at(12), 12.0, 0),
    ]
    assert series_points(pm25, at(9), at(11), "hour") == [(at(11), None, 0)]


def test_days_stand_under_the_next_midnight_of_the_province(pm25, put, at):
    midnight = at(17, day=8)
    put(pm25, [(midnight + (n + 1) * 5 * MINUTE, 7.0, 0) for n in range(288)])
    assert series_points(pm25, midnight, midnight + DAY, "day") == [(midnight + DAY, 7.0, 0)]
    assert series_points(pm25, midnight + HOUR, midnight + DAY - MINUTE, "day") == []


def test_an_unknown_interval_is_an_error(pm25, at):
    with pytest.raises(ValueError, match="week"):
        series_points(pm25, at(8), at(9), "week")


def test_many_series_at_once(pm25, put, at):
    put(pm25, [*whole_hours(at, 9), (at(9, 5), 4.0, 0)])
    assert hourly_means([pm25.pk, -1], at(8), at(10)) == {
        pm25.pk: [(int(at(9).timestamp()), 9.0), (int(at(10).timestamp()), None)]
    }
    assert list(hour_rows([pm25.pk], at(8), at(9))) == [(pm25.pk, at(9), 9.0, 12, 9.0, 9.0)]
    assert latest([pm25.pk, -1]) == {pm25.pk: (at(9, 5), 4.0, 0)}
    assert coverage([pm25.pk, -1], at(8), at(10)) == {pm25.pk: 0.5, -1: 0.0}


def test_the_newest_reading_is_an_ngsi_ld_property(pm25, put, at, station):
    put(pm25, [(at(9, 5), 4.0, 2)])
    assert latest_documents([station]) == {
        station.pk: {
            "pm25": {
                "type": "Property",
                "value": 4.0,
                "observedAt": "2018-10-09T09:05:00Z",
                "unitCode": "GQ",
                "quality": {"type": "Property", "value": 2},
            }
        }
    }
