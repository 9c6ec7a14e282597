"""Pushing, through the door itself."""

import asyncio
import json
from urllib.parse import urlsplit

import httpx
from asgiref.sync import async_to_sync
from tests.connectors.conftest import rows

from halong.accounts.models import ApiKey
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.ingest.actions import add_source, remove_source, renew_credentials
from halong.ingest.connector import Known
from halong.ingest.http import IngestApp
from halong.ingest.pipeline import Pipeline
from halong.ingest.runner import build
from halong.observations.models import Series

URN = "urn:ngsi-ld:AirQualityObserved:khi001"
KNOWN = {"khi001": Known(URN, ("AirQualityObserved",))}


def post(database_url, key, needs):
    """Send the example, as the client that was told all this would."""

    async def send():
        pipeline = Pipeline(database_url)
        await pipeline.start()
        try:
            transport = httpx.ASGITransport(app=IngestApp(pipeline))
            async with httpx.AsyncClient(transport=transport) as client:
                headers = {"Authorization": f"Bearer {key}"}
                return await client.post(needs["url"], content=needs["example"], headers=headers)
        finally:
            await pipeline.stop()

    return async_to_sync(send)()


def test_the_example_is_taken_with_the_key_that_was_shown_until_there_is_another(
    transactional_db, database_url, settings
):
    settings.PUBLIC_URL = "https://halong.example"
    entity = Entity.objects.create(urn=URN, types=["AirQualityObserved"], name="KHI001")
    Series.objects.create(entity=entity, property="pm25", unit="GQ")
    source, needs = add_source("http-push", "gateway", {}, by=SYSTEM)

    assert list(needs) == ["kind", "address", "port", "key", "path", "example", "url"]
    assert urlsplit(needs["url"])[:3] == ("https", "halong.example", "/ingest/v1/observations")
    assert post(database_url, needs["key"], needs).json()["accepted"] == 1
    assert [row[:2] for row in rows()] == [(URN, "pm25")]

    renewed = renew_credentials(source, by=SYSTEM)
    assert post(database_url, needs["key"], needs).status_code == 401
    assert post(database_url, renewed["key"], needs).status_code == 200

    remove_source(source, by=SYSTEM)
    assert post(database_url, renewed["key"], needs).status_code == 401
    assert ApiKey.objects.filter(revoked_at__isnull=True).count() == 0


def test_a_body_can_be_tried():
    reading = {"entity": URN, "property": "pm25", "time": "2026-11-23T10:00:00+07:00", "value": 12.5}
    body = json.dumps([reading, {**reading, "entity": "urn:x:other"}, {**reading, "value": "warm"}])

    probe = asyncio.run(build("http-push", {"sample": body}, {}).probe(KNOWN))

    assert [reading.entity for reading in probe.batch.observations] == [URN, "urn:x:other"]
    assert [held.reason for held in probe.batch.rejected] == ["bad_value"]
    assert "urn:x:other" in probe.messages[0]


def test_a_body_that_is_no_json_is_said_to_be_none():
    probe = asyncio.run(build("http-push", {"sample": "time=1"}, {}).probe(KNOWN))

    assert [held.reason for held in probe.batch.rejected] == ["malformed"]
