"""What happens to parts and tasks stands in the timeline, once."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from halong.alerts.actions import acknowledge, clear_alert
from halong.alerts.actions import add_note as note_at_alert
from halong.alerts.events import AlertChanged
from halong.alerts.models import AlertEvent
from halong.core.permissions import SYSTEM
from halong.duty.actions.paging import acknowledge_page, page_team
from halong.duty.actions.rota import add_shift
from halong.duty.events import PageChanged
from halong.duty.models import Team
from halong.duty.subjects import Subject
from halong.incidents.actions import IncidentDraft, PartRef, declare_incident, give_task, merge_incident
from halong.incidents.models import Entry
from halong.incidents.subscribers import on_alert, on_page, on_stage, on_task
from halong.incidents.words import said
from halong.stages.events import StageChanged
from halong.tasks.actions import TaskDraft, accept_task, report_progress
from halong.tasks.events import TaskChanged
from halong.tasks.models import TaskEvent


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def deliver(rows, handler, event, *, times=2):
    """Deliver what was published of these, more than once, as the outbox may."""
    for _n in range(times):
        for row in rows:
            subject = getattr(row, "alert_id", None) or row.task_id
            handler(event(subject, row.pk, row.kind))


@pytest.fixture
def unattended(ward, make_alert, station):
    """An incident that Halong declared by itself: nobody has acknowledged its alert."""
    alert = make_alert(entity=station)
    draft = IncidentDraft(uuid.uuid4(), "Bụi", "air", parts=(PartRef("alert", str(alert.pk)),))
    return declare_incident(draft, by=SYSTEM).incident, alert


def test_an_acknowledged_alert_sets_when_the_incident_was(unattended, operator):
    incident, alert = unattended
    assert incident.acknowledged_at is None
    acknowledge(alert, by=operator)
    note_at_alert(alert, by=operator, note="Đã gọi trạm")
    deliver(AlertEvent.objects.order_by("pk"), on_alert, AlertChanged)
    incident.refresh_from_db()
    assert incident.acknowledged_at == AlertEvent.objects.get(kind="acknowledged").at
    rows = Entry.objects.filter(kind="alert").order_by("pk")
    assert [(said(row), row.text, row.by) for row in rows] == [
        ("Acknowledged: PM2,5 cao", "", operator),
        ("Note: PM2,5 cao", "Đã gọi trạm", operator),
    ]


def test_a_chattering_alert_says_seldom_that_it_is_back(unattended, make_alert, station):
    _incident, alert = unattended
    for serial in range(2, 8):
        clear_alert(alert.cause, 2 * serial, timezone.now())
        make_alert(alert.cause, serial=2 * serial + 1, entity=station)
    deliver(AlertEvent.objects.filter(kind="repeated"), on_alert, AlertChanged)
    assert Entry.objects.filter(kind="alert").count() in (1, 2)  # two where ten minutes begin meanwhile


def test_other_alerts_are_none_of_its_business(unattended, make_alert, operator):
    acknowledge(make_alert(), by=operator)
    deliver(AlertEvent.objects.exclude(alert=unattended[1]), on_alert, AlertChanged)
    assert Entry.objects.filter(kind="alert").count() == 0


def test_what_becomes_of_a_task_is_written_down_where_the_incident_went(declare, operator, rescue, person):
    first, second = declare(), declare(title="Trùng")
    task = give_task(second, TaskDraft("Việc", rescue, timezone.now() + timedelta(hours=2)), by=operator)
    worker = person("worker", "officer", agency=rescue)
    accept_task(task, by=worker)
    merge_incident(second, first, by=operator)
    report_progress(task, by=worker, progress=50, note="Đang tới")
    deliver(TaskEvent.objects.exclude(kind="progress").order_by("pk"), on_task, TaskChanged)
    deliver(TaskEvent.objects.filter(kind="progress"), on_task, TaskChanged)
    assert [said(row) for row in Entry.objects.filter(incident=second, kind="task")] == [
        "Given: Việc (Ban chỉ huy PCTT)"
    ]
    rows = Entry.objects.filter(incident=first, kind="task").order_by("pk")
    assert [(said(row), row.text) for row in rows if row.data["what"] == "progress"] == [
        ("Progress reported: Việc (Ban chỉ huy PCTT)", "Đang tới")
    ]


def test_another_stage_stands_in_every_incident_under_way(declare):
    one, two = declare(), declare()
    for _n in range(2):
        on_stage(StageChanged(1, 3, 2))
    assert Entry.objects.filter(kind="stage").count() == 2
    assert {entry.incident for entry in Entry.objects.filter(kind="stage")} == {one, two}
    assert said(Entry.objects.filter(kind="stage").first()).startswith("Operating stage 3 (")


def test_who_was_told_of_it_or_of_a_part_and_who_answered(unattended, operator):
    incident, alert = unattended
    team = Team.objects.create(name="Trực ban", changed_at=timezone.now())
    now = timezone.now()
    add_shift(team, operator, "officer", now - timedelta(hours=1), now + timedelta(hours=1), by=SYSTEM)
    subject = Subject("incident", str(incident.pk), incident.title, "", 1)
    run = page_team(team, subject=subject, by=SYSTEM, key="a")
    part = page_team(team, subject=Subject("alert", str(alert.pk), "Bụi", "", 1), by=SYSTEM, key="b")
    acknowledge_page(run.pages.get(), by=operator)
    for _n in range(2):
        for told, what in ((run, "told"), (run, "answered"), (part, "told")):
            page = told.pages.get().pk if what == "answered" else 0
            on_page(PageChanged(told.pk, what, 0, page, told.subject_kind, told.subject_ref, now))
    rows = Entry.objects.filter(incident=incident, kind="page").order_by("pk")
    assert [said(row).partition(" after ")[0] for row in rows] == [
        "Told: Lan (In Halong) · Trực ban.", "Lan (In Halong) answered", "Told: Lan (In Halong) · Trực ban."
    ]  # fmt: skip
    assert [row.by for row in rows] == [None, operator, None]
    on_page(PageChanged(run.pk, "told", 0, 0, "stage", "1", now))
    assert rows.count() == 3
