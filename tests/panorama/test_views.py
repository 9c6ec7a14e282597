import csv
import io
from datetime import timedelta

import pytest
from tests.province import HOUR, now, top

from halong.accounts.actions import create_display_token
from halong.core.permissions import SYSTEM
from halong.panorama.models import LastLook


@pytest.fixture
def leader(client, person):
    client.force_login(person("leader"))
    return client


def test_panorama_shows_the_indicators_of_first_level_in_order(leader, make_indicator):
    make_indicator("second", [3.0], level=2)
    make_indicator("first", [20.0, 19.0], name="Giường trống")
    page = leader.get("/")
    [standing] = page.context["tiles"]["standings"]
    assert (page.status_code, standing.name, standing.value, standing.change) == (
        200,
        "Giường trống",
        19.0,
        -1.0,
    )


def test_panorama_obeys_the_chosen_place_and_remembers_it(leader, make_indicator, wards):
    make_indicator("beds", [9.0])
    make_indicator("beds", [4.0], place=wards[1])

    def shown(path):
        return [one.value for one in leader.get(path).context["tiles"]["standings"]]

    assert shown(f"/?place={wards[1].pk}") == [4.0]
    assert shown("/") == [4.0]
    assert shown("/?place=") == [9.0]


def test_a_locality_begins_in_its_own_place(client, person, make_indicator, wards):
    make_indicator("beds", [9.0])
    make_indicator("beds", [4.0], place=wards[1])
    client.force_login(person("leader", place=wards[1]))
    page = client.get("/")
    assert [one.value for one in page.context["tiles"]["standings"]] == [4.0]


def test_a_sector_page_shows_its_indicators_things_and_nothing_of_others(
    leader, make_indicator, make_station, put
):
    make_indicator("beds", [9.0], level=2)
    make_indicator("air", [50.0], level=2, sector="environment")
    put(make_station(1), "pm25", [(now(), 12.0)])
    page = leader.get("/sectors/environment")
    assert [one.indicator.key for one in page.context["standings"]] == ["air"]
    assert [row.thing.entity.name for row in page.context["table"].rows] == ["Trạm 1"]
    assert 12.0 in [cell.value for cell in page.context["table"].rows[0].cells]
    assert leader.get("/sectors/health").context["table"] is None
    assert leader.get("/sectors/nothing").status_code == 404


def test_a_sector_page_is_no_choice_of_the_sector(leader, make_station):
    make_station(1)
    leader.get("/sectors/health")
    assert leader.get("/").context["scope"].fields[0]["value"] == ""


def test_choosing_another_sector_on_a_sector_page_leads_there(leader):
    assert leader.get("/sectors/health?sector=traffic&choose=1")["Location"] == "/sectors/traffic"
    assert leader.get("/sectors/health?sector=&choose=1")["Location"] == "/sectors"


def test_a_sector_page_needs_a_fixed_number_of_queries(
    leader, make_station, put, django_assert_max_num_queries
):
    for number in range(30):
        put(make_station(number), "pm25", [(now(), 10.0)])
    leader.get("/sectors/environment")
    with django_assert_max_num_queries(40):
        leader.get("/sectors/environment")


def test_what_changed_counts_from_the_last_visit(leader, make_indicator):
    first = leader.get("/")
    assert not first.context["changes"]["since_look"]
    LastLook.objects.update(at=now() - 3 * HOUR)
    second = leader.get("/")
    assert second.context["changes"]["since"] == now() - 3 * HOUR
    assert leader.get("/").context["changes"]["since"] == now() - 3 * HOUR  # the same visit


def test_scoped_officer_sees_only_what_is_his(client, person, make_station, wards):
    make_station(1, place=wards[0])
    other = make_station(2, place=wards[1])
    client.force_login(person("officer", place=wards[0]))
    features = client.get("/things.geojson").json()["features"]
    assert [f["properties"]["name"] for f in features] == ["Trạm 1"]
    assert client.get(f"/entities/{other.pk}").status_code == 404


def test_entity_page_shows_values_index_and_limits(leader, make_station, put):
    station = make_station(1)
    rows = [(top() - n * HOUR, 60.0) for n in range(13)]
    put(station, "pm25", rows, hours=True)
    put(station, "airQualityIndex", [(top(), 117.0)])
    text = leader.get(f"/entities/{station.pk}?property=pm25").content.decode()
    assert "117" in text
    assert "Kém" in text
    assert "Nên giảm các hoạt động mạnh và giảm thời gian hoạt động ngoài trời." in text


def test_chart_has_points_with_quality_and_the_limits_in_force(leader, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(now() - timedelta(minutes=10), 50.5)], quality=1)
    body = leader.get(f"/entities/{station.pk}/series/pm25.json").json()
    assert body["series"][0]["points"] == [[(now() - timedelta(minutes=10)).timestamp(), 50.5, 1]]
    assert {(limit["value"], limit["label"]) for limit in body["limits"]} >= {
        (45.0, "QCVN 05:2023/BTNMT, 24h")
    }


def test_csv_of_a_chart_says_unit_and_zone(leader, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(now() - timedelta(minutes=10), 50.5)])
    rows = list(
        csv.reader(io.StringIO(leader.get(f"/entities/{station.pk}/series/pm25.csv").content.decode()))
    )
    assert rows[0] == ["time (+07:00)", "pm25 (µg/m³)", "quality"]
    assert rows[1][0].endswith("+07:00")
    assert rows[1][1:] == ["50.5", "0"]


def test_panorama_needs_a_fixed_number_of_queries(leader, make_station, put, django_assert_max_num_queries):
    for number in range(12):
        put(make_station(number), "pm25", [(now(), 10.0)])
    leader.get("/")
    with django_assert_max_num_queries(40):
        leader.get("/")


def test_wall_opens_with_a_token_that_can_be_revoked(client, make_station):
    token, secret = create_display_token(by=SYSTEM, name="Phòng trực")
    assert client.get("/wall").status_code == 403
    assert client.get(f"/wall?token={secret}")["Location"] == "/wall"
    assert client.get("/wall").status_code == 200
    token.revoked_at = now()
    token.save()
    assert client.get("/wall").status_code == 403


def test_who_may_not_see_the_desk_is_sent_to_the_public_page(client, person):
    assert client.get("/")["Location"] == "/c"
    client.force_login(person("citizen"))
    assert client.get("/")["Location"] == "/c"
