import json
from datetime import timedelta

from django.utils import timezone
from tests.incidents.steps.making import states, step_of

from halong.home import private
from halong.incidents.models import Call
from halong.incidents.steps.actions import retry_step, skip_step
from halong.incidents.steps.calls import BACK_OFF, send_due


def hook(url):
    return [
        {
            "key": "hook",
            "title": "Gọi hệ thống",
            "action": {"kind": "call-webhook", "settings": {"url": url}},
        },
        {"key": "next", "title": "x", "after": ["hook"]},
    ]


def test_a_simulated_incident_calls_nobody_but_the_file_outbox(run):
    incident = run(hook("https://example.vn/hook"), simulated=True)
    assert states(incident) == {"hook": "doing", "next": "waiting"}
    assert (send_due(), send_due()) == (1, 0)
    assert states(incident) == {"hook": "done", "next": "ready"}
    folder = private("outbox", private("files"))
    rows = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    row = next(row for row in rows if row["channel"] == "webhook" and incident.number in row["id"])
    assert (row["to"], json.loads(row["text"])["incident"]) == ("https://example.vn/hook", incident.number)


def test_a_machine_inside_is_never_called(run, coordinator):
    incident = run(hook("https://127.0.0.1/hook"), declared_by=coordinator)
    assert send_due() == 1
    step = step_of(incident, "hook")
    assert (step.state, step.note, states(incident)["next"]) == ("failed", "not a public address", "waiting")
    assert send_due(now=timezone.now() + timedelta(days=1)) == 0


def test_what_does_not_answer_is_tried_again_and_in_the_end_given_up(run, coordinator):
    incident = run(hook("https://nobody.invalid/hook"))
    now = timezone.now()
    for seconds in BACK_OFF:
        assert (send_due(now=now), send_due(now=now)) == (1, 0)
        call = Call.objects.get()
        assert (call.error, call.due_at) == ("the name wasn't found", now + timedelta(seconds=seconds))
        now = call.due_at
    assert send_due(now=now) == 1
    assert (step_of(incident, "hook").state, Call.objects.get().due_at) == ("failed", None)
    assert retry_step(step_of(incident, "hook"), by=coordinator).state == "doing"
    assert Call.objects.get().attempts == 0
    skip_step(step_of(incident, "hook"), by=coordinator, reason="Gọi điện thoại")
    assert send_due(now=now + timedelta(days=1)) == 0
    assert states(incident) == {"hook": "skipped", "next": "ready"}
