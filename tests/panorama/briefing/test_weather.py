"""Weather and air, as measured."""

from datetime import timedelta

from django.db import connection
from tests.panorama.briefing.conftest import SEVEN
from tests.province import make_station, province, wards

from halong.context.scope import Scope
from halong.observations.models import Series
from halong.panorama.briefing.weather import weather

__all__ = ["make_station", "province", "wards"]

HOUR = timedelta(hours=1)


def put_hours(station, name, hours):
    """Hours of a series, as (hours before seven, mean, minimum, maximum, valid readings)."""
    series, _new = Series.objects.get_or_create(entity=station, property=name, defaults={"interval_s": 300})
    with connection.cursor() as cursor:
        for back, *values, valid in hours:
            cursor.execute(
                "INSERT INTO rollup_hour (time, series_id, mean, minimum, maximum, valid, count, complete)"
                " VALUES (%s, %s, %s, %s, %s, %s, 12, true)",
                [SEVEN - back * HOUR, series.pk, *values, valid],
            )


def said(**scope):
    return [(fact["label"], fact["value"]) for fact in weather(Scope(**scope), SEVEN)]


def test_of_the_last_day_only_and_what_is_valid(make_station, wards):
    one, other = make_station(1, properties=()), make_station(2, properties=(), place=wards[1])
    put_hours(one, "temperature", [(0, 20, 18.24, 21, 12), (23, 24, 22, 26.4, 12), (24, 5, 5, 5, 12)])
    put_hours(other, "temperature", [(1, 19, 19, 19.5, 6), (2, -10, -10, -10, 0)])
    put_hours(one, "precipitation", [(1, 0.5, 0, 2, 12), (2, 0.25, 0, 1, 4)])
    put_hours(other, "precipitation", [(1, 0.2, 0, 2, 12)])
    put_hours(one, "windSpeed", [(1, 3, 1, 8.2, 12)])
    assert said() == [
        ("Nhiệt độ", "18,2 – 26,4 °C"),
        ("Mưa, trạm nhiều nhất", "7,0 mm"),
        ("Gió mạnh nhất", "8,2 m/s"),
    ]
    assert said(place=wards[1]) == [("Nhiệt độ", "19,0 – 19,5 °C"), ("Mưa, trạm nhiều nhất", "2,4 mm")]


def test_nothing_is_said_where_nothing_is_measured(make_station):
    assert said() == []
    put_hours(make_station(1, properties=()), "precipitation", [(1, 0, 0, 0, 12)])
    assert said() == [("Mưa, trạm nhiều nhất", "không mưa")]
