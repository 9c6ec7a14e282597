import jsonschema
import pytest
from tests.province import HOUR, clock, make_station, now, person, province, put, top, wards

from halong.accounts.actions import create_api_key
from halong.alerts.models import Alert
from halong.core.permissions import SYSTEM
from halong.ingest.models import Source

__all__ = ["HOUR", "clock", "make_station", "now", "person", "province", "put", "top", "wards"]


@pytest.fixture
def api(client, db):
    """Calls the API with a key that may read."""
    _key, secret = create_api_key(by=SYSTEM, name="reader", permissions=["api.read"])
    return lambda path, **query: client.get(
        f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {secret}"}
    )


@pytest.fixture
def air(make_station, put):
    station = make_station(1, urn="urn:ngsi-ld:AirQualityObserved:one", name="Trạm A")
    put(station, "pm25", [(top() - n * HOUR, 20.0 + n) for n in range(3)], hours=True)
    return station


def test_entities_are_ngsi_ld_documents_with_the_newest_readings(api, air):
    body = api("entities").json()
    assert (body["count"], body["items"][0]["id"], body["items"][0]["type"]) == (
        1,
        air.urn,
        "AirQualityObserved",
    )
    assert body["items"][0]["pm25"]["value"] == 20.0
    assert body["items"][0]["pm25"]["unitCode"] == "GQ"


def test_one_entity_in_simplified_form(api, air):
    assert api(f"entities/{air.urn}", options="keyValues").json()["pm25"] == 20.0


def test_entities_are_found_without_accents_by_type_and_sector(api, air):
    assert [api("entities", q=q).json()["count"] for q in ("tram a", "TRẠM", "one", "khác")] == [1, 1, 1, 0]
    assert api("entities", type="WaterQualityObserved").json()["count"] == 0
    assert api("entities", sector="environment").json()["count"] == 1


@pytest.mark.parametrize(("interval", "values"), [("raw", [22.0, 21.0, 20.0]), ("hour", [22.0, 21.0, 20.0])])
def test_series_come_as_points(api, air, interval, values):
    query = {"interval": interval, "from": (top() - 5 * HOUR).isoformat(), "to": now().isoformat()}
    body = api(f"entities/{air.urn}/series/pm25", **query).json()
    assert [p["value"] for p in body["points"] if p["value"] is not None] == values
    assert (body["unit"], body["interval"]) == ("GQ", interval)


@pytest.mark.parametrize(
    ("path", "query", "status", "kind"),
    [
        ("entities/urn:x:y", {}, 404, "not-found"),
        ("entities/urn:ngsi-ld:AirQualityObserved:one/series/no", {}, 404, "not-found"),
        ("entities", {"limit": "5000"}, 422, "invalid"),
        ("alerts", {"state": "odd"}, 422, "invalid"),
        ("entities/urn:ngsi-ld:AirQualityObserved:one/series/pm25", {"from": "yesterday"}, 422, "invalid"),
        (
            "entities/urn:ngsi-ld:AirQualityObserved:one/series/pm25",
            {"from": "2020-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
            422,
            "invalid",
        ),
    ],
)
def test_errors_are_problem_details(api, air, path, query, status, kind):
    answer = api(path, **query)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"urn:halong:problem:{kind}"
    assert answer.json()["status"] == status


def test_nobody_and_a_wrong_key_are_turned_away(client, db):
    assert client.get("/api/v1/entities").status_code == 401
    assert client.get("/api/v1/entities", headers={"Authorization": "Bearer hlk_no"}).status_code == 401


def test_a_key_that_may_only_write_may_not_read(client, db):
    _key, secret = create_api_key(by=SYSTEM, name="writer", permissions=["ingest.write"])
    answer = client.get("/api/v1/entities", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:halong:problem:forbidden")


def test_a_scoped_key_reads_its_place_only(client, make_station, wards):
    make_station(1, place=wards[0])
    make_station(2, place=wards[1])
    _key, secret = create_api_key(by=SYSTEM, name="ward", permissions=["api.read"], place=wards[1])
    body = client.get("/api/v1/entities", headers={"Authorization": f"Bearer {secret}"}).json()
    assert [item["id"] for item in body["items"]] == ["urn:ngsi-ld:Station:2"]


def test_alerts_come_gravest_first(api, air):
    for cause, priority in [("a", 3), ("b", 1)]:
        Alert.objects.create(
            cause=cause, title=cause, priority=priority, entity=air, place=air.place, sector="environment",
            raised_at=now(), changed_at=now(),
        )  # fmt: skip
    assert [item["title"] for item in api("alerts").json()["items"]] == ["b", "a"]
    assert api("alerts", priority=3).json()["count"] == 1


def test_sources_never_show_settings_or_secrets(api, db):
    Source.objects.create(kind="ftp", name="Cửa", settings={"x": "hidden"}, secrets=b"hidden")
    answer = api("sources")
    assert answer.json()["items"][0]["name"] == "Cửa"
    assert "hidden" not in answer.content.decode()


def test_the_description_is_valid_openapi_and_names_every_address(client, db):
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {path.removeprefix("/api/v1") for path in described["paths"]} == {
        "/entities",
        "/entities/{id}",
        "/entities/{id}/series/{property}",
        "/alerts",
        "/indicators",
        "/indicators/{key}/values",
        "/sources",
    }
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_lists_need_a_fixed_number_of_queries(api, make_station, put, django_assert_max_num_queries):
    for number in range(6):
        put(make_station(number), "pm25", [(now(), 1.0)])
    api("entities")
    with django_assert_max_num_queries(9):
        assert api("entities").json()["count"] == 6
