import pytest
from django.core.cache import cache
from tests.province import now

from halong.core import live
from halong.panorama import fragments


@pytest.fixture
def listening(monkeypatch):
    """A process that hears what changes, as the web process does."""
    cache.clear()
    monkeypatch.setattr(live, "_heard", live.Counter({"": 1}))
    yield
    cache.clear()


@pytest.fixture
def as_role(client, person):
    def sign_in(role, **scope):
        client.force_login(person(role, **scope))
        return client

    return sign_in


def tiles(client):
    return client.get("/panorama/tiles").content.decode()


def test_a_fragment_is_made_once_until_something_changes(
    listening, as_role, make_station, put, django_assert_max_num_queries
):
    put(make_station(1), "pm25", [(now(), 10.0)])
    client = as_role("leader")
    first = tiles(client)
    with django_assert_max_num_queries(6):  # session, user, rights; nothing of the province
        assert tiles(client) == first
    make_station(2)
    live.note_heard("panorama")
    assert tiles(client) != first


def test_other_rights_get_another_fragment(listening, as_role, make_station, wards):
    make_station(1, place=wards[0])
    make_station(2, place=wards[1])
    whole = tiles(as_role("leader"))
    assert tiles(as_role("officer", place=wards[0])) != whole


def test_a_process_that_does_not_listen_keeps_nothing(as_role, make_station):
    assert live.heard(*fragments.TOPICS) is None
    client = as_role("leader")
    before = tiles(client)
    make_station(1)
    assert tiles(client) != before
