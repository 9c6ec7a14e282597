"""The contract of ``POST /ingest/v1/observations``, held against raw requests as strangers' clients send them."""

import asyncio
import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import zlib
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.e2e.conftest import eventually, free_port
from tests.e2e.doors import OBSERVATIONS, PATIENCE, ask, now, post, reading

pytestmark = pytest.mark.e2e
NOTHING = {"accepted": 0, "duplicate": 0, "corrected": 0, "quarantined": 0}
CONNECTIONS, BATCHES, SIZE = 64, 6, 40


@pytest.fixture(scope="module")
def key(product):
    return product.key("ingest.write")


def problem(product, method="POST", body=b"[]", **headers):
    """Status and headers of a refused request; its body must be problem details (RFC 9457)."""
    given = {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
    status, answered, content = ask(product, method, OBSERVATIONS, body, given)
    assert answered["Content-Type"] == "application/problem+json"
    told = json.loads(content)
    assert told["status"] == status
    assert told["type"]
    assert told["title"]
    return status, answered


def test_readings_are_stored_before_the_answer(product, key, station):
    at = now()
    status, answer = post(
        product, key, [reading(station, "pm25", at, 41.5), reading(station, "pm10", at, 60)]
    )
    assert (status, answer) == (200, {**NOTHING, "accepted": 2})
    assert product.readings(station) == [(at, 41.5, 0)]


def test_the_same_again_is_a_duplicate_and_another_value_a_correction(product, key, station):
    at = now()
    first = [reading(station, "pm25", at - timedelta(minutes=n), 20.0 + n) for n in range(5)]
    assert post(product, key, first) == (200, {**NOTHING, "accepted": 5})
    assert post(product, key, first) == (200, {**NOTHING, "duplicate": 5})
    changed = [
        {**first[0], "value": 30.0},
        first[1],
        reading(station, "pm25", at - timedelta(minutes=9), 1.0),
    ]
    assert post(product, key, changed) == (200, {**NOTHING, "accepted": 1, "duplicate": 1, "corrected": 1})
    assert product.readings(station)[-1] == (at, 30.0, 0)
    assert product.rows(
        "SELECT c.old_value FROM correction c JOIN observations_series s ON s.id = c.series_id"
        " JOIN context_entity e ON e.id = s.entity_id WHERE e.urn = %s",
        station,
    ) == [(20.0,)]


def test_what_cannot_be_true_is_set_aside_and_the_rest_is_stored(product, key, station):
    at = now()
    good = reading(station, "pm25", at, 12.5)
    bad = [
        reading("urn:ngsi-ld:AirQualityObserved:nobody-knows-it", "pm25", at, 1.0),
        reading(station, "happiness", at, 1.0),
        reading(station, "pm25", at - timedelta(minutes=1), -5.0),
        reading(station, "pm25", at - timedelta(minutes=2), 1e9),
        reading(station, "pm25", at + timedelta(minutes=10), 1.0),
        reading(station, "pm25", at - timedelta(minutes=3), 1.0, quality=7),
        reading(station, "pm25", at - timedelta(minutes=4), 1.0, unit="CEL"),
        reading(station, "pm25", at - timedelta(minutes=5), "NaN"),
        reading(station, "pm25", at.replace(tzinfo=None), 1.0),
        {"entity": station, "property": "pm25", "value": 1.0},
        "no reading at all",
        None,
        [],
        17,
    ]
    for part in bad:
        assert post(product, key, [part]) == (200, {**NOTHING, "quarantined": 1}), part
    assert post(product, key, [*bad[:7], good, *bad[7:]]) == (
        200,
        {**NOTHING, "accepted": 1, "quarantined": len(bad)},
    )
    assert product.readings(station) == [(at, 12.5, 0)]


def test_units_are_converted_and_qualities_kept(product, key, station):
    at = now()
    items = [
        reading(station, "pm25", at, 0.03, unit="GP"),
        reading(station, "pm25", at - timedelta(minutes=5), 80.0, quality=1),
        reading(station, "pm25", at - timedelta(minutes=10), 0.0, quality=2),
    ]
    assert post(product, key, items) == (200, {**NOTHING, "accepted": 3})
    assert [(round(value, 6), quality) for _at, value, quality in product.readings(station)] == [
        (0.0, 2),
        (80.0, 1),
        (30.0, 0),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[",
        b'[{"entity": ]',
        b"\xff\xfe\x00",
        b"null",
        b'{"entity": "x"}',
        b"17",
        b'"text"',
        b"[" * 5000,
    ],
)
def test_malformed_json_is_refused(product, key, body):
    assert problem(product, body=body, Authorization=f"Bearer {key}")[0] == 400


def test_an_empty_array_is_no_fault(product, key):
    assert post(product, key, []) == (200, NOTHING)


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic YWRtaW46YWRtaW4=", "Bearer hlk_aaaaaaaa_bbbb"],
)
def test_without_a_good_key_nothing_is_taken(product, given):
    headers = {} if given is None else {"Authorization": given}
    status, answered = problem(product, **headers)
    assert status == 401
    assert answered["WWW-Authenticate"].startswith("Bearer")


def test_a_session_is_no_key(product, station):
    with closing(product.browser("admin")) as admin:
        answer = admin.post(OBSERVATIONS, json=[reading(station, "pm25", now(), 1.0)])
    assert answer.status_code == 401


def test_a_key_for_reading_may_not_write(product):
    assert problem(product, Authorization=f"Bearer {product.key('api.read')}")[0] == 403


def test_a_key_may_not_write_outside_its_scope(product, station):
    elsewhere = product.rows(
        "SELECT code FROM places_place WHERE kind = 'ward' AND valid_to IS NULL LIMIT 1"
    )[0][0]
    words = ("key", "add", "somewhere else", "--permission", "ingest.write", "--place", elsewhere)
    key = product.quickly(*words)["key"]
    status, _answer = post(product, key, [reading(station, "pm25", now(), 1.0)])
    assert status == 403
    assert product.readings(station) == []


def test_a_revoked_key_stops_working(product, station):
    made = product.quickly("key", "add", "for a moment", "--permission", "ingest.write")
    assert post(product, made["key"], [])[0] == 200
    product.halong("key", "revoke", made["key"].split("_")[1])
    eventually(lambda: post(product, made["key"], [])[0] == 401, within=15)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post(product, key, method):
    status, answered = problem(product, method, Authorization=f"Bearer {key}")
    assert (status, answered["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path", ["/ingest/v1/observations/", "/ingest/v1", "/ingest/", "/ingest/v2/observations"]
)
def test_other_addresses_are_none(product, key, path):
    status, answered, _body = ask(product, "POST", path, b"[]", {"Authorization": f"Bearer {key}"})
    assert (status, answered["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "headers",
    [{"Content_Type": "text/xml"}, {"Content_Type": "multipart/form-data"}, {"Content_Encoding": "br"}],
)
def test_what_is_not_json_is_refused(product, key, headers):
    assert problem(product, Authorization=f"Bearer {key}", **headers)[0] == 415


def test_ten_thousand_readings_are_the_most(product, key, station):
    at = now()
    items = [reading(station, "pm25", at - timedelta(seconds=n), n % 200) for n in range(10_001)]
    status, answer = post(product, key, items)
    assert status == 413
    assert answer["status"] == 413
    assert post(product, key, items[:10_000], packed=True) == (200, {**NOTHING, "accepted": 10_000})
    assert len(product.readings(station)) == 10_000


def test_a_body_that_unpacks_to_a_gigabyte_is_refused(product, key):
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([packer.compress(b" " * 1_000_000) for _ in range(1_000)]) + packer.flush()
    assert len(bomb) < 2_000_000
    before = resident(product)
    for _ in range(3):
        assert problem(product, body=bomb, Authorization=f"Bearer {key}", Content_Encoding="gzip")[0] == 413
    assert resident(product) - before < 100_000_000


def resident(product):
    """Bytes of memory that the web process holds."""
    pages = Path(f"/proc/{product.children()['web']}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("spoil", [lambda body: body[:-9], lambda body: b"no gzip", lambda body: b""])
def test_a_damaged_gzip_body_is_refused(product, key, spoil):
    body = spoil(gzip.compress(b"[]"))
    assert problem(product, body=body, Authorization=f"Bearer {key}", Content_Encoding="gzip")[0] == 400


def test_a_body_in_chunks(product, key, station):
    at = now()
    parts = json.dumps([reading(station, "pm25", at - timedelta(minutes=n), 5.0) for n in range(20)]).encode()
    given = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    status, _headers, body = ask(
        product, "POST", OBSERVATIONS, (parts[n : n + 7] for n in range(0, len(parts), 7)), given
    )
    assert (status, json.loads(body)) == (200, {**NOTHING, "accepted": 20})


def test_an_endless_body_is_cut_off(product, key):
    connection = http.client.HTTPConnection("127.0.0.1", int(product.env["HALONG_PORT"]), timeout=PATIENCE)
    connection.putrequest("POST", OBSERVATIONS)
    for name, value in (("Authorization", f"Bearer {key}"), ("Transfer-Encoding", "chunked")):
        connection.putheader(name, value)
    connection.endheaders()
    sent = 0
    try:
        while sent < 64:
            connection.send(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
            sent += 1
        connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        assert sent > 15
    try:
        assert connection.getresponse().status == 413
    except (ConnectionError, http.client.HTTPException):
        assert sent < 64  # it hung up on us while we still talked
    finally:
        connection.close()
    assert post(product, key, []) == (200, NOTHING)


def test_a_client_that_hangs_up_in_the_middle_harms_nobody(product, key):
    for _ in range(20):
        with socket.create_connection(
            ("127.0.0.1", int(product.env["HALONG_PORT"])), timeout=PATIENCE
        ) as line:
            head = f"POST {OBSERVATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\n\r\n["
            line.sendall(head.encode())
    assert post(product, key, []) == (200, NOTHING)


def test_sixty_four_connections_at_once_lose_nothing(product, key, station):
    start = now()

    async def client(number, http):
        total = dict(NOTHING)
        for batch in range(BATCHES):
            offset = (number * BATCHES + batch) * SIZE
            items = [
                reading(station, "pm25", start - timedelta(seconds=offset + n), 15.0) for n in range(SIZE)
            ]
            answer = await http.post(OBSERVATIONS, json=items)
            assert answer.status_code == 200, answer.text
            total = {name: total[name] + count for name, count in answer.json().items()}
        return total

    async def everybody():
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=product.url, limits=limits, headers=headers, timeout=PATIENCE
        ) as http:
            return await asyncio.gather(*(client(number, http) for number in range(CONNECTIONS)))

    totals = asyncio.run(everybody())
    sent = CONNECTIONS * BATCHES * SIZE
    assert sum(total["accepted"] for total in totals) == sent
    assert len(product.readings(station)) == sent


def test_the_same_batch_on_many_connections_is_stored_once(product, key, station):
    at = now()
    items = [reading(station, "pm25", at - timedelta(seconds=n), 9.0) for n in range(50)]

    async def everybody():
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=product.url, headers=headers, timeout=PATIENCE) as http:
            return await asyncio.gather(*(http.post(OBSERVATIONS, json=items) for _ in range(16)))

    answers = [answer.json() for answer in asyncio.run(everybody())]
    assert sum(answer["accepted"] for answer in answers) == 50
    assert sum(answer["duplicate"] for answer in answers) == 15 * 50
    assert len(product.readings(station)) == 50


@pytest.fixture
def web_on_a_full_disk(product):
    """A second web process of the same product, to which every disk is full."""
    number = free_port()
    environment = {
        **product.env,
        "DATABASE_URL": database_of(product),
        "HALONG_MIN_FREE_MB": str(10**9),
        "HALONG_PORT": str(number),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "halong", "web"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{number}"

    def answers():
        try:
            return httpx.get(f"{address}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        eventually(answers, within=60, every=0.3)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def database_of(product):
    from halong.database.embedded import database_url

    return database_url(product.home)


def test_a_full_disk_stops_intake_and_not_reading(product, key, station, web_on_a_full_disk):
    headers = {"Authorization": f"Bearer {key}"}
    items = [reading(station, "pm25", now(), 1.0)]
    answer = httpx.post(web_on_a_full_disk + OBSERVATIONS, json=items, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert product.readings(station) == []
    assert httpx.get(f"{web_on_a_full_disk}/c", timeout=PATIENCE).status_code == 200
