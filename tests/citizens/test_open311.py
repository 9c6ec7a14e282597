"""Open311 against the public schemas of its documents (tests/citizens/georeport.json) and the specification's rules."""

import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from django.utils import timezone
from tests.citizens.conftest import picture

from halong.citizens.actions import photographs, triage
from halong.citizens.models import Contact, Photo, Report

SCHEMAS = json.loads((Path(__file__).parent / "georeport.json").read_text())
POINT = {"lat": "21.0", "long": "107.2"}


def valid(rows, name):
    checker = jsonschema.Draft7Validator(SCHEMAS[name], format_checker=jsonschema.FormatChecker())
    assert [error.message for row in rows for error in checker.iter_errors(row)] == []
    return rows


def get(client, path, **query):
    return client.get(f"/open311/v2/{path}", query)


def post(client, key, form="json", **given):
    body = {
        "api_key": key.secret,
        "service_code": "pothole",
        "description": "Ổ gà sâu trước chợ",
        **POINT,
        **given,
    }
    return client.post(f"/open311/v2/requests.{form}", body)


@pytest.fixture
def sent(client, key):
    return post(client, key, email="bi.mat@example.vn", first_name="Bí", last_name="Mật", phone="0912345678")


def errors(response):
    return [(row["code"], response.status_code) for row in response.json()]


def test_discovery(client, catalogue):
    found = client.get("/open311/discovery.json")
    assert found["Content-Type"] == "application/json; charset=utf-8"
    assert found.json()["endpoints"][0]["url"] == "http://testserver/open311/v2"
    xml = client.get("/open311/discovery.xml")
    assert xml["Content-Type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(xml.content)
    assert (root.tag, [e.text for e in root.iter("format")]) == (
        "discovery",
        ["text/xml", "application/json"],
    )


def test_services_in_both_forms(client, catalogue):
    rows = valid(get(client, "services.json").json(), "service")
    assert {row["service_code"]: (row["metadata"], row["type"]) for row in rows}["light"] == (
        True,
        "realtime",
    )
    root = ET.fromstring(get(client, "services.xml").content)
    assert [row.findtext("service_code") for row in root.findall("service")] == [
        row["service_code"] for row in rows
    ]
    assert root.find("service").findtext("metadata") == "false"


def test_definition_has_every_datatype(client, catalogue):
    [found] = valid([get(client, "services/light.json").json()], "service-definition")
    assert [row["datatype"] for row in found["attributes"]] == [
        "string", "number", "datetime", "singlevaluelist", "multivaluelist", "text", "string",
    ]  # fmt: skip
    root = ET.fromstring(get(client, "services/light.xml").content)
    assert root.tag == "service_definition"
    assert [v.findtext("key") for v in root.findall("attributes/attribute")[3].findall("values/value")] == [
        "a",
        "b",
    ]
    assert errors(get(client, "services/nothing.json")) == [(404, 404)]


def test_post_and_read_back(client, sent, key, staff):
    [row] = sent.json()
    assert (sent.status_code, set(row)) == (201, {"service_request_id", "service_notice", "account_id"})
    number = row["service_request_id"]
    [waiting] = valid(get(client, f"requests/{number}.json").json(), "request")
    assert (waiting["status"], waiting["description"], waiting["lat"]) == ("open", None, None)
    [own] = valid(get(client, f"requests/{number}.json", api_key=key.secret).json(), "request")
    assert own["description"] == "Ổ gà sâu trước chợ"
    assert get(client, "requests.json").json() == []
    triage.route_report(Report.objects.get(), by=staff["duty"])
    [shown] = valid(get(client, "requests.json").json(), "request")
    assert (shown["description"], shown["agency_responsible"]) == (
        "Ổ gà sâu trước chợ",
        "UBND phường Cẩm Phả",
    )
    assert (shown["lat"], shown["long"]) == (21.0005, 107.2005)
    root = ET.fromstring(get(client, "requests.xml").content)
    assert (root.tag, root.find("request").findtext("service_request_id")) == ("service_requests", number)


def test_nothing_says_who_sent(client, sent, staff):
    triage.route_report(Report.objects.get(), by=staff["duty"])
    assert Contact.objects.count() == 1
    for path in ("requests", "servicerequestupdates", f"requests/{Report.objects.get().pk}"):
        for form in ("xml", "json"):
            body = get(client, f"{path}.{form}").content.decode()
            assert not any(word in body for word in ("Bí", "Mật", "bi.mat", "0912345678", "912345678"))


def test_multipart_with_media(client, key):
    from django.core.files.uploadedfile import SimpleUploadedFile

    good = post(client, key, media=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"))
    assert (good.status_code, Photo.objects.count()) == (201, 1)
    bad = post(client, key, media=SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg"))
    assert (errors(bad), Report.objects.count()) == ([(400, 400)], 1)
    assert photographs.check_waiting() == 1


def test_attributes_are_checked(client, key):
    good = {"service_code": "light", "attribute[count]": "3", "attribute[kind]": "a", "attribute[where][]": ["x", "y"],
            "attribute[when]": "2026-11-20T19:00:00+07:00", "attribute[pole]": "C12"}  # fmt: skip
    assert post(client, key, **good).status_code == 201
    assert Report.objects.get().attributes["where"] == ["x", "y"]
    for wrong in (
        {"attribute[count]": "nhiều"},
        {"attribute[kind]": "z"},
        {"attribute[where][]": ["x", "q"]},
        {"attribute[when]": "hôm qua"},
    ):
        response = post(client, key, **(good | wrong))
        assert (
            response.status_code,
            next(iter(wrong)).removesuffix("[]") in response.json()[0]["description"],
        ) == (400, True)
    missing = post(client, key, service_code="light")
    assert missing.status_code == 400


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "hlk_wrong"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "none"}, 404),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "91"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "10", "long": "100"}, 400),
        ({"jurisdiction_id": "99"}, 404),
        ({"media_url": "picture.jpg"}, 400),
        ({"media_url": "https://" + "a" * 1001}, 400),
        ({"description": "a" * 4001}, 400),
        ({"email": "keine"}, 400),
    ],
)
def test_errors_as_specified(client, key, given, status):
    response = post(client, key, **given)
    assert (response.status_code, response.json()[0]["code"]) == (status, status)
    root = ET.fromstring(post(client, key, form="xml", **given).content)
    assert (root.tag, root.find("error").findtext("code")) == ("errors", str(status))
    assert Report.objects.count() == 0


def test_complaints_are_led_elsewhere(client, key):
    response = post(client, key, description="Tôi làm đơn khiếu nại quyết định thu hồi đất")
    assert (response.status_code, Report.objects.count()) == (400, 0)


def test_address_instead_of_a_point(client, key):
    assert (
        post(client, key, lat="", long="", address_string="12 Trần Phú, phường Hồng Gai").status_code == 201
    )
    assert Report.objects.get().place.name == "Phường Hồng Gai"
    assert post(client, key, lat="", long="", address_id="06793").status_code == 201
    assert post(client, key, lat="", long="", address_string="12 Trần Phú, Hà Nội").status_code == 400


def test_tokens_for_what_must_be_looked_at_first(client, key, staff):
    [row] = post(client, key, service_code="conduct", description="Cán bộ không tiếp dân").json()
    token = row["token"]
    assert "service_request_id" not in row
    assert get(client, f"tokens/{token}.json").json() == [{"service_request_id": None, "token": token}]
    report = triage.route_report(Report.objects.get(), by=staff["duty"])
    assert get(client, f"tokens/{token}.json").json()[0]["service_request_id"] == str(report.pk)
    assert get(client, f"requests/{report.pk}.json").status_code == 404
    assert errors(get(client, "tokens/ABCDEFGHJKMN.json")) == [(404, 404)]
    assert errors(get(client, "tokens/x.json")) == [(404, 404)]


def test_sent_twice_with_a_number_of_ones_own(client, key):
    one, two = (post(client, key, external_id="A-1") for _n in range(2))
    assert (one.status_code, two.status_code, one.json()[0] == two.json()[0]) == (201, 200, True)


def test_filters_and_paging(client, send, staff):
    for code, days in (("pothole", 1), ("pothole", 20), ("noise", 100)):
        report = triage.route_report(send(code).report, by=staff["duty"])
        Report.objects.filter(pk=report.pk).update(created_at=timezone.now() - timedelta(days=days))
    triage.merge_report(Report.objects.order_by("pk")[1], Report.objects.order_by("pk")[0], by=staff["duty"])
    Report.objects.filter(state="duplicate").update(public=True)

    def numbers(**query):
        return [int(row["service_request_id"]) for row in get(client, "requests.json", **query).json()]

    first, second, third = Report.objects.order_by("pk").values_list("pk", flat=True)
    assert numbers() == [first, second]
    assert numbers(status="open") == [first]
    assert numbers(status="closed") == [second]
    assert numbers(service_code="noise,other") == []
    assert numbers(service_request_id=f"{third},PA{second:06d}", status="open") == [second, third]
    assert numbers(end_date=(timezone.now() - timedelta(days=50)).isoformat()) == [third]
    assert numbers(page_size="1", page="2") == [second]
    assert numbers(jurisdiction_id="06685") == []
    assert numbers(jurisdiction_id="22") == [first, second]
    assert numbers(lat="21.0", long="107.2", radius="500") == [first, second]
    assert numbers(lat="21.5", long="107.2", radius="500") == []
    for wrong in ({"start_date": "gestern"}, {"status": "lost"}, {"page": "0"}):
        assert errors(get(client, "requests.json", **wrong)) == [(400, 400)]


def test_updates_as_fixmystreet_reads_them(client, send, staff):
    report = triage.route_report(send().report, by=staff["duty"])
    rows = get(client, "servicerequestupdates.json").json()
    assert [(row["service_request_id"], row["status"]) for row in rows] == [(str(report.pk), "open")] * 2
    root = ET.fromstring(get(client, "servicerequestupdates.xml").content)
    assert (root.tag, root[0].tag) == ("service_request_updates", "request_update")
    assert (
        get(
            client,
            "servicerequestupdates.json",
            start_date="2020-01-01T00:00:00Z",
            end_date="2020-02-01T00:00:00Z",
        ).json()
        == []
    )


def test_partner_adds_to_his_own_only(client, sent, key, send):
    mine, other = sent.json()[0]["service_request_id"], send().report.pk
    body = {
        "api_key": key.secret,
        "service_request_id": mine,
        "description": "Nay đã sâu hơn",
        "update_id": "7",
    }
    one, two = (client.post("/open311/v2/servicerequestupdates.json", body) for _n in range(2))
    assert (one.status_code, one.json() == two.json()) == (201, True)
    body["service_request_id"] = other
    assert client.post("/open311/v2/servicerequestupdates.json", body).status_code == 404


def test_other_methods_and_forms(client, catalogue):
    assert client.put("/open311/v2/services.json").status_code == 405
    assert client.post("/open311/v2/services.json").status_code == 405
    assert client.get("/open311/v2/services.csv").status_code == 404
    assert client.get("/open311/v2/services")["Content-Type"] == "text/xml; charset=utf-8"
    assert client.options("/open311/v2/requests.json").status_code == 204


def test_xml_survives_every_character(client, key):
    assert post(client, key, description="<b>&\x08 ]]> \U0001f6a7 ổ gà \ufffe").status_code == 201
    number = Report.objects.get().pk
    response = get(client, f"requests/{number}.xml", api_key=key.secret)
    assert ET.fromstring(response.content).find("request").findtext("description").startswith("<b>&")
