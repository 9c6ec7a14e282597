"""Answers as servers in the wild write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.connectors.open311.client import endpoint_in
from halong.connectors.open311.forms import kind_of, table_of
from halong.connectors.open311.wire import UnreadableError, is_open, moment_of, payload_of, point_of, rows_of

XML = """<?xml version="1.0" encoding="utf-8"?>
<service_requests xmlns="urn:x"><request><service_request_id> 1 </service_request_id>
<status>open</status><lat/><description>a &lt;b&gt;</description></request></service_requests>"""


@pytest.mark.parametrize(
    "payload",
    [
        XML.encode(),
        b'[{"service_request_id": 1, "status": "open", "lat": null, "description": "a <b>"}]',
        b'{"service_requests": [{"service_request_id": "1", "status": "open", "lat": "", "description": "a <b>"}]}',
        (
            b'{"service_requests": {"request": [{"service_request_id": 1, "status": "open", "lat": "",'
            b' "description": "a <b>"}]}}'
        ),
    ],
)
def test_one_request_in_every_form(payload):
    assert rows_of(payload) == [
        {"service_request_id": "1", "status": "open", "lat": "", "description": "a <b>"}
    ]


@pytest.mark.parametrize(
    "payload", [b"<html><body/></html>", b"<a><b></a>", b"[{", b"Internal error", b"\xff\xfe\x00"]
)
def test_what_is_no_answer(payload):
    with pytest.raises(UnreadableError):
        rows_of(payload)


def test_entities_are_not_followed():
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>'
    with pytest.raises(UnreadableError):
        rows_of(bomb)


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_unreadable(payload):
    try:
        rows = rows_of(payload)
    except UnreadableError:
        return
    assert all(rows_of(payload_of(row)) == [row] for row in rows if row)


def test_values():
    assert [is_open(word) for word in ("OPEN", "Fixed - council", "in progress", "closed", "?", "")] == [
        True, False, True, False, None, None,
    ]  # fmt: skip
    assert moment_of("2026-11-23T03:00:00Z") == datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert [moment_of(text) for text in ("gestern", "", "0001-01-01T00:00:00Z")] == [None] * 3
    assert [
        point_of(row) for row in ({"lat": "0", "long": "0"}, {"lat": "x"}, {"lat": "nan", "long": "1"})
    ] == [None] * 3
    assert point_of({"lat": "21", "long": "107"}) == (107.0, 21.0)


def test_table_of_kinds():
    settings = {"services": "A1 = pothole # holes\nB2 =\n* = other"}
    assert [kind_of(settings, code) for code in ("A1", "B2", "C3")] == ["pothole", "", "other"]
    assert kind_of({"services": "A1 = pothole"}, "C3") is None
    with pytest.raises(ValueError, match="A1"):
        table_of("A1")


def test_discovery_names_the_endpoint_in_production():
    document = """<discovery><endpoints><endpoint><specification>http://wiki.open311.org/GeoReport_v2</specification>
    <url>https://t.example/v2</url><type>test</type><formats><format>text/xml</format></formats></endpoint><endpoint>
    <specification>http://wiki.open311.org/GeoReport_v2</specification><url>https://p.example/v2/</url><type>production</type>
    <formats><format>text/xml</format></formats></endpoint></endpoints></discovery>"""
    assert endpoint_in(document.encode()) == "https://p.example/v2"
    assert endpoint_in(b'{"endpoints": [{"specification": "x_v1", "url": "https://a.example"}]}') is None
