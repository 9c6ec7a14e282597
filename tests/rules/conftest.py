"""Stations with series, readings and rules in a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.observations.models import Series
from halong.rules.actions import create_rule
from halong.rules.drafts import RuleDraft

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def station(db):
    """An air station with PM2.5 every five minutes, in µg/m³."""
    entity = Entity.objects.create(
        urn="urn:ngsi-ld:AirQualityObserved:one", types=["AirQualityObserved"], name="One"
    )
    Series.objects.create(entity=entity, property="pm25", unit="GQ", interval_s=300, minimum=0, maximum=1000)
    return entity


@pytest.fixture
def series(station):
    """The station's PM2.5."""
    return station.series.get()


@pytest.fixture
def make_rule(db):
    """Makes a rule that is switched on: ``make_rule("threshold", limit=50)``."""

    def make(
        kind="threshold", *, name="PM2.5 high", prop="pm25", enabled=True, averaging="", draft=(), **params
    ):
        made = RuleDraft(name, kind, params, property=prop, averaging=averaging, **dict(draft))
        return create_rule(made, by=SYSTEM, enabled=enabled)

    return make


@pytest.fixture
def store_readings(db):
    """Stores (time, value[, quality]) readings of a series as ingest would, with the newest as ``latest``."""

    def store(series, rows):
        days = sorted({row[0].date() for row in rows})
        with connection.cursor() as cursor:
            for day in days:
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS observation_{day:%Y%m%d} PARTITION OF observation"
                    f" FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
                )
            cursor.executemany(
                "INSERT INTO observation (time, value, series_id, quality) VALUES (%s, %s, %s, %s)",
                [(row[0], row[1], series.pk, row[2] if len(row) > 2 else 0) for row in rows],
            )
            newest = max(rows)
            cursor.execute(
                "INSERT INTO latest (series_id, time, value, quality) VALUES (%s, %s, %s, 0)"
                " ON CONFLICT (series_id) DO UPDATE SET time = excluded.time, value = excluded.value",
                [series.pk, newest[0], newest[1]],
            )

    return store
