import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency, save_place
from halong.places.models import Agency, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, person):
    client.force_login(person("administrator"))
    return client


def rows(response):
    return [node.branch.code for node in response.context["page"]]


def test_the_list_shows_a_day_and_finds_without_accents(admin, trees):
    assert rows(admin.get("/places")) == ["22", "06793", "06781", "06799"]
    assert rows(admin.get("/places?on=2020-01-01")) == ["22", "195"]
    assert rows(admin.get("/places?q=hai hoà")) == ["06799"]
    assert "Khu vực Cẩm Phả (trước 01/7/2025)" in admin.get("/places?on=2020-01-01").content.decode()


@pytest.mark.parametrize("path", ["/places", "/agencies"])
def test_a_list_costs_the_same_however_long(admin, trees, path):
    admin.get(path)
    with CaptureQueriesContext(connection) as few:
        admin.get(path)
    since = date(2025, 7, 1)
    for n in range(12):
        ward = Place(
            code=f"w{n}", name=f"Phường {n}", kind="ward", parent=trees["province"], valid_from=since
        )
        save_place(ward, by=SYSTEM)
        save_agency(Agency(code=f"a{n}", name=f"UBND {n}", place=ward, valid_from=since), by=SYSTEM)
    with CaptureQueriesContext(connection) as many:
        assert admin.get(path).status_code == 200
    assert len(many) == len(few)


def test_a_form_makes_and_changes(admin, trees):
    new = {
        "name": "Xã Mới",
        "code": "9",
        "kind": "commune",
        "parent": trees["province"].pk,
        "valid_from": "2025-07-01",
    }
    assert admin.post("/places/new", new).status_code == 302
    place = Place.objects.get(code="9")
    changed = new | {"name": "Xã Mới Hơn", "lon": "107.1", "lat": "21.1"}
    assert admin.post(f"/places/{place.pk}/edit", changed).status_code == 302
    place.refresh_from_db()
    assert (place.name, place.folded, place.lon) == ("Xã Mới Hơn", "xa moi hon", 107.1)
    refused = admin.post(f"/places/{place.pk}/edit", new | {"valid_to": "2020-01-01"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["valid_to"]


def test_agencies_have_the_same(admin, trees):
    new = {"name": "Sở Mới", "code": "SM", "valid_from": "2025-03-01", "place": trees["province"].pk}
    assert admin.post("/agencies/new", new).status_code == 302
    agency = Agency.objects.get(code="SM")
    assert admin.post(f"/agencies/{agency.pk}/edit", new | {"phone": "0203"}).status_code == 302
    assert rows(admin.get("/agencies?q=so moi")) == ["SM"]
    assert admin.get("/agencies.csv").content.decode("utf-8-sig").startswith("code,name,valid_from")


def test_a_table_is_looked_at_before_it_is_written(admin, trees):
    text = "code,name,kind,valid_from\n9,Xã Mới,commune,2025-07-01\n"
    looked = admin.post("/places/import", {"file": SimpleUploadedFile("p.csv", text.encode())})
    assert looked.status_code == 200
    assert Place.objects.filter(code="9").count() == 0
    assert admin.post("/places/import", {"table": looked.context["table"]}).status_code == 302
    assert Place.objects.filter(code="9").count() == 1


def test_faults_of_a_table_are_shown_by_line(admin, trees):
    bad = SimpleUploadedFile("p.csv", b"code,name,kind,valid_from\n9,X,hamlet,2025-07-01\n")
    response = admin.post("/places/import", {"file": bad})
    assert response.status_code == 422
    assert [(f.line, f.column) for f in response.context["preview"].faults] == [(2, "kind")]
    for data in (b"\xff\x00", b"a,b\n1,2\n", b""):
        response = admin.post("/places/import", {"file": SimpleUploadedFile("p.csv", data or b" ")})
        assert (response.status_code, list(response.context["form"].errors)) == (422, ["file"])


def test_the_map_gets_the_units_of_a_day_and_asks_again_cheaply(client, trees):
    response = client.get("/places.geojson")
    assert len(json.loads(response.content)["features"]) == 3
    assert response["Content-Type"] == "application/geo+json"
    assert client.get("/places.geojson", headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert json.loads(client.get("/places.geojson?on=2020-01-01").content)["features"] == []
    assert client.get("/places.geojson?on=x", headers={"Accept": "application/json"}).status_code == 400


@pytest.mark.parametrize("path", ["/places/new", "/places/import", "/agencies/new", "/agencies/import"])
def test_who_may_only_look_can_not_change(client, person, trees, path):
    client.force_login(person("officer"))
    assert client.get("/places").status_code == 200
    assert client.get(path).status_code == 403
