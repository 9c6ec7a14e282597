"""Roles, notes, decisions, tasks, the end, the joins."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.incidents import queries
from halong.incidents.actions import (
    NoteDraft,
    PartRef,
    StillOpen,
    add_note,
    add_parts,
    close_incident,
    contain_incident,
    dismiss_incident,
    end_role,
    give_role,
    give_task,
    hand_over_incident,
    link_incidents,
    merge_incident,
    record_decision,
    reopen_incident,
    split_incident,
    take_out_part,
    unlink_incidents,
    unmerge_incident,
)
from halong.incidents.models import Entry, Incident, Part, Role
from halong.incidents.words import said
from halong.notify.models import Notice
from halong.tasks.actions import TaskDraft, finish_task


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def refs(*alerts):
    return tuple(PartRef("alert", str(alert.pk)) for alert in alerts)


def kinds(incident):
    return list(Entry.objects.filter(incident=incident).order_by("pk").values_list("kind", flat=True))


def test_a_commander_is_named_by_a_decision_and_replaces_the_one_before(declare, operator, chair, person):
    incident, second = declare(), person("vice", "leader")
    with pytest.raises(Invalid) as caught:
        give_role(incident, "commander", chair, by=operator)
    assert list(caught.value.fields) == ["decision"]
    give_role(incident, "commander", chair, by=operator, decision="QĐ 12/QĐ-UBND")
    give_role(incident, "commander", second, by=operator, decision="QĐ 13/QĐ-UBND")
    held = Role.objects.filter(kind="commander").order_by("pk").values_list("person__username", "until")
    assert [(name, until is None) for name, until in held] == [("chair", False), ("vice", True)]
    assert incident.assigned_at is not None
    assert incident.state == "responding"
    assert Notice.objects.get(user=second).url == f"/incidents/{incident.pk}"
    entry = Entry.objects.filter(kind="role").last()
    assert said(entry) == "Response commander: Vice (QĐ 13/QĐ-UBND)"


def test_who_has_a_role_sees_and_works_wherever_it_lies(declare, person):
    incident = declare(sector="tourism")
    doctor = person("doctor", "officer", sector="health")
    assert not Incident.objects.visible_to(doctor).exists()
    with pytest.raises(Forbidden):
        add_note(incident, NoteDraft("Hai người bị thương"), by=doctor)
    role = give_role(incident, "liaison", doctor, by=incident.declared_by)
    assert Incident.objects.visible_to(doctor).get() == incident
    add_note(incident, NoteDraft("Hai người bị thương"), by=doctor)
    end_role(role, by=doctor)
    assert not Incident.objects.visible_to(doctor).exists()
    with pytest.raises(Conflict):
        end_role(role, by=doctor)


def test_handed_over_with_a_note(declare, operator, other):
    incident = declare()
    hand_over_incident(incident, other, by=operator, note="Tàu đang được lai dắt")
    held = Role.objects.filter(kind="coordinator", until=None).get()
    assert held.person == other
    entry = Entry.objects.get(kind="handed-over")
    assert (entry.text, said(entry)) == ("Tàu đang được lai dắt", "Handed over: Lan → Minh")
    assert Notice.objects.filter(user=other).count() == 1
    with pytest.raises(Conflict):
        hand_over_incident(incident, other, by=operator, note="Nữa")


def test_a_note_with_a_mention_and_a_photograph(declare, operator, other, photo, person):
    incident = declare()
    draft = NoteDraft("Nhờ @minh xem", mentions=(other,), photos=(photo,))
    entry = add_note(incident, draft, by=operator)
    assert add_note(incident, draft, by=operator) == entry
    kept = entry.photos.get()
    assert (kept.width, kept.height, b"Secret Camera" in bytes(kept.content)) == (640, 480, False)
    assert Notice.objects.get(user=other).url == f"/incidents/{incident.pk}#entry-{entry.pk}"
    with pytest.raises(Invalid) as caught:
        add_note(incident, NoteDraft("x", photos=(b"GIF89a",)), by=operator)
    assert list(caught.value.fields) == ["photos"]
    with pytest.raises(Invalid) as caught:
        add_note(
            incident, NoteDraft("x", mentions=(person("stranger", "officer", sector="health"),)), by=operator
        )
    assert list(caught.value.fields) == ["mentions"]


def test_a_decision_begins_the_response(declare, operator):
    incident = declare()
    record_decision(incident, by=operator, text="Sơ tán 20 hộ", client_id=uuid.uuid4())
    assert kinds(incident) == ["declared", "state", "decision"]
    assert Incident.objects.get().state == "responding"


def test_a_task_leads_back_to_the_incident(declare, operator, rescue):
    incident = declare()
    draft = TaskDraft("Đưa ca nô tới", rescue, timezone.now() + timedelta(hours=2))
    task = give_task(incident, draft, by=operator)
    assert (task.origin, task.ref, task.origin_url) == (
        "incident",
        str(incident.pk),
        f"/incidents/{incident.pk}",
    )
    assert incident.assigned_at is not None
    assert said(Entry.objects.get(kind="task")) == "Given: Đưa ca nô tới (Ban chỉ huy PCTT)"
    assert [one.pk for one in queries.room(operator, incident.pk).tasks] == [task.pk]


def test_closing_asks_about_what_is_open(declare, operator, rescue, make_alert, station):
    alert = make_alert(entity=station)
    incident = declare(parts=refs(alert))
    task = give_task(
        incident, TaskDraft("Kiểm tra", rescue, timezone.now() + timedelta(hours=2)), by=operator
    )
    with pytest.raises(StillOpen) as caught:
        close_incident(incident, by=operator, note="Xong")
    assert [(thing.kind, thing.label) for thing in caught.value.things] == [
        ("task", "Kiểm tra"),
        ("alert", "PM2,5 cao"),
    ]
    close_incident(incident, by=operator, note="Xong", despite_open=True)
    assert (incident.state, incident.contained_at == incident.closed_at) == ("closed", True)
    assert Entry.objects.filter(kind="state").last().data["left"] == ["Kiểm tra", "PM2,5 cao"]
    assert task.is_under_way


def test_contained_closed_and_open_again(declare, operator):
    incident = declare()
    contain_incident(incident, by=operator, note="Nước rút")
    close_incident(incident, by=operator, note="Kết thúc")
    with pytest.raises(Conflict, match="“Closed” by now"):
        close_incident(incident, by=operator, note="Lần nữa")
    reopen_incident(incident, by=operator, reason="Nước lên lại")
    assert (incident.state, incident.reopened, incident.closed_at, incident.contained_at) == (
        "responding",
        1,
        None,
        None,
    )
    states = [entry.data["state"] for entry in Entry.objects.filter(kind="state").order_by("pk")]
    assert states == [["declared", "contained"], ["contained", "closed"], ["closed", "responding"]]
    for empty in (close_incident, reopen_incident, dismiss_incident):
        with pytest.raises(Invalid):
            empty(incident, by=operator, **{"note" if empty is close_incident else "reason": " "})


def test_dismissed_its_alerts_are_free_again(declare, operator, make_alert, station):
    alert = make_alert(entity=station)
    incident = declare(parts=refs(alert))
    dismiss_incident(incident, by=operator, reason="Bảo dưỡng trạm")
    assert (incident.state, Part.objects.filter(live=True).count()) == ("dismissed", 0)
    assert declare(parts=refs(alert)).parts.filter(live=True).count() == 1


def test_what_comes_back_after_the_end_joins_a_new_incident(declare, operator, make_alert, station):
    one, two = (make_alert(entity=station) for _ in range(2))
    first = declare(parts=refs(one, two))
    close_incident(first, by=operator, note="Xong", despite_open=True)
    assert [part.ref for part in queries.room(operator, first.pk).parts] == [str(one.pk), str(two.pk)]
    second = declare(title="Lại nữa", parts=refs(one))
    reopen_incident(first, by=operator, reason="Nước lại lên")
    assert [part.ref for part in queries.room(operator, first.pk).parts] == [str(two.pk)]
    assert [part.ref for part in queries.room(operator, second.pk).parts] == [str(one.pk)]
    assert kinds(first)[-2:] == ["state", "part-out"]
    assert said(Entry.objects.filter(incident=first).latest("pk")) == "Alert: PM2,5 cao"
    close_incident(first, by=operator, note="Xong", despite_open=True)
    close_incident(second, by=operator, note="Xong", despite_open=True)
    reopen_incident(first, by=operator, reason="Nhầm")
    assert [part.ref for part in queries.room(operator, first.pk).parts] == [str(two.pk)]


def test_what_is_known_late_joins_a_closed_incident_and_stays_free(declare, operator, make_alert, station):
    alert, late = make_alert(entity=station), make_alert(entity=station)
    first = declare(parts=refs(alert))
    close_incident(first, by=operator, note="Xong", despite_open=True)
    add_parts(first, refs(alert, late), by=operator)
    shown = queries.room(operator, first.pk).parts
    assert [(part.ref, part.live) for part in shown] == [(str(alert.pk), False), (str(late.pk), False)]
    assert declare(parts=refs(late)).parts.get().live
    take_out_part(shown[0], by=operator)
    assert [part.ref for part in queries.room(operator, first.pk).parts] == [str(late.pk)]
    with pytest.raises(Conflict):
        take_out_part(shown[0], by=operator)


def test_only_who_leads_closes(declare, person, ward):
    incident, officer = declare(), person("officer", "officer", place=ward)
    contain_incident(incident, by=officer)
    with pytest.raises(Forbidden):
        close_incident(incident, by=officer, note="Xong")
    give_role(incident, "coordinator", officer, by=incident.declared_by)
    close_incident(incident, by=officer, note="Xong")


def test_split_takes_parts_along_and_stays_linked(declare, operator, make_alert, station):
    one, two = make_alert(entity=station), make_alert(entity=station, title="Ngập")
    incident = declare(parts=refs(one, two))
    made = split_incident(incident, by=operator, title="Ngập riêng", parts=[incident.parts.get(title="Ngập")])
    assert [part.title for part in incident.parts.filter(live=True)] == ["PM2,5 cao"]
    assert [part.title for part in made.parts.filter(live=True)] == ["Ngập"]
    assert (made.kind, made.severity, made.place, made.detected_at) == (
        "boat",
        2,
        incident.place,
        two.raised_at,
    )
    link = made.links.get()
    assert (link.kind, link.other) == ("split-from", incident)
    with pytest.raises(Conflict):
        split_incident(incident, by=operator, title="x", parts=[made.parts.get(live=True)])


def test_merged_and_apart_again(declare, operator, make_alert, station, rescue):
    alert, old = make_alert(entity=station, ago=90), make_alert(entity=station, title="Khác")
    first, second = declare(parts=refs(old)), declare(title="Trùng", parts=refs(alert))
    give_task(second, TaskDraft("Kiểm tra", rescue, timezone.now() + timedelta(hours=2)), by=operator)
    merge_incident(second, first, by=operator, reason="Cùng một chỗ")
    first.refresh_from_db()
    assert (second.state, second.into, first.detected_at) == ("merged", first, alert.raised_at)
    assert sorted(part.title for part in first.parts.filter(live=True)) == ["Khác", "PM2,5 cao"]
    assert [task.title for task in queries.room(operator, first.pk).tasks] == ["Kiểm tra"]
    with pytest.raises(Conflict, match=f"merged into {first.number}"):
        contain_incident(second, by=operator)
    unmerge_incident(second, by=operator)
    assert (second.state, second.into) == ("responding", None)
    assert [part.title for part in second.parts.filter(live=True)] == ["PM2,5 cao"]
    assert [part.title for part in first.parts.filter(live=True)] == ["Khác"]
    assert (
        said(Entry.objects.filter(incident=first, kind="merged").last())
        == f"{second.number} Trùng stands alone again"
    )


def test_it_is_not_merged_into_itself_or_what_is_over(declare, operator):
    one, two = declare(), declare()
    with pytest.raises(Invalid):
        merge_incident(one, one, by=operator)
    close_incident(two, by=operator, note="Xong")
    with pytest.raises(Conflict):
        merge_incident(one, two, by=operator)
    assert Incident.objects.get(pk=one.pk).state == "declared"


def test_linked_once_and_no_longer(declare, operator):
    one, two = declare(), declare()
    link = link_incidents(one, two, "caused-by", by=operator)
    with pytest.raises(Conflict):
        link_incidents(one, two, "caused-by", by=operator)
    assert said(Entry.objects.get(incident=two, kind="link")) == f"Caused by: {one.number} Tàu mắc cạn"
    unlink_incidents(link, by=operator)
    assert one.links.count() == 0


def test_a_part_is_taken_out_and_free(declare, operator, make_alert, station):
    alert = make_alert(entity=station)
    incident = declare(parts=refs(alert))
    part = take_out_part(incident.parts.get(), by=operator, reason="Nhầm")
    assert part.live is False
    with pytest.raises(Conflict):
        take_out_part(part, by=operator)
    declare(parts=refs(alert))


def test_finishing_a_task_is_another_agencys(declare, operator, rescue, person):
    incident = declare()
    task = give_task(
        incident, TaskDraft("Kiểm tra", rescue, timezone.now() + timedelta(hours=2)), by=operator
    )
    worker = person("worker", "officer", agency=rescue)
    finish_task(task, by=worker, evidence="Đã kiểm tra")
    close_incident(incident, by=operator, note="Xong")
    assert incident.state == "closed"
