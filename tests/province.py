"""A small province: two wards, an air and a water station, people; readings and indices put where ingest puts them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from halong.accounts.models import Grant, User
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.core.text import fold, sort_key
from halong.observations.actions import open_derived_series, open_series
from halong.places.actions import save_place
from halong.places.models import Place

HOUR = timedelta(hours=1)


_started = datetime.now(UTC)


@pytest.fixture(autouse=True)
def clock():
    """Each test has its own time: an hour may pass during a run, but not during a test."""
    global _started
    _started = datetime.now(UTC)


def now():
    """The second in which the test began."""
    return _started.replace(microsecond=0)


def top():
    """The hour that began last."""
    return now().replace(minute=0, second=0)


@pytest.fixture
def province(db):
    return save_place(
        Place(code="22", name="Quảng Ninh", kind="province", valid_from=date(2019, 1, 1)), by=SYSTEM
    )


@pytest.fixture
def wards(province):
    return [
        save_place(
            Place(
                code=code,
                name=name,
                kind="ward",
                valid_from=date(2025, 7, 1),
                parent=province,
                lon=107.2,
                lat=21.0,
            ),
            by=SYSTEM,
        )
        for code, name in [("06793", "Phường Cẩm Phả"), ("06685", "Phường Hồng Gai")]
    ]


@pytest.fixture
def make_station(wards):
    def make(number, *, types=("AirQualityObserved",), place=None, properties=("pm25", "pm10"), **given):
        name = given.pop("name", f"Trạm {number}")
        station = Entity.objects.create(
            **{
                "urn": f"urn:ngsi-ld:Station:{number}",
                "types": list(types),
                "name": name,
                "folded": fold(name),
                "sort_key": sort_key(name),
                "sector": "environment",
                "place": place or wards[0],
                "lon": 107.2 + number / 100,
                "lat": 21.0,
                "public": True,
            }
            | given
        )
        for name in properties:
            open_series(station, name, by=SYSTEM)
        open_derived_series(station, by=SYSTEM)
        return station

    return make


@pytest.fixture
def person(db):
    def make(role, **scope):
        user = User.objects.create(username=f"{role}-{User.objects.count()}")
        Grant.objects.create(user=user, role=role, **scope)
        return user

    return make


@pytest.fixture
def put(db):
    """Puts readings: ``put(station, "pm25", [(time, value), …])``; with hours=True also as complete hourly means."""

    def store(station, name, rows, *, quality=0, hours=False):
        series = station.series.get(property=name)
        with connection.cursor() as cursor:
            for day in {at.astimezone(UTC).date() for at, _value in rows}:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS observation_{day:%Y%m%d} PARTITION OF observation"
                    f" FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
                )
            cursor.executemany(
                "INSERT INTO observation (time, value, series_id, quality) VALUES (%s, %s, %s, %s)",
                [(at, value, series.pk, quality) for at, value in rows],
            )
            newest = max(rows)
            cursor.execute(
                "INSERT INTO latest VALUES (%s, %s, %s, %s) ON CONFLICT (series_id) DO UPDATE SET"
                " time = excluded.time, value = excluded.value, quality = excluded.quality",
                [series.pk, newest[0], newest[1], quality],
            )
            if hours:
                cursor.executemany(
                    "INSERT INTO rollup_hour (time, mean, minimum, maximum, series_id, count, valid, complete)"
                    " VALUES (%s, %s, %s, %s, %s, 12, 12, true)",
                    [(at, value, value - 1, value + 1, series.pk) for at, value in rows],
                )
        return series

    return store
