from datetime import timedelta

from tests.province import HOUR, now, top

from halong.context.models import Entity
from halong.panorama import queries
from halong.panorama.things import things_of


def test_by_place_shows_the_worst_station_of_each_place(make_station, put, person, wards):
    for number, place, value in [(1, wards[0], 40.0), (2, wards[0], 120.0), (3, wards[1], 70.0)]:
        put(make_station(number, place=place), "airQualityIndex", [(top(), value)])
    rows = queries.by_place(things_of(Entity.objects.all(), person("leader"), now()), now(), {wards[1].pk: 2})
    assert [(row.place, row.air.value, row.air_level.key, row.alerts) for row in rows] == [
        (wards[0], 120.0, "poor", 0),
        (wards[1], 70.0, "moderate", 2),
    ]


def test_a_change_of_level_is_told_once_and_a_change_within_a_level_is_not(make_station, put, person):
    station = make_station(1, name="Trạm khí A")
    values = [45.0, 48.0, 60.0, 70.0, 40.0]
    put(station, "airQualityIndex", [(top() - (4 - n) * HOUR, value) for n, value in enumerate(values)])
    leader = person("leader")
    told = queries.changes(leader, Entity.objects.all(), now() - timedelta(days=1))
    assert [(c.text, c.mark) for c in told] == [
        ("VN_AQI Trạm khí A: Trung bình → Tốt", "normal"),
        ("VN_AQI Trạm khí A: Tốt → Trung bình", "attention"),
    ]
