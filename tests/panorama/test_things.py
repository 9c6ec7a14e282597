from datetime import timedelta

import pytest
from tests.province import now, top

from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.panorama.things import states, things_of


@pytest.mark.parametrize(
    ("age", "signal"),
    [(timedelta(minutes=4), "live"), (timedelta(minutes=20), "late"), (timedelta(hours=2), "lost")],
)
def test_signal_follows_the_newest_reading_of_any_series(make_station, put, person, age, signal):
    station = make_station(1)
    put(station, "pm25", [(now() - timedelta(days=2), 10.0)])
    put(station, "pm10", [(now() - age, 20.0)])
    [thing] = things_of(Entity.objects.all(), person("leader"), now())
    assert (thing.signal, thing.last) == (signal, now() - age)


def test_station_that_never_sent_is_lost_and_a_thing_without_series_counts_nowhere(make_station, person):
    make_station(1)
    make_station(2, properties=())
    found = things_of(Entity.objects.all(), person("leader"), now())
    assert [thing.signal for thing in found] == ["lost", "none"]
    assert states(found) == {"live": 0, "late": 0, "lost": 1, "total": 1}


def test_worst_calling_alert_marks_the_thing(make_station, person):
    station = make_station(1)
    for cause, priority, more in [
        ("a", 3, {}),
        ("b", 1, {"shelved_until": now() + timedelta(hours=1)}),
        ("c", 2, {}),
    ]:
        Alert.objects.create(
            cause=cause, title=cause, priority=priority, entity=station, place=station.place,
            sector="environment", raised_at=now(), changed_at=now(), **more,
        )  # fmt: skip
    [thing] = things_of(Entity.objects.all(), person("leader"), now())
    assert thing.priority == 2


def test_index_too_old_does_not_stand_for_now(make_station, put, person):
    station = make_station(1)
    put(station, "airQualityIndex", [(top() - timedelta(hours=5), 42.0)])
    [thing] = things_of(Entity.objects.all(), person("leader"), now())
    assert thing.derived("vn-aqi-hour", now()) is None


def test_the_number_of_queries_does_not_grow(make_station, put, person, django_assert_num_queries):
    for number in range(5):
        put(make_station(number), "pm25", [(now(), 1.0)])
    leader = person("leader")
    things_of(Entity.objects.all(), leader, now())
    with django_assert_num_queries(3):
        assert len(things_of(Entity.objects.all(), leader, now())) == 5
