"""A station whose readings can be put in place directly, with the note that ingest would leave."""

from array import array
from datetime import UTC, datetime

import pytest
from django.db import connection

from halong.context.models import Entity
from halong.observations.models import Series
from halong.observations.partitions import EPOCH, ensure_partitions_sync
from halong.observations.rollups import work


@pytest.fixture
def station(db):
    """An air quality station."""
    return Entity.objects.create(
        urn="urn:ngsi-ld:AirQualityObserved:one", types=["AirQualityObserved"], name="One"
    )


@pytest.fixture
def pm25(station):
    """Its PM2.5, every five minutes."""
    return Series.objects.create(entity=station, property="pm25", unit="GQ", interval_s=300)


@pytest.fixture
def put(db):
    """Stores (time, value, quality) readings of a series, as ingest would, and computes what follows."""

    def put(series, readings, *, compute=True):
        connection.ensure_connection()
        ensure_partitions_sync(
            connection.connection, {time.astimezone(UTC).date() for time, _v, _q in readings}
        )
        with connection.cursor() as cursor:
            for time, value, quality in readings:
                cursor.execute(
                    "INSERT INTO observation VALUES (%s, %s, %s, %s) ON CONFLICT (series_id, time) "
                    "DO UPDATE SET value = excluded.value, quality = excluded.quality",
                    [time, value, series.pk, quality],
                )
                label = -(-(time - EPOCH).total_seconds() // 3600)
                cursor.execute(
                    "INSERT INTO touched VALUES (%s, %s)", [int(label), array("i", [series.pk]).tobytes()]
                )
        if compute:
            while work():
                pass

    return put


@pytest.fixture
def rows(db):
    """Runs a query."""

    def rows(sql, params=()):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    return rows


@pytest.fixture
def at():
    """An instant of 9 October 2018, UTC."""

    def at(hour, minute=0, day=9):
        return datetime(2018, 10, day, hour, minute, tzinfo=UTC)

    return at
