import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from halong.accounts.actions import GrantSpec, create_user
from halong.context import queries
from halong.context.actions import create_entity
from halong.context.models import Attribute, Entity
from halong.core.permissions import SYSTEM

pytestmark = pytest.mark.django_db
AIR = "urn:ngsi-ld:AirQualityObserved:"


@pytest.fixture
def person(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def made(role, **scope):
        grants = [GrantSpec(role, **scope)]
        name = f"{role}{len(scope)}"
        return create_user(
            name, by=SYSTEM, grants=grants, password="thuyền buồm đỏ", must_change_password=False
        )[0]

    return made


@pytest.fixture
def officer(client, person):
    client.force_login(person("officer"))
    return client


def station(code, name, **more):
    sector = more.pop("sector", "environment")
    attributes = {"name": name, **more.pop("attributes", {})}
    return create_entity(
        AIR + code, ["AirQualityObserved"], by=SYSTEM, attributes=attributes, sector=sector, **more
    )


@pytest.fixture
def stations(ward, agency):
    point = {"type": "Point", "coordinates": [107.29, 21.02]}
    return [
        station("a", "Trạm Đèo Nai", place=ward, agency=agency, attributes={"location": point}, public=True),
        station("b", "Trạm Cọc Sáu", place=ward, illustrative=True),
        station("c", "Trạm lạ", attributes={"location": point}, simulated=True),
    ]


def names(response):
    return [line["entity"].name for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Trạm Cọc Sáu", "Trạm Đèo Nai", "Trạm lạ"]),
        ("q=deo nai", ["Trạm Đèo Nai"]),
        ("q=ObservedX", []),
        ("q=observed:c", ["Trạm lạ"]),
        ("sector=health", []),
        ("type=AirQualityObserved&mark=public", ["Trạm Đèo Nai"]),
        ("type=Nonsense", ["Trạm Cọc Sáu", "Trạm Đèo Nai", "Trạm lạ"]),
        ("mark=unplaced", ["Trạm lạ"]),
        ("mark=illustrative", ["Trạm Cọc Sáu"]),
        ("mark=simulated", ["Trạm lạ"]),
        ("signal=live", []),
    ],
)
def test_the_list_is_searched_and_filtered(officer, stations, query, found):
    assert names(officer.get(f"/entities?{query}")) == found


def test_the_list_is_limited_by_place_and_agency(officer, stations, ward, agency):
    assert len(names(officer.get(f"/entities?place={ward.pk}"))) == 2
    assert names(officer.get(f"/entities?agency={agency.pk}")) == ["Trạm Đèo Nai"]


def test_an_officer_of_a_place_sees_and_changes_what_is_there(client, person, stations, ward):
    client.force_login(person("officer", place=ward))
    assert names(client.get("/entities")) == ["Trạm Cọc Sáu", "Trạm Đèo Nai"]
    assert client.get(f"/entities/{stations[0].pk}/edit").status_code == 200
    assert client.get(f"/entities/{stations[2].pk}/edit").status_code == 404


def test_the_list_costs_the_same_however_long(officer, stations, ward):
    officer.get("/entities")
    with CaptureQueriesContext(connection) as few:
        officer.get("/entities")
    for n in range(20):
        station(f"x{n}", f"Trạm {n}", place=ward)
    with CaptureQueriesContext(connection) as many:
        assert len(names(officer.get("/entities"))) == 23
    assert len(many) == len(few)


def test_a_thing_is_registered_by_a_form(officer, ward, agency):
    form = {
        "name": "Trạm Hà Tu",
        "type": "SurfaceWaterStation",
        "place": ward.pk,
        "lon": "107.2",
        "lat": "20.96",
    }
    assert officer.post("/entities/new", form).status_code == 302
    entity = Entity.objects.get()
    assert (entity.urn, entity.sector) == ("urn:ngsi-ld:SurfaceWaterStation:tram-ha-tu", "environment")
    assert entity.types == ["SurfaceWaterStation", "WaterQualityObserved"]
    assert (entity.place, entity.lon) == (ward, 107.2)
    again = officer.post("/entities/new", form)
    assert again.status_code == 422
    assert "tram-ha-tu" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lon": "107"}, "lat"),
        ({"lon": "x", "lat": "1"}, "lon"),
        ({"lon": "999", "lat": "1"}, "lon"),
        ({"name": ""}, "name"),
        ({"type": "Ufo"}, "type"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(officer, change, field):
    response = officer.post("/entities/new", {"name": "a", "type": "School"} | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_a_security_camera_is_never_shown_to_the_public(officer):
    form = {"name": "Camera", "type": "SecurityCamera", "public": "on"}
    response = officer.post("/entities/new", form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["public"]


def test_the_form_changes_what_differs_and_nothing_else(officer, stations, agency):
    entity = stations[1]
    form = {
        "name": "Tên mới",
        "type": "AirQualityObserved",
        "place": entity.place_id,
        "agency": agency.pk,
        "lon": "107,3",
        "lat": "21",
    }
    assert officer.post(f"/entities/{entity.pk}/edit", form).status_code == 302
    entity.refresh_from_db()
    assert (entity.name, entity.lon, entity.agency, entity.illustrative) == ("Tên mới", 107.3, agency, True)
    changes = [(v.name, v.change) for v in entity.history.order_by("id")]
    assert changes == [("name", "created"), ("name", "updated"), ("location", "created")]
    officer.post(f"/entities/{entity.pk}/edit", form | {"lon": "", "lat": ""})
    entity.refresh_from_db()
    assert (entity.lon, entity.history.count()) == (None, 4)


def test_an_expert_writes_attributes_as_documents(officer, stations):
    entity = stations[0]
    url = f"/entities/{entity.pk}/attributes"
    document = [{"type": "Property", "value": 1}, {"type": "Property", "value": 2, "datasetId": "urn:x:1"}]
    assert officer.post(url, {"name": "height", "document": json.dumps(document)}).status_code == 302
    assert queries.normalized(entity)["height"] == document
    shown = officer.get(f"{url}?name=height").context["attribute_form"].initial
    assert json.loads(shown["document"]) == document
    for bad in ("{", '{"type": "Thing"}', '{"type": "Relationship", "object": 3}'):
        response = officer.post(url, {"name": "height", "document": bad})
        assert (response.status_code, list(response.context["attribute_form"].errors)) == (422, ["document"])
    assert officer.post(f"{url}/delete", {"name": "height"}).status_code == 302
    assert Attribute.objects.filter(entity=entity, name="height", deleted_at=None).count() == 0


def test_a_deleted_thing_leaves_the_list(officer, stations):
    assert officer.post(f"/entities/{stations[0].pk}/delete").status_code == 302
    assert "Trạm Đèo Nai" not in names(officer.get("/entities"))


def test_the_queue_suggests_a_place_by_position(officer, stations, ward):
    response = officer.get("/entities/unplaced")
    assert [(line["entity"].name, line["found"].place) for line in response.context["lines"]] == [
        ("Trạm lạ", ward)
    ]
    assert officer.post(f"/entities/{stations[2].pk}/place", {"place": ward.pk}).status_code == 302
    assert list(officer.get("/entities/unplaced").context["lines"]) == []


def test_a_table_goes_out_and_comes_back_unchanged(officer, stations):
    text = officer.get("/entities.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == [AIR + "b", AIR + "a", AIR + "c"]
    looked = officer.post("/entities/import", {"file": SimpleUploadedFile("e.csv", text.encode())})
    preview = looked.context["preview"]
    assert (len(preview.unchanged), preview.created, preview.changed, preview.faults) == (3, [], [], [])
    assert (
        len(
            list(
                csv.DictReader(
                    io.StringIO(officer.get("/entities.csv?mark=public").content.decode("utf-8-sig"))
                )
            )
        )
        == 1
    )


def test_a_table_adds_and_changes(officer, stations, ward):
    text = (
        "id,type,name,place,attributes\n"
        "a,AirQualityObserved,Tên mới,06793,\n"
        'new,School,Trường A,06793,"{""smartClassrooms"": 3}"\n'
    )
    looked = officer.post("/entities/import", {"file": SimpleUploadedFile("e.csv", text.encode())})
    assert Entity.objects.count() == 3
    assert officer.post("/entities/import", {"table": looked.context["table"]}).status_code == 302
    school = Entity.objects.get(urn="urn:ngsi-ld:School:new")
    assert (school.place, school.sector, school.public) == (ward, "education", False)
    assert queries.key_values(school)["smartClassrooms"] == 3
    changed = Entity.objects.get(urn=AIR + "a")
    assert (changed.name, changed.lon, changed.public) == ("Tên mới", 107.29, True)  # no column: as it was


def test_every_fault_of_a_table_has_its_line(officer, stations):
    text = (
        "id,type,name,place,lon,lat,public,attributes\n"
        "1,Ufo,A,,,,,\n"
        "2,School,,,,,,\n"
        "3,School,C,999,,,,\n"
        "4,School,D,,107,,,\n"
        "5,School,E,,x,1,,\n"
        "6,School,F,,,,perhaps,\n"
        "7,School,G,,,,,[1]\n"
        '8,School,H,,,,,"{""a b"": 1}"\n'
        "9,SecurityCamera,I,,,,true,\n"
        "10,School,J,,,,,\n"
        "10,School,J,,,,,\n"
    )
    response = officer.post("/entities/import", {"file": SimpleUploadedFile("e.csv", text.encode())})
    assert response.status_code == 422
    assert [(f.line, f.column) for f in response.context["preview"].faults] == [
        (2, "type"), (3, "name"), (4, "place"), (5, "lon"), (6, "lon"), (7, "public"), (8, "attributes"), (9, "a b"),
        (10, "public"), (12, "id"),
    ]  # fmt: skip
    assert Entity.objects.count() == 3


@pytest.mark.parametrize("path", ["/entities/new", "/entities/import", "/entities/unplaced"])
def test_who_may_only_look_can_not_change(client, person, stations, path):
    client.force_login(person("leader"))
    assert client.get("/entities").status_code == 200
    assert client.get(path).status_code == 403
