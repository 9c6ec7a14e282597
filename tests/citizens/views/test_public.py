"""What everybody sees: lists, files, figures. Never a name, never a small number."""

import csv
import io
import uuid
from xml.etree import ElementTree as ET

import pytest
from tests.citizens.test_story import MEASURE, TEXT
from tests.citizens.views.conftest import solved

from halong.citizens.actions import answering, handling, triage

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(send, staff):
    return triage.route_report(send().report, by=staff["duty"])


@pytest.mark.parametrize("path", ["", ".csv", ".rss", ".geojson", "/figures", "/hot-spots.geojson"])
def test_nothing_leads_to_a_sender(client, shown, path):
    answer = client.get(f"/c/reports{path}")
    body = b"".join(answer) if answer.streaming else answer.content
    for secret in ("Bí Mật", "bi.mat@", "0912345678", "Số 12", str(shown.client_id)):
        assert secret.encode() not in body


def test_the_list_finds_by_words_number_and_filters(client, shown):
    number = shown.number
    asked = {
        f"q={number}": True,
        "q=cổng chợ": True,
        "q=cầu": False,
        "category=light": False,
        "state=open": True,
        "state=resolved": False,
        f"place={shown.place_id}": True,
        "place=99999999": True,
        "page=x": True,
        "page=²": True,
        "start=2099-01-01": False,
    }
    link = f"/c/reports/{shown.pk}"
    assert {query: link in client.get(f"/c/reports?{query}").content.decode() for query in asked} == asked


def test_the_list_takes_a_fixed_number_of_queries(client, send, staff, django_assert_max_num_queries):
    for n in range(5):
        triage.route_report(send(text=f"Ổ gà thứ {n} trên phố").report, by=staff["duty"])
    with django_assert_max_num_queries(12):
        client.get("/c/reports")


def test_a_report_with_its_answer_and_proof(client, shown, staff):
    handling.accept_report(shown, by=staff["officer"])
    answer = answering.write_answer(shown, by=staff["officer"], text=TEXT, proofs=MEASURE)
    answering.approve_answer(answer, by=staff["head"])
    body = client.get(f"/c/reports/{shown.pk}").content.decode()
    assert (TEXT in body, MEASURE[0].name in body, "Số 12" in body) == (True, True, False)


def test_what_was_not_received_is_not_public(client, send):
    assert client.get(f"/c/reports/{send().report.pk}").status_code == 404


def test_a_merged_report_leads_to_the_other(client, shown, send, staff):
    other = send(text="Ổ gà sâu ở cổng chợ").report
    triage.merge_report(other, shown, by=staff["duty"])
    assert client.get(f"/c/reports/{other.pk}")["Location"] == f"/c/reports/{shown.pk}"


def test_csv_has_no_formulas(client, send, staff):
    triage.route_report(send(text='=HYPERLINK("http://evil","x") ổ gà').report, by=staff["duty"])
    text = b"".join(client.get("/c/reports.csv")).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["text"].startswith("'=HYPERLINK")


def test_rss_is_xml_with_a_link_to_each(client, shown):
    items = ET.fromstring(client.get("/c/reports.rss").content).findall("channel/item")
    assert [item.findtext("link").endswith(f"/c/reports/{shown.pk}") for item in items] == [True]


def test_geojson_single_and_by_cells(client, shown, send, staff):
    point = client.get("/c/reports.geojson").json()["features"][0]
    assert (point["properties"]["id"], point["properties"]["category"]) == (shown.pk, "pothole")
    assert client.get("/c/reports.geojson?box=0,0,1,1").json()["features"] == []
    assert client.get("/c/reports.geojson?zoom=8&box=106,20,108,22").json()["features"] == [point]
    route = triage.route_report(send(text="Ổ gà thứ hai").report, by=staff["duty"])
    [cell] = client.get("/c/reports.geojson?zoom=8&box=106,20,108,22").json()["features"]
    assert (route.public, cell["properties"]) == (True, {"count": 2, "open": 2, "simulated": False})


@pytest.mark.parametrize(
    "query", ["zoom=nan", "zoom=-inf", "zoom=x&box=a,b", "box=nan,1,2,3", "box=1,2,3", "zoom=1e9"]
)
def test_a_map_asked_for_nonsense_shows_everything(client, shown, query):
    assert len(client.get(f"/c/reports.geojson?{query}").json()["features"]) == 1


def test_the_list_of_a_part_of_the_map(client, shown):
    link = f"/c/reports/{shown.pk}"
    asked = {"107,20.9,108,21.5": True, "100,10,101,11": False}
    assert {box: link in client.get(f"/c/reports?box={box}").content.decode() for box in asked} == asked


def test_small_numbers_are_not_shown(client, shown):
    body = client.get("/c/reports/figures").content.decode()
    assert body.count("<dd>–</dd>") >= 3


def test_a_photo_needs_a_moderator(client, shown):
    assert client.get("/c/photos/1/public").status_code == 404


def test_only_public_reports_are_followed(client, send):
    assert (
        client.post(
            f"/c/reports/{send().report.pk}/follow",
            {"client_id": str(uuid.uuid4()), "altcha": solved(client)},
        ).status_code
        == 404
    )
