"""The life of an alert after ISA-18.2."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from tests.alerts.conftest import NOW

from halong.accounts.models import User
from halong.alerts import actions
from halong.alerts.models import Alert, AlertEvent
from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM


def kinds(alert):
    return list(alert.events.order_by("pk").values_list("kind", flat=True))


def clear(alert, serial=2):
    return actions.clear_alert(alert.cause, serial, NOW)


def test_new_acknowledged_closed(make_alert, operator):
    alert = make_alert()
    assert alert.state == "new"
    actions.acknowledge(alert, by=operator, note="Đã gọi")
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", operator)
    closed = clear(alert)
    assert (closed.state, closed.cleared_at, closed.closed_at is not None) == ("closed", NOW, True)
    assert kinds(alert) == ["raised", "acknowledged", "cleared", "closed"]


def test_what_clears_before_somebody_looks_still_asks_for_acknowledgement(make_alert, operator):
    alert = clear(make_alert())
    assert (alert.state, alert.closed_at) == ("cleared", None)
    actions.acknowledge(alert, by=operator)
    assert alert.state == "closed"


def test_the_second_person_is_told_who_was_first(make_alert, operator, person):
    alert = make_alert()
    second = Alert.objects.get()
    actions.acknowledge(alert, by=operator)
    with pytest.raises(Conflict) as caught:
        actions.acknowledge(second, by=person("minh"))
    assert "Lan" in caught.value.detail


def test_a_chattering_condition_stays_one_alert(make_alert):
    alert = make_alert("rule:1:series:1")
    for serial in range(2, 12, 2):
        actions.clear_alert(alert.cause, serial, NOW)
        make_alert("rule:1:series:1", serial=serial + 1)
    alert.refresh_from_db()
    assert (Alert.objects.count(), alert.occurrences, alert.state, alert.cleared_at) == (1, 6, "new", None)


def test_an_acknowledged_alert_that_repeats_stays_acknowledged(make_alert, operator):
    alert = make_alert("c")
    actions.acknowledge(alert, by=operator)
    make_alert("c", serial=5)
    alert.refresh_from_db()
    assert (alert.state, alert.occurrences) == ("acknowledged", 2)


def test_delivering_again_or_too_late_changes_nothing(make_alert, operator):
    alert = make_alert("c", serial=1)
    assert make_alert("c", serial=1) is None
    actions.clear_alert("c", 2, NOW)
    assert actions.clear_alert("c", 2, NOW) is None
    actions.acknowledge(Alert.objects.get(), by=operator)
    assert make_alert("c", serial=1) is None
    assert kinds(alert) == ["raised", "cleared", "acknowledged", "closed"]
    assert make_alert("c", serial=3).state == "new"
    assert Alert.objects.count() == 2


def test_shelving_has_a_limit_and_ends_by_itself(make_alert, operator):
    alert = make_alert()
    with pytest.raises(Invalid):
        actions.shelve(alert, by=operator, minutes=100_000)
    actions.shelve(alert, by=operator, minutes=15, note="Bảo trì")
    with pytest.raises(Conflict):
        actions.shelve(alert, by=operator, minutes=30)
    assert list(Alert.objects.calling(NOW)) == []
    assert actions.return_shelved() == 0
    Alert.objects.update(shelved_until=NOW - timedelta(seconds=1))
    assert actions.return_shelved() == 1
    assert list(Alert.objects.calling(NOW)) == [alert]
    assert kinds(alert) == ["raised", "shelved", "unshelved"]


def test_a_person_can_take_it_back_from_the_shelf(make_alert, operator):
    alert = make_alert()
    with pytest.raises(Conflict):
        actions.unshelve(alert, by=operator)
    actions.shelve(alert, by=operator, minutes=60)
    actions.unshelve(alert, by=operator)
    assert alert.shelved_until is None


def test_notes_and_false_alarms(make_alert, operator):
    alert = make_alert()
    with pytest.raises(Invalid):
        actions.add_note(alert, by=operator, note="  ")
    actions.add_note(alert, by=operator, note="Đầu đo bẩn")
    actions.mark_false_alarm(alert, by=operator, note="Hiệu chuẩn")
    assert (alert.state, alert.false_alarm) == ("acknowledged", True)
    with pytest.raises(Conflict):
        actions.mark_false_alarm(alert, by=operator)
    assert kinds(alert) == ["raised", "note", "acknowledged", "false_alarm"]


def test_a_group_is_acknowledged_but_for_those_somebody_was_faster_with(make_alert, operator, person):
    alerts = [make_alert() for _ in range(3)]
    actions.acknowledge(alerts[0], by=person("minh"))
    assert actions.acknowledge_many(list(Alert.objects.all()), by=operator) == 2


def test_only_people_with_the_permission_respond(make_alert, person, station):
    alert = make_alert(entity=station)
    elsewhere = person("tourist", sector="tourism")
    for act in (
        lambda by: actions.acknowledge(alert, by=by),
        lambda by: actions.acknowledge_many([alert], by=by),
        lambda by: actions.shelve(alert, by=by, minutes=15),
        lambda by: actions.unshelve(alert, by=by),
        lambda by: actions.add_note(alert, by=by, note="x"),
        lambda by: actions.mark_false_alarm(alert, by=by),
    ):
        for by in (person(f"leader{AlertEvent.objects.count()}{id(act)}", "leader"), elsewhere, SYSTEM):
            with pytest.raises(Forbidden):
                act(by)
    assert kinds(alert) == ["raised"]


def test_a_root_cause_suppresses_and_releases(make_alert):
    root = make_alert("source:1")
    silent = make_alert("rule:1:series:1", root=root)
    assert silent.suppressed
    assert list(Alert.objects.calling(NOW)) == [root]
    clear(root)
    silent.refresh_from_db()
    assert not silent.suppressed
    assert kinds(silent) == ["raised", "suppressed", "unsuppressed"]


def test_every_response_is_in_the_audit_log(make_alert, operator):
    alert = make_alert()
    actions.acknowledge(alert, by=operator)
    found = (
        AuditEntry.objects.filter(object_type="alerts.alert").order_by("pk").values_list("action", "actor")
    )
    assert list(found) == [("alerts.raise", "system"), ("alerts.acknowledge", "lan")]


def together(*calls):
    """Run calls at the same moment, each on a connection of its own; what each returned or raised."""
    start, found = Barrier(len(calls)), []

    def run(call):
        try:
            start.wait()
            found.append(call())
        except Conflict as error:
            found.append(type(error))
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_acknowledge_together_one_is_first(make_alert):
    from halong.accounts.models import Grant

    people = [User.objects.create(username=name) for name in ("a", "b")]
    for user in people:
        Grant.objects.create(user=user, role="operator")
    alert = make_alert()
    found = together(
        *(lambda by=by: actions.acknowledge(Alert.objects.get(pk=alert.pk), by=by) for by in people)
    )
    assert sorted(map(str, found)) == sorted(["PM2,5 cao", str(Conflict)])
    assert kinds(alert) == ["raised", "acknowledged"]


@pytest.mark.django_db(transaction=True)
def test_processes_that_raise_together_open_one_alert(make_alert):
    found = together(*(lambda: make_alert("same", serial=1) for _ in range(4)))
    assert sum(alert is not None for alert in found) == 1
    assert Alert.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_occurrences_that_come_together_are_counted(make_alert):
    together(*(lambda n=n: make_alert("same", serial=n) for n in (1, 2, 3)))
    alert = Alert.objects.get()
    assert alert.serial == 3
    assert alert.occurrences == AlertEvent.objects.filter(kind__in=["raised", "repeated"]).count()
