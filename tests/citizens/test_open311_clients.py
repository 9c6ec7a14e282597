"""Open311 as independent clients meet it: both forms say the same, every convention of the wild is understood."""

import json
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from tests.citizens.conftest import picture

from halong.citizens.actions import triage
from halong.citizens.actions.catalogue import replace_dated
from halong.citizens.models import Category, Report, ReportEvent
from halong.core.permissions import SYSTEM

SCHEMAS = json.loads((Path(__file__).parent / "georeport.json").read_text())
LISTS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
}
FLAGS, NUMBERS = {"metadata", "variable", "required"}, {"lat", "long", "order", "code"}


def plain(element, parent=""):
    """What an XML answer says, as the JSON answer would: by the tables of the specification only."""
    if element.tag in LISTS:
        assert {child.tag for child in element} <= {LISTS[element.tag]}
        return [plain(child, element.tag) for child in element]
    if len(element):
        names = [child.tag for child in element]
        assert len(names) == len(set(names))
        return {child.tag: plain(child, element.tag) for child in element}
    if element.tag in FLAGS:
        return {"true": True, "false": False}[element.text]
    if (element.text and element.tag in NUMBERS and parent != "attribute") or element.tag == "order":
        return json.loads(element.text)
    return element.text


def without_empty(value):
    """An empty element may stand for null and for an empty text."""
    if isinstance(value, dict):
        return {name: without_empty(inner) for name, inner in value.items() if inner not in (None, "", [])}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def both(client, path, schema=None, **query):
    """The answer to GET, the same in both forms and valid by its schema."""
    told, written = (client.get(f"{path}.{form}", query) for form in ("json", "xml"))
    assert told.status_code == written.status_code
    assert told["Content-Type"] == "application/json; charset=utf-8"
    assert written["Content-Type"] == "text/xml; charset=utf-8"
    assert written.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert without_empty(plain(ET.fromstring(written.content)) or []) == without_empty(told.json())
    if schema:
        rows = told.json() if isinstance(told.json(), list) else [told.json()]
        for row in rows:
            jsonschema.validate(row, SCHEMAS[schema])
    return told.json()


def post(client, key, path="/open311/v2/requests.json", **given):
    body = {"service_code": "pothole", "description": "Ổ gà", "lat": "21.0", "long": "107.2"}
    return client.post(path, {"api_key": key.secret, **body, **given})


def test_every_answer_is_the_same_in_both_forms(client, key, staff, send):
    token = post(client, key, service_code="conduct").json()[0]["token"]
    reports = [triage.route_report(send(code).report, by=staff["duty"]) for code in ("pothole", "noise")]
    triage.decline_report(send().report, by=staff["duty"], reason="unclear", note="Không rõ địa điểm")
    base = "/open311/v2"
    both(client, "/open311/discovery", "discovery")
    assert len(both(client, f"{base}/services", "service")) == 5
    for code in Category.objects.values_list("code", flat=True):
        both(client, f"{base}/services/{code}", "service-definition")
    assert len(both(client, f"{base}/requests", "request")) == 2
    assert (
        len(both(client, f"{base}/requests", "request", service_request_id=Report.objects.earliest("pk").pk))
        == 0
    )
    assert len(both(client, f"{base}/requests/{reports[0].pk}", "request")) == 1
    assert len(both(client, f"{base}/tokens/{token}", "token")) == 1
    assert len(both(client, f"{base}/servicerequestupdates", "update")) == 4
    for path in ("requests/999", "services/none", "tokens/x", "nowhere/at/all", "requests/a.b"):
        assert [row["code"] for row in both(client, f"{base}/{path}", "error")] == [404]


@pytest.mark.parametrize(
    "path", ["/open311/discovery", "/open311/v2/discovery", "/discovery", "/open311/v2//discovery"]
)
def test_discovery_at_every_conventional_address(client, catalogue, path):
    found = both(client, path, "discovery")
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert client.get(path)["Content-Type"] == "text/xml; charset=utf-8"


def test_changeset_says_when_services_changed(client, catalogue):
    def changeset():
        return parse_datetime(client.get("/open311/discovery.json").json()["changeset"])

    first = changeset()
    assert first <= timezone.now()
    old = catalogue["pothole"]
    new = Category(code="pothole", name="Hố ga", valid_from=date(2025, 8, 1))
    replace_dated(old, new, by=SYSTEM)
    assert first <= changeset() <= timezone.now()


def test_form_by_ending_else_by_what_the_client_accepts(client, catalogue):
    def kind(path, accept):
        return client.get(f"/open311/v2/{path}", headers={"accept": accept})["Content-Type"].partition(";")[0]

    assert kind("services", "application/json") == "application/json"
    assert kind("services", "*/*") == kind("services", "text/html,application/xhtml+xml") == "text/xml"
    assert kind("services.xml", "application/json") == "text/xml"
    assert kind("services.JSON", "text/xml") == "application/json"


def test_base_address_with_a_slash_too_many(client, catalogue):
    assert client.get("/open311/v2//services.json").status_code == 200


def test_fields_may_stand_in_the_address(client, key):
    path = f"/open311/v2/requests.json?api_key={key.secret}&jurisdiction_id=22&service_code=pothole&lat=21.0&long=107.2"
    assert client.post(path).status_code == 201
    assert client.post(path.replace("jurisdiction_id=22", "jurisdiction_id=99")).status_code == 404


def test_description_is_optional_as_the_specification_has_it(client, key):
    assert post(client, key, description="").status_code == 201
    assert Report.objects.get().text == "Ổ gà"


def test_address_of_a_picture_is_checked_before_anything_is_kept(client, key):
    for wrong in ("picture.jpg", "javascript:alert(1)", "file:///etc/passwd", "http://"):
        assert post(client, key, media_url=wrong).status_code == 400
    assert Report.objects.count() == 0
    assert (
        post(client, key, media_url=["https://a.example/1.jpg", "https://a.example/2.jpg"]).status_code == 201
    )


def test_what_cannot_be_read_is_an_error_that_a_client_can_read(client, key):
    broken = client.generic(
        "POST", "/open311/v2/requests.json", b"--x\r\nrubbish", "multipart/form-data; boundary="
    )
    many = client.post("/open311/v2/requests.json", {f"attribute[{n}]": "1" for n in range(12000)})
    nul = [
        post(client, key, **{name: "a\0b"})
        for name in ("service_code", "description", "address_id", "lat", "api_key")
    ]
    asked = [
        client.get("/open311/v2/requests.json", {name: "\0"})
        for name in ("service_code", "q", "jurisdiction_id")
    ]
    for answer in (broken, many, *nul, *asked, client.get("/open311/v2/services/a%00b.json")):
        assert (answer.status_code, [row["code"] for row in answer.json()]) == (400, [400])


@pytest.mark.parametrize(
    "moment",
    ["2026", "2026-01", "2026-01-05", "2026-01-05T08:15+07:00", "2026-01-05T08:15:30Z", "2026-01-05T08:15:30.4 07:00"],
)  # fmt: skip
def test_moments_by_the_note_of_the_w3c(client, catalogue, moment):
    assert (
        client.get("/open311/v2/requests.json", {"start_date": moment, "status": "OPEN"}).status_code == 200
    )


def test_media_in_either_form_and_lists_with_and_without_brackets(client, key):
    one = {"media": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}
    fields = {"service_code": "light", "attribute[count]": "2"}
    assert post(client, key, **fields, **one, **{"attribute[where]": ["x", "y"]}).status_code == 201
    assert post(client, key, **fields, **{"attribute[where][]": ["x", "y"]}).status_code == 201
    assert [report.attributes["where"] for report in Report.objects.all()] == [["x", "y"]] * 2


def test_updates_of_fixmystreet(client, key, send):
    number = post(client, key).json()[0]["service_request_id"]
    body = {"api_key": key.secret, "jurisdiction_id": "", "service_request_id": number, "update_id_ext": "77",
            "service_request_id_ext": "5", "status": "OPEN", "email": "bi.mat@example.vn", "description": "Vẫn còn",
            "updated_datetime": "2026-11-23T10:00:00+07:00", "public_anonymity_required": "TRUE",
            "media_url": "https://a.example/3.jpg"}  # fmt: skip
    first, again = (client.post("/open311/v2/servicerequestupdates.xml", body) for _n in range(2))
    root = ET.fromstring(first.content)
    assert (root.tag, bool(root.findtext("request_update/update_id"))) == ("service_request_updates", True)
    assert first.content == again.content
    assert "bi.mat" not in str(list(ReportEvent.objects.values_list("note", "data")))
    mine = client.get("/open311/v2/servicerequestupdates.json", {"api_key": key.secret}).json()
    assert [row["service_request_id"] for row in mine] == [number]
    window = {
        "start_date": (timezone.now() + timedelta(hours=1)).isoformat(),
        "end_date": "2099-01-01T00:00:00Z",
    }
    assert both(client, "/open311/v2/servicerequestupdates", "update", **window) == []
