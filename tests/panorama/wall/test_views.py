"""The full-screen page and what it asks for; the list and the editor."""

import json

import pytest
from tests.panorama.wall.conftest import page, tile
from tests.province import now

from halong.accounts.actions import create_display_token
from halong.alerts.models import Alert
from halong.core.permissions import SYSTEM
from halong.core.registry import wall_tiles
from halong.panorama.models import WallLayout
from halong.panorama.wall.actions import show_layout


@pytest.fixture
def operator(client, person):
    client.force_login(person("operator"))
    return client


@pytest.fixture
def screen(client, db):
    """A screen that its token has opened."""

    def open_(**given):
        token, secret = create_display_token(by=SYSTEM, name="Phòng trực", **given)
        client.get(f"/wall?token={secret}")
        return token

    return open_


def answer(client, tiles, layout=None):
    asked = f"&layout={layout.pk}" if layout else ""
    return client.get(f"/wall/tiles?tiles={tiles}{asked}").json()


def post(client, url, **body):
    return client.post(url, json.dumps(body), content_type="application/json")


def test_a_screen_shows_its_layout_and_the_standard_one_without(client, screen, make_layout):
    token = screen()
    assert 'data-kind="map"' in client.get("/wall").text
    layout = make_layout(page(tile("text", settings={"title": "Ca trực đêm"})))
    show_layout(layout, [token], by=SYSTEM)
    assert "Ca trực đêm" in client.get("/wall").text
    assert "Ca trực đêm" in answer(client, "0:text00")["tiles"]["0:text00"]


def test_a_screen_never_shows_a_layout_that_is_not_its_own(client, screen, make_layout):
    screen()
    other = make_layout(page(tile("text", settings={"title": "Bí mật"})))
    assert "Bí mật" not in client.get(f"/wall/{other.pk}").text
    assert answer(client, "0:text00", other)["tiles"] == {}


def test_a_closed_screen_is_told_nothing(client, screen):
    token = screen()
    token.revoked_at = now()
    token.save()
    assert client.get("/wall/tiles?tiles=").status_code == 403
    assert client.get("/wall/things.geojson").status_code == 403


def test_a_wall_knows_when_to_load_itself_anew(operator, make_layout):
    layout = make_layout()
    before = answer(operator, "", layout)
    WallLayout.objects.filter(pk=layout.pk).update(version=7)
    after = answer(operator, "", layout)
    assert before["build"] == after["build"]
    assert before["version"] != after["version"]


def test_a_critical_alert_holds_the_wall_until_somebody_acknowledges_it(operator, make_layout, make_station):
    layout, station = make_layout(), make_station(1)
    given = {"cause": "a", "title": "Tràn dầu", "priority": 1, "raised_at": now(), "changed_at": now()}
    alert = Alert.objects.create(entity=station, place=station.place, state="new", **given)
    assert "Tràn dầu" in answer(operator, "", layout)["critical"]
    assert "Tràn dầu" in operator.get(f"/wall/{layout.pk}").text
    Alert.objects.filter(pk=alert.pk).update(state="acknowledged", acknowledged_at=now())
    assert answer(operator, "", layout)["critical"] == ""


def test_the_value_of_a_thing_is_shown_and_grows_old(operator, make_layout, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(now(), 57.25)])
    layout = make_layout(page(tile("value", w=4, settings={"thing": str(station.pk), "property": "pm25"})))
    html = answer(operator, "0:value00", layout)["tiles"]["0:value00"]
    assert "57,3" in html or "57,2" in html
    assert f'data-live="entity:{station.pk} alerts"' in operator.get(f"/wall/{layout.pk}").text


def test_a_tile_shows_nothing_of_what_its_viewer_may_not_see(
    client, person, make_layout, make_station, put, wards
):
    station = make_station(1, place=wards[1], name="Trạm kín")
    put(station, "pm25", [(now(), 57.0)])
    settings = {"thing": str(station.pk), "property": "pm25"}
    layout = make_layout(page(tile("value", w=4, settings=settings)), place=wards[0])
    client.force_login(person("operator", place=wards[0]))
    assert "Trạm kín" not in answer(client, "0:value00", layout)["tiles"]["0:value00"]


def test_tiles_that_go_from_place_to_place_depend_on_the_clock_only(operator, make_layout, wards):
    layout = make_layout(
        page(tile("alerts", w=4, place="turn"), tile("rate", x=4, w=4)),
        turn_seconds=20,
        turn_places=[wards[0].pk],
    )
    tiles = answer(operator, "0:alerts00,0:rate40", layout)["tiles"]
    assert wards[0].name in tiles["0:alerts00"]
    assert wards[0].name not in tiles["0:rate40"]


@pytest.mark.parametrize("kind", sorted(wall_tiles.keys()))
def test_every_kind_draws_itself_with_and_without_settings(operator, make_layout, make_station, put, kind):
    station = make_station(1)
    put(station, "pm25", [(now(), 12.0)])
    layout = make_layout()
    spec = wall_tiles[kind]
    for settings in (
        {},
        {"thing": str(station.pk), "property": "pm25", "title": "A", "indicator": "none.such"},
    ):
        one = tile(kind, w=spec.size[0], h=spec.size[1], settings=settings)
        assert post(operator, f"/walls/{layout.pk}/tile", tile=one).status_code == 200
        assert "data-tile-form" in post(operator, f"/walls/{layout.pk}/panel", tile=one).text


def test_the_editor_saves_and_says_who_was_first(operator, make_layout):
    layout = make_layout()
    body = {"name": "Mới", "pages": [page(tile())], "turnSeconds": 60, "turnPlaces": []}
    assert post(operator, f"/walls/{layout.pk}/save", version=1, **body).json() == {"version": 2}
    late = post(operator, f"/walls/{layout.pk}/save", version=1, **body)
    assert (late.status_code, late.json()["conflict"]["who"]) == (409, "operator-0")
    wrong = post(operator, f"/walls/{layout.pk}/save", version=2, **(body | {"pages": []}))
    assert wrong.status_code == 422
    assert wrong.json()["error"]


def test_a_new_layout_begins_as_the_standard_one(operator, make_station, put):
    put(make_station(1), "pm25", [(now(), 12.0)])
    there = operator.post("/walls/new")["Location"]
    layout = WallLayout.objects.get()
    assert there == f"/walls/{layout.pk}/edit"
    assert {one["kind"] for one in layout.pages[0]["tiles"]} >= {"map", "alerts"}
    assert operator.get(there).status_code == 200
    operator.post(f"/walls/{layout.pk}/duplicate")
    operator.post(f"/walls/{layout.pk}/delete")
    assert WallLayout.objects.count() == 1


def test_the_list_needs_a_fixed_number_of_queries(operator, make_layout, django_assert_max_num_queries):
    for number in range(8):
        layout = make_layout(name=f"Bố cục {number}")
        show_layout(layout, [create_display_token(by=SYSTEM, name=f"Màn {number}")[0]], by=SYSTEM)
    with django_assert_max_num_queries(18):
        assert operator.get("/walls").status_code == 200


@pytest.mark.parametrize("path", ["/walls", "/walls/1/edit"])
def test_only_who_edits_walls_sees_the_editor(client, person, path):
    client.force_login(person("leader"))
    assert client.get(path).status_code == 403
