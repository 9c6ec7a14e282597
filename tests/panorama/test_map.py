"""What the map fetches: rows and differences, a property, the last 24 hours, units by indicator."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from tests.province import HOUR, now, top

from halong.alerts.models import Alert, AlertEvent
from halong.core import live
from halong.core.permissions import SYSTEM
from halong.panorama import atlas, choropleth, ledger, replay
from halong.places.actions import save_place
from halong.places.models import Place, PlaceSuccession


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No ledger of another test; nothing waits for two seconds."""
    cache.clear()
    monkeypatch.setattr(ledger, "_ledgers", type(ledger._ledgers)())
    monkeypatch.setattr(atlas, "AT_MOST_EVERY_S", 0.0)
    monkeypatch.setattr(live, "_heard", live.Counter({"": 1}))


@pytest.fixture
def leader(client, person):
    client.force_login(person("leader"))
    return client


def alarm(station, priority=1, raised=None, **more):
    return Alert.objects.create(
        cause=f"{station.pk}-{priority}-{raised}", title="x", priority=priority, entity=station, place=station.place,
        sector=station.sector, raised_at=raised or now(), changed_at=now(), **more,
    )  # fmt: skip


def rows(answer):
    return {row[6]: row for row in answer["rows"]}


def test_a_row_says_where_what_and_how_a_thing_stands(leader, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(now(), 12.34)])
    put(make_station(2), "pm25", [(now() - timedelta(minutes=20), 8.0)])
    make_station(3)
    alarm(station, 2)
    body = leader.get("/map/things.json").json()
    found = rows(body)
    assert [body["states"][found[f"Trạm {n}"][5]] for n in (1, 2, 3)] == ["high", "stale", "dead"]
    pk, lon, lat, kind, place, _state, _name, label, value, flags = found["Trạm 1"]
    assert (pk, lon, lat, value, flags) == (station.pk, 107.21, 21.0, 12.3, 0)
    assert body["kinds"][kind]["kind"] == "AirQualityObserved"
    assert body["places"][place] == "Phường Cẩm Phả"
    assert body["labels"][label] == {"label": "PM2,5", "decimals": 1}


def test_an_index_is_said_before_a_reading_unless_it_is_old(leader, make_station, put):
    for number, at in [(1, top()), (2, top() - 5 * HOUR)]:
        station = make_station(number)
        put(station, "pm25", [(now(), 12.0)])
        put(station, "airQualityIndex", [(at, 61.0)])
    body = leader.get("/map/things.json").json()
    said = {name: (body["labels"][row[7]]["label"], row[8]) for name, row in rows(body).items()}
    assert said == {"Trạm 1": ("VN_AQI", 61.0), "Trạm 2": ("PM2,5", 12.0)}


def test_only_what_changed_is_told_again(leader, make_station, put):
    one, two = make_station(1), make_station(2)
    for station in (one, two):
        put(station, "pm25", [(now(), 10.0)])
    version = leader.get("/map/things.json").json()["version"]
    assert leader.get(f"/map/things.json?since={version}").json()["rows"] == []
    alarm(two)
    live.note_heard("alerts")
    body = leader.get(f"/map/things.json?since={version}").json()
    assert (list(rows(body)), body["gone"], "kinds" in body) == (["Trạm 2"], [], False)
    two.deleted_at = now()
    two.save()
    live.note_heard("panorama")
    after = leader.get(f"/map/things.json?since={body['version']}").json()
    assert (after["rows"], after["gone"]) == ([], [two.pk])


def test_other_rights_hear_other_things(leader, client, person, make_station, wards):
    make_station(1, place=wards[0])
    make_station(2, place=wards[1])
    assert len(leader.get("/map/things.json").json()["rows"]) == 2
    client.force_login(person("officer", place=wards[0]))
    version = client.get("/map/things.json").json()
    assert list(rows(version)) == ["Trạm 1"]


def test_rows_need_a_fixed_number_of_queries(leader, make_station, put, django_assert_max_num_queries):
    for number in range(12):
        put(make_station(number), "pm25", [(now(), 10.0)])
    with django_assert_max_num_queries(14):
        assert len(leader.get("/map/things.json").json()["rows"]) == 12


def test_a_property_is_told_of_things_whose_reading_is_fresh_and_valid(leader, make_station, put):
    one, two, three = make_station(1), make_station(2), make_station(3)
    put(one, "pm25", [(now(), 10.04)])
    put(two, "pm25", [(now() - timedelta(minutes=20), 20.0)])
    put(three, "pm25", [(now(), 30.0)], quality=2)
    body = leader.get("/map/measure.json?of=AirQualityObserved.pm25").json()
    assert (body["values"], body["way"], body["unit"]) == ({str(one.pk): 10.0}, "mean", "µg/m³")
    assert leader.get("/map/measure.json?of=AirQualityObserved.nonsense").status_code == 404


def test_an_index_brings_the_bands_of_its_regulation(leader, make_station, put):
    put(make_station(1), "airQualityIndex", [(top(), 120.0)])
    body = leader.get("/map/measure.json?of=AirQualityObserved.airQualityIndex").json()
    assert [level["name"] for level in body["levels"]][:3] == ["Tốt", "Trung bình", "Kém"]


def test_the_last_day_has_alerts_and_silence_as_they_stood(leader, make_station, put):
    calm, alarmed, silent = make_station(1), make_station(2), make_station(3)
    hours = [top() - n * HOUR for n in range(27)]
    for station in (calm, alarmed):
        put(station, "pm25", [(hour, 10.0) for hour in hours], hours=True)
    put(silent, "pm25", [(hour, 10.0) for hour in hours[3:]], hours=True)
    alarm(alarmed, 1, top() - 4 * HOUR, state="closed", closed_at=top() - 2 * HOUR)
    alarm(alarmed, 3, top() - 6 * HOUR, state="closed", closed_at=top() - 1 * HOUR)
    body = leader.get("/map/replay.json").json()
    assert len(body["hours"]) == 24
    assert body["states"] == {
        str(alarmed.pk): "000000000000000003355300",
        str(silent.pk): "0" * 21 + "122",
    }


def test_an_alert_put_aside_calls_no_more(leader, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(top() - n * HOUR, 10.0) for n in range(27)], hours=True)
    put_aside = alarm(station, 2, top() - 5 * HOUR, shelved_until=now() + HOUR)
    AlertEvent.objects.create(alert=put_aside, kind="shelved", at=top() - 2 * HOUR)
    assert leader.get("/map/replay.json").json()["states"] == {str(station.pk): "0" * 18 + "444000"}


def test_the_last_day_has_the_values_of_a_property(leader, make_station, put):
    station = make_station(1)
    put(station, "pm25", [(top() - 2 * HOUR, 10.0), (top(), 12.0)], hours=True)
    put(station, "airQualityIndex", [(top(), 50.0)])
    body = leader.get("/map/replay.json?of=AirQualityObserved.pm25").json()
    assert body["values"] == {str(station.pk): [None] * 21 + [10.0, None, 12.0]}
    derived = leader.get("/map/replay.json?of=AirQualityObserved.airQualityIndex").json()
    assert derived["values"] == {str(station.pk): [None] * 23 + [50.0]}


def test_the_last_day_needs_a_fixed_number_of_queries(
    leader, make_station, put, django_assert_max_num_queries
):
    for number in range(8):
        put(make_station(number), "pm25", [(top(), 10.0)], hours=True)
    with django_assert_max_num_queries(15):
        leader.get("/map/replay.json?of=AirQualityObserved.pm25")


@pytest.mark.parametrize(
    ("silent_h", "interval_s", "state"),
    [(0, 300, 0), (1, 300, 1), (2, 300, 2), (2, 3600, 0), (4, 3600, 1), (13, 3600, 2)],
)
def test_silence_counts_only_when_it_was_surely_long_enough(silent_h, interval_s, state):
    start = top() - 26 * HOUR
    heard = 1 << (20 - silent_h)
    assert replay._silence(start + 20 * HOUR, start, timedelta(seconds=interval_s), top(), heard) == state


def test_the_map_page_offers_what_is_measured(leader, make_station, put):
    for number in (1, 2):
        put(make_station(number), "pm25", [(now(), 10.0)])
    page = leader.get("/map")
    [(sector, found)] = page.context["measures"]
    assert (page.status_code, sector) == (200, "Môi trường")
    assert "AirQualityObserved.pm25" in [key for key, _words in found]


def test_units_of_before_are_drawn_with_what_became_of_them(province, wards):
    city = save_place(
        Place(
            code="195", name="Thành phố Cẩm Phả", kind="city", parent=province,
            valid_from=date(2019, 1, 1), valid_to=date(2025, 6, 30),
        ),
        by=SYSTEM,
    )  # fmt: skip
    older = save_place(
        Place(
            code="200", name="Huyện", kind="district", parent=province,
            valid_from=date(2010, 1, 1), valid_to=date(2019, 12, 31),
        ),
        by=SYSTEM,
    )  # fmt: skip
    for former, present in [(city, wards[0]), (older, city)]:
        PlaceSuccession.objects.create(former=former, present=present)
    today = date(2026, 11, 23)
    assert choropleth.shapes(date(2025, 6, 30), today)[city.pk] == [wards[0].pk]
    assert choropleth.shapes(date(2019, 6, 30), today)[older.pk] == [wards[0].pk]
    assert choropleth.shapes(today, today)[wards[1].pk] == [wards[1].pk]
