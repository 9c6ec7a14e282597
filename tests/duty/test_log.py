import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone, translation
from tests.alerts.conftest import make_alert, rule, station
from tests.people import ward

from halong.alerts import actions as alerts
from halong.alerts.events import AlertChanged
from halong.alerts.models import AlertEvent
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.duty.actions.entries import EntryDraft, correct_entry, write_entry
from halong.duty.log import write_log
from halong.duty.log_subscribers import on_alert
from halong.duty.models import LogEntry
from halong.duty.wording import said

__all__ = ["make_alert", "rule", "station", "ward"]

pytestmark = pytest.mark.django_db


def deliver(alert):
    """What the job does with every event of an alert's timeline, twice."""
    for event in AlertEvent.objects.filter(alert=alert).order_by("pk"):
        for _again in range(2):
            on_alert(AlertChanged(alert.pk, event.pk, event.kind))


def test_entries_are_only_added(person):
    entry = write_log("note", text="Trời quang")
    for change in (
        lambda: LogEntry.objects.filter(pk=entry.pk).update(text="khác"),
        entry.delete,
        entry.save,
    ):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            change()
    assert LogEntry.objects.get().text == "Trời quang"


def test_the_same_key_is_written_once():
    first = write_log("event", text="một", key="k")
    assert write_log("event", text="hai", key="k") == first
    assert LogEntry.objects.get().text == "một"
    write_log("event", text="một")
    write_log("event", text="một")  # without a key each is its own
    assert LogEntry.objects.count() == 3


def test_people_write_once_and_say_why_later(person):
    lan = person("lan", "operator", title="Trưởng ca")
    draft = EntryDraft("order-in", "Kiểm tra đê", counterpart="Phó Chủ tịch")
    entry = write_entry(draft, by=lan)
    assert write_entry(draft, by=lan) == entry
    assert (entry.by_name, entry.data) == ("Trưởng ca Lan", {"counterpart": "Phó Chủ tịch"})
    lan.title, lan.full_name = "", "Khác"
    lan.save()
    assert LogEntry.objects.get().by_name == "Trưởng ca Lan"
    earlier = timezone.now() - timedelta(hours=2)
    with pytest.raises(Invalid) as wrong:
        write_entry(EntryDraft("event", "Mất điện", at=earlier), by=lan)
    assert list(wrong.value.fields) == ["late_reason"]
    late = write_entry(
        EntryDraft("event", "Mất điện", at=earlier, late_reason="đang nghe điện thoại"), by=lan
    )
    assert (late.at, late.late_reason) == (earlier, "đang nghe điện thoại")
    for bad in (
        EntryDraft("event", "  "),
        EntryDraft("alert", "tôi là máy"),
        EntryDraft("event", "mai", at=timezone.now() + timedelta(hours=1)),
        EntryDraft("event", "xưa", at=timezone.now() - timedelta(days=8), late_reason="quên"),
    ):
        with pytest.raises(Invalid):
            write_entry(bad, by=lan)
    for by in (person("huy", "officer"), SYSTEM):
        with pytest.raises(Forbidden):
            write_entry(EntryDraft("event", "không được"), by=by)


def test_an_entry_is_corrected_by_a_later_one(person):
    lan, huy = person("lan", "operator"), person("huy", "operator")
    entry = write_entry(EntryDraft("event", "Cháy ở Hà Lầm"), by=lan)
    number = uuid.uuid4()
    right = correct_entry(entry, by=huy, text="Cháy ở Hà Tu", client_id=number)
    assert correct_entry(entry, by=huy, text="Cháy ở Hà Tu", client_id=number) == right
    assert (right.corrects, LogEntry.objects.get(pk=entry.pk).text) == (entry, "Cháy ở Hà Lầm")
    assert said(right).endswith(" Cháy ở Hà Tu")
    with pytest.raises(Conflict, match="Huy"):
        correct_entry(entry, by=lan, text="Cháy ở Hà Khánh", client_id=uuid.uuid4())


def test_grave_alerts_write_themselves_once_in_the_readers_language(make_alert, person, settings):
    lan = person("lan", "operator", title="Trưởng ca")
    grave = make_alert(priority=1, title="Rò khí CH4")
    slight = make_alert(cause="other", priority=3)
    alerts.acknowledge(grave, by=lan, note="đã gọi mỏ")
    alerts.clear_alert(grave.cause, 2, timezone.now())
    for alert in (grave, slight):
        deliver(alert)
    rows = list(LogEntry.objects.order_by("pk"))
    assert [(row.kind, row.data["what"], row.by_name) for row in rows] == [
        ("alert", "raised", ""),
        ("alert", "acknowledged", "Trưởng ca Lan"),
        ("alert", "closed", ""),
    ]
    with translation.override("en"):
        assert [said(row) for row in rows] == [
            "Critical alert: Rò khí CH4.",
            "Trưởng ca Lan acknowledged: Rò khí CH4. đã gọi mỏ",
            "Closed: Rò khí CH4.",
        ]


def test_the_threshold_is_set_by_whoever_runs_it(make_alert, monkeypatch):
    monkeypatch.setenv("HALONG_LOG_ALERTS", "3")
    deliver(make_alert(priority=3))
    assert LogEntry.objects.count() == 1
    monkeypatch.setenv("HALONG_LOG_ALERTS", "1")
    deliver(make_alert(cause="high", priority=2))
    assert LogEntry.objects.count() == 1


def test_a_flood_is_written_as_one_line_and_its_critical_ones(make_alert):
    for n in range(64):
        deliver(make_alert(cause=f"c{n}", priority=2))
    deliver(make_alert(cause="grave", priority=1, title="Vỡ đập"))
    lines = LogEntry.objects.filter(kind="alert")
    assert lines.filter(data__what="flood").count() == 1
    assert lines.filter(data__what="raised", data__priority=2).count() == 60
    assert lines.filter(data__title="Vỡ đập").count() == 1


def test_who_may_see_a_place_sees_its_entries(person, ward, make_alert):
    from halong.places.actions import save_place
    from halong.places.models import Place

    other = save_place(
        Place(code="1", name="Phường Hồng Gai", kind="ward", valid_from=ward.valid_from), by=SYSTEM
    )
    here = write_log("event", text="ở đây", where=make_alert(place=ward))
    whole = write_log("stage", data={"level": 2, "before": 1})
    assert list(LogEntry.objects.visible_to(person("a", "officer", place=ward))) == [here]
    assert list(LogEntry.objects.visible_to(person("b", "officer", place=other))) == []
    assert set(LogEntry.objects.visible_to(person("c", "operator"))) == {here, whole}


def test_the_trigger_is_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'duty_log_append_only'")
        assert cursor.fetchone() == (1,)
