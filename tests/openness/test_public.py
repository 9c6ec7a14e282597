import csv
import io

import pytest
from tests.province import HOUR, top


@pytest.fixture
def air(make_station, put):
    station = make_station(1, name="Trạm khí Hồng Gai", lon=107.08, lat=20.95)
    put(station, "pm25", [(top() - n * HOUR, 60.0) for n in range(13)], hours=True)
    put(station, "airQualityIndex", [(top() - n * HOUR, 117.0) for n in range(5)])
    return station


def test_home_says_index_level_and_the_decisions_own_advice(client, air):
    text = client.get("/c").content.decode()
    assert "117" in text
    assert (
        "Những người nhạy cảm gặp phải các vấn đề về sức khỏe, những người bình thường ít ảnh hưởng." in text
    )
    assert "Nên giảm các hoạt động mạnh và giảm thời gian hoạt động ngoài trời." in text
    assert "1459/QĐ-TCMT" in text


def test_home_shows_gaps_of_the_last_day_as_gaps(client, air):
    bars = client.get("/c").context["drawn"]
    assert [bar.value for bar in bars] == [None] * 19 + [117.0] * 5


def test_nearest_station_is_found_and_the_position_not_kept(client, air, make_station, put):
    far = make_station(2, name="Trạm khí Móng Cái", lon=107.97, lat=21.52)
    put(far, "airQualityIndex", [(top(), 20.0)])
    page = client.get("/c?lon=107.9&lat=21.5")
    assert page.context["station"].entity == far
    assert round(page.context["station"].distance_km) == 8
    assert page.cookies.output() == ""


def test_what_is_not_public_is_nowhere(client, make_station, put):
    hidden = make_station(3, public=False, name="Kín")
    camera = make_station(4, types=("SecurityCamera",), public=True, name="Camera kín", properties=())
    put(hidden, "airQualityIndex", [(top(), 20.0)])
    assert client.get(f"/c/stations/{hidden.pk}").status_code == 404
    assert client.get(f"/c/data/{hidden.pk}/hours.csv").status_code == 404
    for path in (
        "/c",
        "/c/map",
        "/c/stations.geojson",
        "/c/data",
        "/c/data/stations.csv",
        "/c/data/latest.json",
    ):
        text = client.get(path).content.decode()
        assert "Kín" not in text, path
        assert camera.name not in text, path


def test_hours_are_downloaded_with_licence_unit_and_zone(client, air):
    response = client.get(f"/c/data/{air.pk}/hours.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    last = [row for row in rows if row["property"] == "pm25"][-1]
    assert (last["unit"], last["value"], last["readings"]) == ("GQ", "60.0", "12")
    assert last["time"].endswith("+07:00")
    assert 'rel="license"' in response["Link"]
    body = client.get(f"/c/data/{air.pk}/hours.json").json()
    assert (body["licence"], len(body["rows"])) == ("CC-BY-4.0", 18)


def test_a_range_that_makes_no_sense_is_told(client, air):
    response = client.get(
        f"/c/data/{air.pk}/hours.json?start=2026-02-01&end=2026-01-01", headers={"accept": "application/json"}
    )
    assert (response.status_code, response.json()["fields"]) == (422, {"start": "0 to 366 days before end"})
    assert (
        client.get(f"/c/data/{air.pk}/hours.json?start=x", headers={"accept": "application/json"}).status_code
        == 422
    )


def test_unknown_format_is_not_found(client, air):
    assert client.get("/c/data/stations.xml").status_code == 404


def test_english_visitor_reads_english(client, air):
    client.cookies["django_language"] = "en"
    text = client.get("/c").content.decode()
    assert "Sensitive groups:" in text


def test_map_lists_every_public_station_with_its_band(client, air):
    [feature] = client.get("/c/stations.geojson").json()["features"]
    assert feature["properties"]["value"] == "117 Kém"
    assert [s.entity for s in client.get("/c/map").context["stations"]] == [air]


def test_simulated_is_said(client, air):
    air.simulated = True
    air.save()
    assert "mô phỏng" in client.get("/c").content.decode()
    rows = csv.DictReader(io.StringIO(client.get("/c/data/latest.csv").content.decode()))
    assert {row["simulated"] for row in rows} == {"True"}
