"""The desk's pages and the layer of the map; nothing of it for the public."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.warnings.foreign.samples import alert


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(person):
    return client_of(person("lan", "operator"))


def test_listed_shown_drawn(take, desk, kept):
    take(alert())
    take(alert("A2", headline="Only named", area="<areaDesc>Somewhere</areaDesc><geocode><valueName>X</valueName>"
               "<value>7</value></geocode>"))  # fmt: skip
    page = desk.get("/warnings/foreign").content.decode()
    assert "Gale warning" in page
    assert "Only named" in page
    one = desk.get(f"/warnings/foreign/{kept('A2').pk}").content.decode()
    assert "Somewhere" in one
    assert "X 7" in one
    shapes = json.loads(desk.get("/warnings/foreign/shapes.geojson").content)
    assert [row["properties"]["name"] for row in shapes["features"]] == ["Gale warning"]


def test_held_ones_are_on_no_list_and_no_map_until_released(take, desk, kept):
    take(alert(headline="Paracel gale"))
    pk = kept().pk
    assert "Paracel gale" not in desk.get("/warnings/foreign").content.decode()
    assert "Paracel gale" in desk.get("/warnings/foreign?tab=held").content.decode()
    for query in ("", f"?pk={pk}"):
        assert json.loads(desk.get(f"/warnings/foreign/shapes.geojson{query}").content)["features"] == []
    assert desk.post(f"/warnings/foreign/{pk}", {"reason": ""}).status_code == 422
    assert desk.post(f"/warnings/foreign/{pk}", {"reason": "Đã xem"}).status_code == 302
    assert "Paracel gale" in desk.get("/warnings/foreign").content.decode()
    assert "Đã xem" in desk.get(f"/warnings/foreign/{pk}").content.decode()


def test_an_officer_sees_but_does_not_release(take, person, kept):
    take(alert(headline="Paracel gale"))
    officer = client_of(person("binh", "officer"))
    page = officer.get(f"/warnings/foreign/{kept().pk}")
    assert "<textarea" not in page.content.decode()
    assert officer.post(f"/warnings/foreign/{kept().pk}", {"reason": "x"}).status_code == 422
    assert kept().held


def test_nothing_of_it_is_public(take, client, kept):
    take(alert(headline="Unheard-of gale"))
    for path in ("/warnings/foreign", f"/warnings/foreign/{kept().pk}", "/warnings/foreign/shapes.geojson"):
        assert client.get(path).status_code == 302
    for path in ("/c", "/c/warnings", "/c/warnings/feed.atom"):
        assert "Unheard-of gale" not in client.get(path).content.decode()


def test_words_of_others_are_only_words(take, desk, kept):
    take(
        alert(
            headline="&lt;script&gt;alert(1)&lt;/script&gt;", description="&lt;img src=x onerror=alert(1)&gt;"
        )
    )
    for path in ("/warnings/foreign", f"/warnings/foreign/{kept().pk}"):
        page = desk.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


def test_the_list_of_many_asks_as_little_as_that_of_few(take, desk):
    desk.get("/warnings/foreign")  # the first request of a session writes the session
    counts = []
    for start in (0, 20):
        for number in range(start, start + 20):
            take(alert(f"N{number}"))
        with CaptureQueriesContext(connection) as captured:
            desk.get("/warnings/foreign")
        counts.append(len(captured))
    assert counts[0] == counts[1]
