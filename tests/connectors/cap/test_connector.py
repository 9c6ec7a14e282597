"""Reading feeds, and looking again without fetching twice."""

import msgspec
import pytest
from tests.connectors.open311.conftest import Partner
from tests.warnings.foreign.samples import alert, atom, rss

from halong.connectors.cap.connector import Cap, CapForm
from halong.connectors.cap.feed import read_page
from halong.core.errors import Conflict, Malformed
from halong.warnings.cap.signing import own_certificate


@pytest.fixture
def partner():
    made = Partner()
    yield made
    made.server.shutdown()
    made.server.server_close()


def cap(partner, **given):
    return Cap({"url": f"{partner.url}/feed", "allow_private": True, **given}, {})


async def look(connector, cursor=""):
    found = [delivery async for delivery in connector.poll(cursor)]
    return [one.payload for one in found if one.origin], next(
        (one.cursor for one in found if not one.origin), cursor
    )


def serve(partner, path, body):
    partner.answers["GET", path] = (200, body)


async def test_a_feed_links_alerts_that_are_fetched_once(partner):
    connector = cap(partner)
    for name in ("a", "b"):
        serve(partner, f"/{name}.cap", alert(name))
    serve(partner, "/feed", atom((f"{partner.url}/a.cap", "1"), ("b.cap", "1")))
    payloads, cursor = await look(connector)
    assert payloads == [alert("a"), alert("b")]
    assert await look(connector, cursor) == ([], cursor)
    serve(partner, "/feed", atom((f"{partner.url}/a.cap", "2"), ("b.cap", "1")))
    assert (await look(connector, cursor))[0] == [alert("a")]


async def test_one_that_is_missing_does_not_hinder_the_others(partner):
    connector = cap(partner)
    serve(partner, "/b.cap", alert("b"))
    serve(partner, "/feed", atom(("gone.cap", "1"), ("b.cap", "1")))
    payloads, cursor = await look(connector)
    assert payloads == [alert("b")]
    for _look in range(2):
        with pytest.raises(Conflict):
            cursor = (await look(connector, cursor))[1]
        seen = msgspec.json.decode(cursor)
        seen[f"{partner.url}/gone.cap"][1] += 1  # what the runner stored before the error
        cursor = msgspec.json.encode(seen).decode()
    assert await look(connector, cursor) == ([], cursor)


async def test_an_entry_that_changes_is_tried_as_often_as_a_new_one(partner):
    address = f"{partner.url}/gone.cap"
    serve(partner, "/feed", atom((address, "2")))
    given_up = msgspec.json.encode({address: ("!1", 3)}).decode()
    found = cap(partner).poll(given_up)
    assert msgspec.json.decode((await anext(found)).cursor) == {address: ["!2", 1]}
    with pytest.raises(Conflict):
        await anext(found)


async def test_an_address_that_is_an_alert_itself(partner):
    serve(partner, "/feed", alert())
    payloads, _cursor = await look(cap(partner))
    assert payloads == [alert()]
    probe = await cap(partner).probe({})
    assert (probe.batch.rejected, len(probe.messages)) == ([], 2)


async def test_a_malicious_feed_is_set_aside_with_its_reason(partner):
    evil = b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>'
    serve(partner, "/feed", evil)
    connector = cap(partner)
    payloads, _cursor = await look(connector)
    assert payloads == [evil]
    rejected = connector.decode(evil, "x", {}).rejected
    assert [row.detail for row in rejected] == ["Document types and entities aren't taken."]


async def test_links_into_a_private_network_are_not_followed(partner):
    serve(partner, "/feed", atom(("http://127.0.0.1:1/a.cap", "1")))
    public = Cap({"url": f"{partner.url}/feed"}, {})
    with pytest.raises(Conflict):
        await look(public)


def test_feeds_of_several_kinds():
    def links(content):
        return [link.address for link in read_page(content, "https://example.org/x/feed").links]

    assert links(rss("<link>https://example.org/1.cap</link>")) == ["https://example.org/1.cap"]
    assert links(
        rss("<link>https://example.org/page</link><gdacs:cap>https://example.org/2</gdacs:cap>"
            '<enclosure url="https://example.org/map.png" type="image/png"/>')
    ) == ["https://example.org/2"]  # fmt: skip
    assert links(rss('<enclosure url="3.xml" type="text/xml"/>')) == ["https://example.org/x/3.xml"]
    assert links(rss("<link>javascript:alert(1)</link>")) == []
    assert links(rss("<title>nothing</title>")) == []
    inside = atom().replace(
        b"</feed>", b"<entry><content>" + alert().split(b"?>")[1] + b"</content></entry></feed>"
    )
    page = read_page(inside, "https://example.org/")
    assert (len(page.alerts), page.links) == (1, ())
    with pytest.raises(Malformed):
        read_page(b"<html/>", "https://example.org/")


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"url": "https://example.org/feed", "interval_s": 300}, set()),
        ({"url": "file:///etc/passwd", "interval_s": 300}, {"url"}),
        ({"url": "https://example.org/feed", "interval_s": 300, "certificate": "no"}, {"certificate"}),
        ({"url": "https://example.org/feed", "interval_s": 1}, {"interval_s"}),
    ],
)
def test_settings(given, faults):
    assert set(CapForm(given).errors) == faults


def test_a_certificate_can_be_entered():
    assert CapForm(
        {"url": "https://a.example/", "interval_s": 60, "certificate": own_certificate()}
    ).is_valid()
