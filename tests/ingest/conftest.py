"""A station with series and a source, in a database that other connections can see."""

from datetime import UTC, datetime

import pytest

from halong.context.models import Entity
from halong.ingest.batch import Observation
from halong.ingest.models import Source
from halong.ingest.pipeline import Pipeline
from halong.observations.models import Series

URN = "urn:ngsi-ld:AirQualityObserved:one"


@pytest.fixture
def station(transactional_db):
    """An entity with a PM2.5 series in µg/m³, possible from 0 to 1000."""
    entity = Entity.objects.create(urn=URN, types=["AirQualityObserved"], name="One", sector="environment")
    Series.objects.create(entity=entity, property="pm25", unit="GQ", minimum=0, maximum=1000)
    return entity


@pytest.fixture
def source(transactional_db):
    """A source that may write everywhere."""
    return Source.objects.create(kind="http-push", name="gateway")


@pytest.fixture
async def pipeline(database_url, station, source):
    """A started pipeline."""
    pipeline = Pipeline(database_url)
    await pipeline.start()
    yield pipeline
    await pipeline.stop()


@pytest.fixture
def reading():
    """Makes readings of the station."""

    def make(value, minute=0, **given):
        time = datetime(2026, 3, 1, 8, 0, tzinfo=UTC).replace(minute=minute)
        return Observation(**{"entity": URN, "property": "pm25", "time": time, "value": value} | given)

    return make
