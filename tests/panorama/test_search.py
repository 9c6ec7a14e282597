"""⌘K: what is found, by whom, and that it stays up to date."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.province import now

from halong.accounts.models import Grant, User
from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.core.text import fold
from halong.panorama import search
from halong.places.models import Agency


@pytest.fixture(autouse=True)
def _anew(monkeypatch):
    monkeypatch.setattr(search, "LOOK_S", 0.0)
    for names in search.ALL:
        names.forget()


@pytest.fixture
def leader(person):
    return person("leader")


def labels(hits):
    return [hit.label for hit in hits]


def test_things_are_found_by_name_kind_and_place(leader, make_station, wards):
    make_station(1, name="Hà Tu")
    make_station(2, name="Bãi Cháy", place=wards[1])
    assert labels(search.find_things(leader, "ha tu", 6)) == ["Hà Tu"]
    assert labels(search.find_things(leader, "hong gai", 6)) == ["Bãi Cháy"]
    assert labels(search.find_things(leader, "bxi chay", 6)) == []
    assert labels(search.find_things(leader, "bai chya", 6)) == ["Bãi Cháy"]


def test_who_may_not_see_a_thing_does_not_find_it_even_among_many(person, make_station, wards):
    for number in range(70):
        make_station(number, place=wards[0])
    mine = make_station(99, place=wards[1], name="Trạm cuối cùng của phường")
    officer = person("officer", place=wards[1])
    assert labels(search.find_things(officer, "tram", 6)) == [mine.name]
    assert search.find_things(person("citizen"), "tram", 6) == []


def test_what_was_renamed_or_removed_is_found_as_it_is(leader, make_station):
    station = make_station(1, name="Hà Tu")
    assert search.find_things(leader, "ha tu", 6)
    Entity.objects.filter(pk=station.pk).update(name="Hà Lầm", folded="ha lam", modified_at=timezone.now())
    assert labels(search.find_things(leader, "ha lam", 6)) == ["Hà Lầm"]
    assert search.find_things(leader, "ha tu", 6) == []
    Entity.objects.filter(pk=station.pk).update(deleted_at=now(), modified_at=timezone.now())
    assert search.find_things(leader, "ha lam", 6) == []


def test_places_and_agencies_narrow_the_panorama(leader, wards):
    agency = Agency.objects.create(
        code="QN.SYT", name="Sở Y tế", short_name="SYT", valid_from=now().date(), phone="02033825449"
    )
    [place] = search.find_places(leader, "cam pha", 6)
    assert (place.label, place.url) == ("Phường Cẩm Phả", f"/?place={wards[0].pk}")
    assert search.find_agencies(leader, "syt", 6)[0].url == f"/?agency={agency.pk}"
    assert search.find_agencies(leader, "02033825449", 6)[0].kind == "02033825449"


def test_people_are_found_with_their_telephone_by_who_works_here(leader, person):
    officer = User.objects.create(
        username="ha", full_name="Trần Thu Hà", title="Phó giám đốc", phone="0912 345 678"
    )
    Grant.objects.create(user=officer, role="officer")
    citizen = User.objects.create(username="an", full_name="Trần An", phone="0900 000 000")
    Grant.objects.create(user=citizen, role="citizen")
    [found] = search.find_people(leader, "tran thu ha", 6)
    assert (found.url, found.kind) == ("tel:0912345678", "Phó giám đốc · 0912 345 678")
    assert labels(search.find_people(leader, "0912345678", 6)) == ["Trần Thu Hà"]
    assert search.find_people(leader, "tran an", 6) == []
    assert search.find_people(person("citizen"), "tran", 6) == []


def test_alerts_are_found_while_they_matter(leader, make_station):
    station = make_station(1)
    title = "PM2,5 vượt giới hạn"
    given = {"entity": station, "title": title, "folded": fold(title), "priority": 2, "raised_at": now()}
    Alert.objects.create(cause="a", state="new", changed_at=now(), place=station.place, **given)
    old = now() - timedelta(days=90)
    Alert.objects.create(cause="b", state="closed", closed_at=old, changed_at=old, **given)
    assert len(search.find_alerts(leader, "pm2,5 vuot", 6)) == 1


def test_every_kind_needs_a_fixed_number_of_queries(
    client, leader, make_station, django_assert_max_num_queries
):
    for number in range(30):
        make_station(number)
    client.force_login(leader)
    client.get("/search?q=tram")
    with django_assert_max_num_queries(45):
        page = client.get("/search?q=tram", headers={"HX-Request": "true"})
    assert page.text.count("data-hit") == 6
