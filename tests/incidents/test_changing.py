"""Two people at an incident: nothing is overwritten silently."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from halong.core.errors import Conflict, Forbidden, HalongError, Invalid
from halong.incidents.actions import (
    IncidentDraft,
    NoteDraft,
    PartRef,
    add_note,
    add_parts,
    change_incident,
    close_incident,
    contain_incident,
    declare_incident,
    give_role,
)
from halong.incidents.models import Entry, Incident, Role
from halong.incidents.timeline import changes_since


def again(incident):
    return Incident.objects.get(pk=incident.pk)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_change_says_what_it_was_before(declare, operator):
    incident = declare()
    change_incident(incident, {"title": "Tàu chìm", "severity": 3, "where": ""}, by=operator)
    assert (incident.title, incident.severity, incident.version) == ("Tàu chìm", 3, 2)
    entry = Entry.objects.get(kind="changed")
    assert entry.data["changes"] == {"title": ["Tàu mắc cạn", "Tàu chìm"], "severity": [2, 3]}
    assert (entry.by, entry.version) == (operator, 2)
    change_incident(incident, {"title": "Tàu chìm"}, by=operator)
    assert Entry.objects.filter(kind="changed").count() == 1


def test_who_comes_second_to_the_same_field_gets_conflict_that_says_what_changed(declare, operator, other):
    incident = declare()
    mine, theirs = again(incident), again(incident)
    change_incident(theirs, {"severity": 4}, by=other)
    with pytest.raises(Conflict) as caught:
        change_incident(mine, {"severity": 3}, by=operator)
    assert caught.value.detail == "This changed meanwhile. Minh: Changed: severity: Medium → Extraordinary"
    assert again(incident).severity == 4
    assert [entry.kind for entry in changes_since(incident, 1)] == ["changed"]


def test_changes_of_different_fields_both_hold(declare, operator, other):
    incident = declare()
    mine, theirs = again(incident), again(incident)
    change_incident(theirs, {"severity": 4}, by=other)
    change_incident(mine, {"title": "Tàu chìm"}, by=operator)
    assert (again(incident).title, again(incident).severity, again(incident).version) == ("Tàu chìm", 4, 3)


def test_a_note_meanwhile_is_in_nobodys_way(declare, operator, other):
    incident = declare()
    mine = again(incident)
    add_note(again(incident), NoteDraft("Đã gọi biên phòng"), by=other)
    close_incident(mine, by=operator, note="Đã lai dắt về bến")
    assert again(incident).state == "closed"


def test_who_decides_about_the_whole_has_seen_every_change(declare, operator, other):
    incident = declare()
    mine = again(incident)
    change_incident(again(incident), {"severity": 4}, by=other)
    with pytest.raises(Conflict, match="Extraordinary"):
        close_incident(mine, by=operator, note="Xong")
    mine.refresh_from_db()
    close_incident(mine, by=operator, note="Xong")
    assert again(incident).state == "closed"


def test_adding_parts_hinders_nobody(declare, operator, other, make_alert, station):
    incident = declare()
    mine = again(incident)
    change_incident(again(incident), {"severity": 4}, by=other)
    alert = make_alert(entity=station, ago=60)
    (part,) = add_parts(mine, [PartRef("alert", str(alert.pk))], by=operator)
    assert (part.title, mine.severity, mine.detected_at) == ("PM2,5 cao", 4, alert.raised_at)
    assert add_parts(mine, [PartRef("alert", str(alert.pk))], by=operator) == []


def test_a_new_point_finds_its_place(declare, operator, ward):
    incident = declare(place=None)
    assert incident.place is None
    change_incident(incident, {"lon": 107.29, "lat": 21.02}, by=operator)
    assert incident.place == ward
    assert Entry.objects.get(kind="changed").data["changes"]["lon"] == [None, 107.29]


def test_nobody_moves_it_to_where_he_may_do_nothing(person, declare):
    lan = person("hoa", "operator", sector="health")
    incident = declare(by=lan, sector="health")
    with pytest.raises(Forbidden):
        change_incident(incident, {"sector": "tourism"}, by=person("nam", "officer", sector="health"))
    with pytest.raises(Invalid):
        change_incident(incident, {"state": "closed"}, by=lan)


def race(*calls):
    """Do these at once, each on its own connection; what each of them raised, or None."""
    barrier, outcome = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        try:
            barrier.wait(10)
            call()
        except HalongError as error:
            outcome[index] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcome


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_same_at_once_one_gets_conflict(declare, operator, other):
    incident = declare()
    mine, theirs = again(incident), again(incident)
    outcome = race(
        lambda: change_incident(mine, {"severity": 3}, by=operator),
        lambda: change_incident(theirs, {"severity": 4}, by=other),
    )
    assert sorted(outcome, key=str) == ["Conflict", None]
    assert Entry.objects.filter(kind="changed").count() == 1
    assert again(incident).severity == (3 if outcome[0] is None else 4)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_and_contain_at_once_nobody_overwrites(declare, operator, other):
    incident = declare()
    mine, theirs = again(incident), again(incident)
    outcome = race(
        lambda: close_incident(mine, by=operator, note="Xong"),
        lambda: contain_incident(theirs, by=other),
    )
    assert sorted(outcome, key=str) == ["Conflict", None]
    assert again(incident).state == ("closed" if outcome[0] is None else "contained")


@pytest.mark.django_db(transaction=True)
def test_two_commanders_at_once_are_one(declare, chair, operator, other):
    incident = declare()
    mine, theirs = again(incident), again(incident)
    outcome = race(
        lambda: give_role(mine, "commander", operator, by=chair, decision="QĐ 12"),
        lambda: give_role(theirs, "commander", other, by=chair, decision="QĐ 12"),
    )
    assert sorted(outcome, key=str) == ["Conflict", None]
    assert Role.objects.filter(kind="commander", until=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_declared_at_once_numbers_have_no_gap_and_no_twin(operator, other, ward):
    draft = IncidentDraft(uuid.uuid4(), "Cháy", "fire", place=ward)
    drafts = [draft, draft, *(IncidentDraft(uuid.uuid4(), "Ngập", "flood", place=ward) for _n in range(3))]
    race(*(lambda one=one: declare_incident(one, by=operator) for one in drafts))
    year = timezone.now().astimezone(timezone.get_fixed_timezone(timedelta(hours=7))).year
    found = Incident.objects.order_by("number").values_list("number", flat=True)
    assert list(found) == [f"SC-{year}-{n:04d}" for n in range(1, 5)]
    assert Incident.objects.filter(title="Cháy").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_alert_declared_twice_at_once_is_one_incident(operator, other, ward, make_alert, station):
    ref = PartRef("alert", str(make_alert(entity=station).pk))
    drafts = [IncidentDraft(uuid.uuid4(), "Bụi", "air", place=ward, parts=(ref,)) for _n in range(2)]
    outcome = race(
        *(
            lambda one=one, by=by: declare_incident(one, by=by)
            for one, by in zip(drafts, [operator, other], strict=True)
        )
    )
    assert sorted(outcome, key=str) == ["Conflict", None]
    assert Incident.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_note_sent_twice_at_once_is_one(declare, operator):
    incident = declare()
    draft = NoteDraft("Đã gọi biên phòng")
    assert race(*(lambda: add_note(again(incident), draft, by=operator) for _n in range(3))) == [None] * 3
    assert Entry.objects.filter(kind="note").count() == 1
