"""Fetching, from a server that answers as each test says."""

import asyncio
import gzip
import json
import ssl
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from halong.connectors.http import fetch as fetching
from halong.connectors.http.pull import HttpPullForm
from halong.connectors.stationfile.certificate import _write
from halong.core.errors import Conflict
from halong.ingest.batch import Reason
from halong.ingest.connector import Known
from halong.ingest.runner import build

URN = "urn:ngsi-ld:AirQualityObserved:khi001"
KNOWN = {"khi001": Known(URN, ("AirQualityObserved",))}
WHEN = datetime(2026, 11, 23, 3, tzinfo=UTC)


def reading(value=12.5, when="2026-11-23T10:00:00+07:00"):
    return {"entity": URN, "property": "pm25", "time": when, "value": value}


class Server:
    """``answers`` are (status, headers, body) by path without query, or a function of the handler."""

    def __init__(self, tls=None):
        self.answers, self.asked = {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path, _mark, query = self.path.partition("?")
                outer.asked.append((path, query, dict(self.headers)))
                answer = outer.answers[path]
                if callable(answer):
                    answer(self)
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args): ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"

    def says(self, body, path="/", status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = (
            status,
            {name.replace("_", "-"): value for name, value in headers.items()},
            body,
        )


@pytest.fixture
def web():
    server = Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def other():
    server = Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


def pull(web, path="/", token="", **settings):
    return build("http-pull", {"url": web.url + path, "allow_private": True, **settings}, {"token": token})


async def look(connector, cursor=""):
    found = [delivery async for delivery in connector.poll(cursor)]
    return found, (found[-1].cursor if found else cursor)


async def test_json_as_the_door_takes_it_needs_no_mapping(web):
    web.says([reading(), reading(13)])
    connector = pull(web)

    [delivery], _cursor = await look(connector)
    batch = connector.decode(delivery.payload, delivery.origin, KNOWN)

    assert [(o.entity, o.property, o.time, o.value) for o in batch.observations] == [
        (URN, "pm25", WHEN, 12.5),
        (URN, "pm25", WHEN, 13.0),
    ]
    assert delivery.origin == "/"


async def test_an_answer_that_has_not_changed_is_not_sent_again(web):
    web.says([reading()], ETag='"1"')
    connector = pull(web)
    _found, cursor = await look(connector)
    web.answers["/"] = (304, {}, b"")

    assert (await look(connector, cursor))[0] == []
    assert web.asked[1][2]["If-None-Match"] == '"1"'


async def test_without_a_tag_the_date_is_asked_for(web):
    web.says([reading()], Last_Modified="Mon, 23 Nov 2026 03:00:00 GMT")
    connector = pull(web)

    await look(connector, (await look(connector))[1])

    assert web.asked[1][2]["If-Modified-Since"] == "Mon, 23 Nov 2026 03:00:00 GMT"


async def test_readings_are_asked_for_from_a_while_before_the_newest_and_never_from_the_future(web):
    web.says([reading(when="2019-11-28T10:00:00Z"), reading(when="2119-01-01T00:00:00Z")])
    connector = pull(web, "/?from={since}", overlap_s=600)

    _found, cursor = await look(connector)
    await look(connector, cursor)

    assert [query for _path, query, _headers in web.asked] == [
        "from=1970-01-01T00:00:00Z",
        "from=2019-11-28T09:50:00Z",
    ]


async def test_values_without_a_time_are_of_their_arrival_also_when_they_come_again(web):
    web.says({"value": 7})
    connector = pull(web, entity=URN, property="pm25")

    [delivery], _cursor = await look(connector)
    first = connector.decode(delivery.payload, delivery.origin, KNOWN)
    again = connector.decode(delivery.payload, delivery.origin, KNOWN)

    assert first.observations == again.observations
    assert abs((first.observations[0].time - datetime.now(UTC)).total_seconds()) < 5


async def test_csv_with_named_columns(web):
    web.says("Thời gian;Trạm;PM2.5 (µg/m3);T\r\n23/11/2026 10:00;khi001;12,5;\r\n".encode())
    connector = pull(
        web, format="csv", entity="/Trạm", time_column="Thời gian",
        columns="PM2.5 (µg/m3) = pm25 GQ\nT = temperature CEL",
    )  # fmt: skip

    probe = await connector.probe(KNOWN)

    assert [(o.entity, o.property, o.time, o.value) for o in probe.batch.observations] == [
        (URN, "pm25", WHEN, 12.5)
    ]


async def test_csv_without_named_columns_is_read_like_json_and_bad_rows_come_again(web):
    web.says(f"entity,property,time,value\n{URN},pm25,2026-11-23 10:00:00,12.5\n{URN},pm25,x,13\n".encode())
    connector = pull(web, format="csv")

    [delivery], _cursor = await look(connector)
    batch = connector.decode(delivery.payload, delivery.origin, KNOWN)
    [held] = batch.rejected
    again = connector.decode(held.payload.replace(b'"x"', b'"2026-11-23 10:05"'), held.origin, KNOWN)

    assert [o.value for o in batch.observations] == [12.5]
    assert held.reason == Reason.BAD_TIME
    assert [o.value for o in again.observations] == [13.0]


async def test_what_signs_in_goes_to_the_named_host_only(web, other):
    web.answers["/"] = (302, {"Location": "/next"}, b"")
    web.answers["/next"] = (307, {"Location": other.url + "/data"}, b"")
    other.says([reading()], "/data")
    connector = pull(web, token="Bearer secret")

    [delivery], _cursor = await look(connector)

    assert len(connector.decode(delivery.payload, delivery.origin, KNOWN).observations) == 1
    assert [headers.get("Authorization") for _path, _query, headers in web.asked] == ["Bearer secret"] * 2
    assert [headers.get("Authorization") for _path, _query, headers in other.asked] == [None]


async def test_a_key_may_stand_in_the_address(web):
    web.says([reading()])

    await look(pull(web, "/?key={token}", token="a&b"))

    assert [(query, headers.get("Authorization")) for _path, query, headers in web.asked] == [
        ("key=a%26b", None)
    ]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/", "on and on"),
        ("file:///etc/passwd", "no address"),
        ("http://169.254.169.254/latest", "private network"),
    ],
)
async def test_redirects_that_lead_nowhere_good_are_refused(web, location, words, monkeypatch):
    web.answers["/"] = (302, {"Location": location}, b"")
    real = fetching.resolve

    async def only_ours(host, port, *, allow_private):
        return await real(host, port, allow_private=host == "127.0.0.1")

    monkeypatch.setattr(fetching, "resolve", only_ours)

    with pytest.raises(Conflict, match=words):
        await look(pull(web))


async def test_packed_answers_are_unpacked_and_bombs_are_not(web):
    web.says(gzip.compress(json.dumps([reading()]).encode()), Content_Encoding="gzip")
    web.says(gzip.compress(bytes(50_000_000)), "/bomb", Content_Encoding="gzip")
    web.says(bytes(30_000), "/large")
    web.says(b"no gzip", "/damaged", Content_Encoding="gzip")

    assert len((await pull(web).probe(KNOWN)).batch.observations) == 1
    for path, words in (("/bomb", "larger"), ("/large", "larger"), ("/damaged", "damaged")):
        with pytest.raises(Conflict, match=words):
            await pull(web, path, max_bytes=20_000 if path == "/large" else 5_000_000).probe(KNOWN)


async def test_a_server_that_dawdles_is_left(web, monkeypatch):
    def dawdle(handler):
        handler.send_response(200)
        handler.end_headers()
        for _number in range(30):
            handler.wfile.write(b"[")
            handler.wfile.flush()
            time.sleep(0.05)

    web.answers["/"] = dawdle
    monkeypatch.setattr(fetching, "WHOLE_S", 0.3)
    started = asyncio.get_running_loop().time()

    with pytest.raises(Conflict, match="doesn't answer"):
        await look(pull(web))

    assert asyncio.get_running_loop().time() - started < 2


async def test_errors_are_said_in_words(web, tmp_path):
    web.says({"error": "quota used up"}, status=429)
    with pytest.raises(Conflict, match=r"429: .*quota used up"):
        await look(pull(web))

    _write(tmp_path / "tls.pem", "127.0.0.1")
    secure = Server(tmp_path / "tls.pem")
    try:
        with pytest.raises(Conflict, match="certificate isn't trusted"):
            await look(pull(secure))
    finally:
        secure.server.shutdown()
        secure.server.server_close()


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<html>", b"[1, {}]", b"{}", b"null"])
async def test_any_answer_is_readings_or_held(web, body):
    web.says(body)
    connector = pull(web)

    [delivery], _cursor = await look(connector)
    batch = connector.decode(delivery.payload, delivery.origin, KNOWN)

    assert batch.observations == []
    assert batch.rejected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "ftp://a/"), ("url", "http://"), ("url", "http://u:p@a/"), ("url", "http://{token}.a/"),
        ("url", "http://a:99999/"), ("token", "a\nb"), ("token", "mật khẩu"), ("columns", "a"), ("interval_s", "1"),
        ("header", "A: b"),
    ],
)  # fmt: skip
def test_settings_that_can_not_be_are_refused(name, value):
    form = HttpPullForm({**HttpPullForm.defaults(), "url": "https://a.example/x", name: value})

    assert list(form.errors) == [name]
