from datetime import timedelta

from tests.province import HOUR, now, top

from halong.context.models import Entity
from halong.panorama import queries
from halong.panorama.things import AIR_NOW, things_of


def test_by_place_shows_the_worst_station_of_each_place(make_station, put, person, wards):
    for number, place, value in [(1, wards[0], 40.0), (2, wards[0], 120.0), (3, wards[1], 70.0)]:
        put(make_station(number, place=place), "airQualityIndex", [(top(), value)])
    rows = queries.by_place(things_of(Entity.objects.all(), person("leader"), now()), now(), {wards[1].pk: 2})
    assert [(row.place, row.air.value, row.air_level.key, row.alerts) for row in rows] == [
        (wards[0], 120.0, "poor", 0),
        (wards[1], 70.0, "moderate", 2),
    ]


def test_hourly_alive_counts_stations_with_a_valid_reading(make_station, put):
    one, two = make_station(1), make_station(2)
    put(one, "pm25", [(top() - n * HOUR, 5.0) for n in range(24)], hours=True)
    put(two, "pm25", [(top() - 3 * HOUR, 5.0)], hours=True)
    assert queries.hourly_alive([one.pk, two.pk], now()) == [1.0] * 20 + [2.0] + [1.0] * 3


def test_hourly_within_and_worst_leave_gaps_as_gaps(make_station, put):
    one, two = make_station(1), make_station(2)
    put(one, "airQualityIndex", [(top(), 60.0), (top() - HOUR, 40.0)])
    put(two, "airQualityIndex", [(top(), 30.0)])
    ids = [one.pk, two.pk]
    assert queries.hourly_within(ids, AIR_NOW, 0, 50, now())[-3:] == [None, 1.0, 1.0]
    assert queries.hourly_worst(ids, AIR_NOW, now())[-3:] == [None, 40.0, 60.0]


def test_a_change_of_level_is_told_once_and_a_change_within_a_level_is_not(make_station, put, person):
    station = make_station(1, name="Trạm khí A")
    values = [45.0, 48.0, 60.0, 70.0, 40.0]
    put(station, "airQualityIndex", [(top() - (4 - n) * HOUR, value) for n, value in enumerate(values)])
    leader = person("leader")
    things = {t.entity.pk: t for t in things_of(Entity.objects.all(), leader, now())}
    told = queries.changes(leader, things, now() - timedelta(days=1))
    assert [(c.text, c.mark) for c in told] == [
        ("VN_AQI Trạm khí A: Trung bình → Tốt", "normal"),
        ("VN_AQI Trạm khí A: Tốt → Trung bình", "attention"),
    ]


def test_change_words_compare_the_last_hour_with_the_first():
    assert queries.change_words([3.0, None, 5.0]) == "+2 trong 24 giờ"
    assert queries.change_words([5.0, 3.0]) == "−2 trong 24 giờ"
    assert queries.change_words([5.0, 5.0]) == "không đổi"
    assert queries.change_words([None, 5.0]) == ""
