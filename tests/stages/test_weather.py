"""From readings to suggestions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from halong.context.models import Entity
from halong.observations.models import Series
from halong.stages import actions
from halong.stages.models import Bulletin, RiskSuggestion
from halong.stages.risk.weather import Unit, heat_fit, rain_fit, suggested

NOW = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)
TODAY = date(2026, 9, 7)


@pytest.fixture
def series(db, ward):
    def make(type_, property_, place=ward, **given):
        entity = Entity.objects.create(
            urn=f"urn:ngsi-ld:{type_}:{Entity.objects.count()}",
            types=[type_],
            name="Trạm",
            place=place,
            **given,
        )
        return Series.objects.create(entity=entity, property=property_)

    return make


def latest(series, value, at=NOW, quality=0):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO latest VALUES (%s, %s, %s, %s)", [series.pk, at, value, quality])


def hour(series, at, mean):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rollup_hour (time, mean, minimum, maximum, series_id, count, valid, complete)"
            " VALUES (%s, %s, %s, %s, %s, 1, 1, true)",
            [at, mean, mean, mean, series.pk],
        )


def hottest(series, day, value):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rollup_day (series_id, day, mean, minimum, maximum, count, valid, hours, complete)"
            " VALUES (%s, %s, 1, 1, %s, 24, 24, 24, true)",
            [series.pk, day, value],
        )


def said(found):
    return [(one.hazard, one.level, one.table, one.simulated) for one in found]


def test_wind_of_a_marine_station(series):
    latest(series("SeaConditions", "windSpeed", simulated=True), 14.0)  # 50.4 km/h: force 7, at the coast
    latest(series("SeaConditions", "windSpeed"), 30.0, at=NOW - timedelta(hours=2))  # old
    latest(series("SeaConditions", "windSpeed"), 30.0, quality=2)  # fault
    latest(series("AirQualityObserved", "windSpeed"), 30.0)  # not at sea
    found = suggested(NOW)
    assert said(found) == [("sea-wind", 3, "Điều 50 QĐ 18/2021/QĐ-TTg", True)]
    assert found[0].readings[0]["value"] == 14.0
    assert actions.note_suggestions(found, now=NOW) == 1
    assert RiskSuggestion.objects.get().level == 3
    assert Bulletin.objects.count() == 0


def test_the_same_wind_on_an_island(series, ward):
    ward.kind = "special_zone"
    ward.save()
    latest(series("SeaConditions", "windSpeed"), 14.0)
    assert said(suggested(NOW)) == [("sea-wind", 2, "Điều 50 QĐ 18/2021/QĐ-TTg", False)]


def test_fog_at_sea(series):
    latest(series("SeaConditions", "visibility"), 49.0)
    assert said(suggested(NOW)) == [("fog", 1, "Điều 51 QĐ 18/2021/QĐ-TTg", False)]


def test_rain_over_hours(series):
    rain = series("FloodMonitoring", "precipitation")
    for back in range(24):
        hour(rain, NOW - timedelta(hours=back), 9.0)  # 216 mm
    found = suggested(NOW)
    assert said(found) == [("rain", 2, "Điều 44 QĐ 18/2021/QĐ-TTg", False)]
    assert [reading["value"] for reading in found[0].readings] == [216.0, 1]


def test_heat_of_several_days(series):
    for number in (36.0, 38.0, 40.0):
        warm = series("AirQualityObserved", "temperature")
        for back in range(3):
            hottest(warm, TODAY - timedelta(days=back), number)
    assert said(suggested(NOW)) == [("heat", 1, "Điều 47 QĐ 18/2021/QĐ-TTg", False)]


def test_calm_weather_suggests_nothing(series):
    latest(series("SeaConditions", "windSpeed"), 5.0)
    latest(series("SeaConditions", "visibility"), 9000.0)
    assert suggested(NOW) == []


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([], None),
        ([Unit({0: 99}, 49)] * 4, None),
        ([Unit({0: 120}, 0)] + [Unit({0: 0}, 0)] * 3, (1, 120, 1)),
        ([Unit({0: 60}, 55)] + [Unit({0: 0}, 0)] * 3, (1, 60, 1)),
        ([Unit({0: 120, 1: 120, 2: 120}, 0)] * 3 + [Unit({0: 0}, 0)], (2, 120, 3)),
        ([Unit({0: 250}, 0)] * 3 + [Unit({0: 0}, 0)], (2, 250, 3)),
    ],
)
def test_rain_by_units(units, expected):
    found = rain_fit(units)
    assert (found and (found[0].level, *found[1:])) == expected


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        ([36, 36], None),
        ([36, 36, 36], (1, 3)),
        ([30, 36, 36, 36], (1, 3)),
        ([42, 42, 42], (2, 3)),
        ([38] * 26, (2, 26)),
        ([42, 42, 36, 36, 36], (1, 5)),
    ],
)
def test_runs_of_hot_days(peaks, expected):
    found = heat_fit({TODAY - timedelta(days=back): float(peak) for back, peak in enumerate(peaks)}, TODAY)
    assert (found and (found[0].level, found[2])) == expected
