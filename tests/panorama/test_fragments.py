from datetime import timedelta

import pytest
from django.core.cache import cache
from tests.province import now, top

from halong.accounts.models import User
from halong.core import live
from halong.panorama import fragments
from halong.tasks.actions import TaskDraft, create_task, finish_task


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


def places(client):
    return client.get("/panorama/places").content.decode()


def add(make_station, put, number, **given):
    """A station with air: one more row, or one more station of a row."""
    put(make_station(number, **given), "airQualityIndex", [(top(), 40.0 + number)])


def test_a_fragment_is_made_once_until_something_changes(
    listening, as_role, make_station, put, django_assert_max_num_queries
):
    add(make_station, put, 1)
    client = as_role("leader")
    first = places(client)
    with django_assert_max_num_queries(6):  # session, user, rights; nothing of the province
        assert places(client) == first
    add(make_station, put, 2)
    live.note_heard("panorama")
    assert places(client) != first


def test_other_rights_get_another_fragment(listening, as_role, make_station, put, wards):
    add(make_station, put, 1, place=wards[0])
    add(make_station, put, 2, place=wards[1])
    whole = places(as_role("leader"))
    assert places(as_role("officer", place=wards[0])) != whole


def test_what_waits_for_one_person_is_not_shown_to_another_of_the_same_rights(
    listening, as_role, person, agency
):
    giver = as_role("leader")
    user = User.objects.get(pk=giver.session["_auth_user_id"])
    task = create_task(TaskDraft("Kiểm tra trạm", agency, now() + timedelta(days=2)), by=user)
    finish_task(task, by=person("officer", agency=agency), evidence="xong")
    assert "Kiểm tra trạm" in giver.get("/panorama/decisions").content.decode()
    assert "Kiểm tra trạm" not in as_role("leader").get("/panorama/decisions").content.decode()


def test_a_process_that_does_not_listen_keeps_nothing(as_role, make_station, put):
    assert live.heard(*fragments.TOPICS) is None
    client = as_role("leader")
    before = places(client)
    add(make_station, put, 1)
    assert places(client) != before
