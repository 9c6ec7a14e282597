from datetime import timedelta

from django.utils import timezone
from tests.incidents.steps.making import give, step_of

from halong.incidents.models import Entry, Incident
from halong.incidents.steps.actions import finish_step
from halong.incidents.steps.deadlines import moments
from halong.incidents.steps.running import advance_due, advance_incident
from halong.incidents.words import said
from halong.notify.models import Notice

PLAN = [
    {
        "key": "boats",
        "title": "Gọi tàu vào bờ",
        "title_en": "Call boats in",
        "role": "field",
        "due_minutes": 60,
    }
]


def test_a_reminder_the_deadline_and_beyond():
    due = timezone.now()
    assert moments(due, 60) == [
        (due - timedelta(minutes=12), "soon"),
        (due, "late"),
        (due + timedelta(minutes=30), "still-late"),
    ]
    assert moments(due, 5) == [(due, "late"), (due + timedelta(minutes=5), "still-late")]


def told(incident):
    return [
        (notice.user.username, notice.title)
        for notice in Notice.objects.order_by("pk").select_related("user")
    ]


def test_a_late_step_is_told_to_its_doer_then_further_up(run, person, coordinator, commander):
    field = person("field", "officer", language="en")
    incident = run(PLAN, declared_by=coordinator)
    number = incident.number
    assert told(incident) == [
        ("coordinator", f"{number}: Cần làm: Gọi tàu vào bờ")
    ]  # nobody has the role yet
    Notice.objects.all().delete()
    for kind, who in (("field", field), ("coordinator", coordinator), ("commander", commander)):
        give(incident, kind, who)
    due = step_of(incident, "boats").due_at
    incident.refresh_from_db()
    assert incident.advance_at == due - timedelta(minutes=12)
    advance_incident(incident.pk, now=due - timedelta(minutes=12))
    advance_incident(incident.pk, now=due - timedelta(minutes=11))
    assert told(incident) == [("field", f"{number}: Due soon: Call boats in")]
    advance_incident(incident.pk, now=due)
    assert sorted(told(incident)[1:]) == [
        ("coordinator", f"{number}: Quá hạn: Gọi tàu vào bờ"),
        ("field", f"{number}: Late: Call boats in"),
    ]
    for _again in range(2):
        advance_incident(incident.pk, now=due + timedelta(minutes=30))
    assert sorted(name for name, title in told(incident)[3:]) == ["commander", "coordinator", "field"]
    assert list(
        Entry.objects.filter(incident=incident, data__has_key="due_at").values_list("data__what", flat=True)
    ) == [
        "late",
        "still-late",
    ]
    incident.refresh_from_db()
    assert incident.advance_at is None


def test_after_a_long_silence_only_the_latest_is_told(run, coordinator, commander):
    incident = run(PLAN)
    give(incident, "coordinator", coordinator)
    give(incident, "commander", commander)
    Notice.objects.all().delete()
    assert advance_due(now=timezone.now() + timedelta(days=1)) == 1
    assert sorted(name for name, _title in told(incident)) == ["commander", "coordinator"]
    assert Entry.objects.filter(incident=incident, data__what="late").count() == 0


def test_nobody_is_said_to_have_been_told_where_no_commander_is_named(run, coordinator):
    incident = run(PLAN)
    give(incident, "coordinator", coordinator)
    advance_due(now=timezone.now() + timedelta(days=1))
    entry = Entry.objects.get(incident=incident, data__what="still-late")
    assert said(entry) == "Vẫn quá hạn, chưa cử chỉ huy: Gọi tàu vào bờ"


def test_what_is_done_is_never_late(run, coordinator):
    incident = run(PLAN)
    finish_step(step_of(incident, "boats"), by=coordinator)
    advance_incident(incident.pk, now=timezone.now() + timedelta(days=1))
    assert not Entry.objects.filter(incident=incident, data__what__in=["late", "still-late"]).exists()
    assert Incident.objects.get(pk=incident.pk).advance_at is None
