"""POST /ingest/v1/observations, as clients use it."""

import asyncio
import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async
from hypothesis import given
from hypothesis import strategies as st

from halong.accounts.actions.keys import create_api_key, revoke_api_key
from halong.core.errors import Malformed
from halong.core.permissions import SYSTEM
from halong.database import health
from halong.ingest.check import BAD_TIME, EPOCH
from halong.ingest.http import PATH, IngestApp, decode, parse_time, unpack
from halong.ingest.models import Quarantined, Source, SourceMinute
from halong.places.models import Place

URN = "urn:ngsi-ld:AirQualityObserved:one"


def item(value=5.0, minute=0, **given):
    """A reading as a client writes it."""
    return {
        "entity": URN,
        "property": "pm25",
        "time": f"2026-03-01T08:{minute:02}:00+07:00",
        "value": value,
    } | given


@pytest.fixture
def secret(source):
    """The secret of a key of the source."""
    _key, secret = create_api_key(
        by=SYSTEM, name="gateway", permissions=["ingest.write"], source_id=source.pk
    )
    return secret


@pytest.fixture
async def client(pipeline, secret):
    """A client that sends the key."""
    transport = httpx.ASGITransport(app=IngestApp(pipeline))
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://halong", headers=headers) as client:
        yield client


def assert_problem(response, status):
    """An error is a problem document (RFC 9457)."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


async def test_readings_are_acknowledged_with_counts(client):
    body = [item(5.0), item(6.0, minute=5), item(2000.0, minute=10), item(5.0, property="nothing")]
    response = await client.post(PATH, json=body)
    assert (response.status_code, response.json()) == (
        200,
        {"accepted": 2, "duplicate": 0, "corrected": 0, "quarantined": 2},
    )
    response = await client.post(PATH, json=[item(5.0), item(7.0, minute=5)])
    assert response.json() == {"accepted": 0, "duplicate": 1, "corrected": 1, "quarantined": 0}


async def test_an_empty_array_is_fine(client):
    assert (await client.post(PATH, json=[])).json() == {
        "accepted": 0,
        "duplicate": 0,
        "corrected": 0,
        "quarantined": 0,
    }


@pytest.mark.parametrize(
    "body", ["", "{", "[", '[{"entity": NaN}]', "null", "3", '{"entity": "x"}', "\xff", "[1,]"]
)
async def test_what_is_no_array_is_malformed(client, body):
    assert_problem(await client.post(PATH, content=body.encode("latin-1")), 400)


async def test_one_bad_item_does_not_lose_the_good_ones(client):
    body = [
        item(5.0),
        item("5,0"),
        item(None),
        item(True),
        item(5.0, time="yesterday"),
        item(5.0, time="2026-03-01T08:00:00"),
        item(5.0, quality="bad"),
        {"entity": URN},
        17,
        item(6.0, minute=1),
    ]
    response = await client.post(PATH, json=body)
    assert response.json() == {"accepted": 2, "duplicate": 0, "corrected": 0, "quarantined": 8}
    held = [(row.origin, row.reason) async for row in Quarantined.objects.order_by("origin")]
    assert held == [
        ("item 1", "bad_value"),
        ("item 2", "bad_value"),
        ("item 3", "bad_value"),
        ("item 4", "bad_time"),
        ("item 5", "bad_time"),
        ("item 6", "bad_quality"),
        ("item 7", "malformed"),
        ("item 8", "malformed"),
    ]
    assert json.loads(bytes((await Quarantined.objects.aget(origin="item 1")).payload)) == item("5,0")


async def test_more_than_ten_thousand_are_too_many(client):
    assert_problem(await client.post(PATH, json=[item()] * 10_001), 413)
    assert_problem(await client.post(PATH, json=[17] * 10_001), 413)


async def test_gzip_is_unpacked(client):
    body = gzip.compress(json.dumps([item()]).encode())
    response = await client.post(PATH, content=body, headers={"Content-Encoding": "gzip"})
    assert response.json()["accepted"] == 1


async def test_a_bomb_is_refused(client):
    bomb = gzip.compress(b"[" + b" " * 60_000_000 + b"]", mtime=0)
    assert len(bomb) < 100_000
    assert_problem(await client.post(PATH, content=bomb, headers={"Content-Encoding": "gzip"}), 413)


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"[]" * 500, mtime=0)[:-12]])
async def test_broken_gzip_is_malformed(client, body):
    assert_problem(await client.post(PATH, content=body, headers={"Content-Encoding": "gzip"}), 400)


async def test_other_types_are_refused(client):
    assert_problem(await client.post(PATH, content=b"<a/>", headers={"Content-Type": "text/xml"}), 415)
    assert_problem(await client.post(PATH, content=b"[]", headers={"Content-Encoding": "br"}), 415)


async def test_only_post(client):
    response = await client.get(PATH)
    assert_problem(response, 405)
    assert response.headers["allow"] == "POST"
    assert_problem(await client.post("/ingest/v1/other", json=[]), 404)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer hlk_12345678_x"]
)
async def test_without_a_good_key_nobody_enters(client, header):
    response = await client.post(PATH, json=[item()], headers={"Authorization": header})
    assert_problem(response, 401)
    assert response.headers["www-authenticate"] == 'Bearer realm="halong"'


async def test_a_revoked_or_expired_key_is_no_key(pipeline, source):
    make = sync_to_async(create_api_key)
    revoked, first = await make(by=SYSTEM, name="a", permissions=["ingest.write"], source_id=source.pk)
    await sync_to_async(revoke_api_key)(revoked, by=SYSTEM)
    past = datetime.now(UTC) - timedelta(seconds=1)
    _key, second = await make(
        by=SYSTEM, name="b", permissions=["ingest.write"], source_id=source.pk, expires_at=past
    )
    transport = httpx.ASGITransport(app=IngestApp(pipeline))
    async with httpx.AsyncClient(transport=transport, base_url="http://halong") as client:
        for secret in (first, second):
            headers = {"Authorization": f"Bearer {secret}"}
            assert_problem(await client.post(PATH, json=[item()], headers=headers), 401)


async def test_a_key_for_reading_may_not_write(client, source):
    _key, secret = await sync_to_async(create_api_key)(by=SYSTEM, name="r", permissions=["api.read"])
    assert_problem(await client.post(PATH, json=[item()], headers={"Authorization": f"Bearer {secret}"}), 403)


async def test_a_source_that_is_switched_off_takes_nothing(client, source):
    await Source.objects.filter(pk=source.pk).aupdate(enabled=False)
    assert_problem(await client.post(PATH, json=[item()]), 403)


async def test_a_key_writes_within_its_place(client, source, station):
    place = await Place.objects.acreate(
        code="1", name="Hạ Long", kind="ward", valid_from="2025-07-01", path="/1/"
    )
    make = sync_to_async(create_api_key)
    _key, secret = await make(
        by=SYSTEM, name="p", permissions=["ingest.write"], source_id=source.pk, place=place
    )
    headers = {"Authorization": f"Bearer {secret}"}
    assert_problem(await client.post(PATH, json=[item()], headers=headers), 403)
    mixed = [item(), item(entity="urn:ngsi-ld:AirQualityObserved:unknown")]
    response = await client.post(PATH, json=mixed, headers=headers)
    assert (response.status_code, response.json()["quarantined"]) == (200, 2)
    assert sorted([row.reason async for row in Quarantined.objects.all()]) == [
        "forbidden_entity",
        "unknown_entity",
    ]
    station.place = place
    await station.asave()
    await asyncio.sleep(0.6)
    assert (await client.post(PATH, json=[item()], headers=headers)).json()["accepted"] == 1


async def test_a_key_without_a_source_gets_one(client, source):
    _key, secret = await sync_to_async(create_api_key)(by=SYSTEM, name="lone", permissions=["ingest.write"])
    response = await client.post(PATH, json=[item(), 5], headers={"Authorization": f"Bearer {secret}"})
    assert response.json() == {"accepted": 1, "duplicate": 0, "corrected": 0, "quarantined": 1}
    opened = await Source.objects.aget(name__startswith="lone")
    assert (opened.kind, await Quarantined.objects.filter(source=opened).acount()) == ("http-push", 1)


async def test_a_full_disk_takes_nothing_in(client, monkeypatch):
    monkeypatch.setattr(health, "storage_ok", lambda: False)
    response = await client.post(PATH, json=[item()])
    assert_problem(response, 503)
    assert response.headers["retry-after"] == "60"


async def test_errors_are_counted_for_the_health_page(client, pipeline, source):
    await client.post(PATH, content=b"{")
    await pipeline.stop()
    counted = [(row.payloads, row.errors) async for row in SourceMinute.objects.all()]
    assert counted == [(1, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01t08:00:00z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01T15:00:00.25+07:00", datetime(2026, 3, 1, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01 08:00:00+00:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_rfc_3339_writes_them(text, expected):
    assert EPOCH + timedelta(microseconds=parse_time(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "now", "2026-13-01T00:00:00Z", "2026-03-01T08:00:00", "1772352000", "2026-03-01"]
)
def test_times_without_a_zone_or_a_meaning_are_bad(text):
    assert parse_time(text) == BAD_TIME


@given(st.binary(max_size=200))
def test_no_body_crashes_the_decoder(body):
    with suppress(Malformed):
        decode(body)
    with suppress(Malformed):
        unpack(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(json_values | st.fixed_dictionaries(dict.fromkeys(item(), json_values)), max_size=6))
def test_every_item_is_a_reading_or_set_aside(items):
    readings, rejected, origins = decode(json.dumps(items).encode())
    assert len(readings) + len(rejected) == len(items)
    assert len(origins) in (0, len(readings))
