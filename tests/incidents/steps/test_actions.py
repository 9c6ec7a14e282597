import pytest
from django.utils import timezone, translation
from tests.incidents.steps.making import give, later, make_version, states, step_of

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.incidents.models import Entry, Incident, Step
from halong.incidents.steps import words
from halong.incidents.steps.actions import begin_playbook, finish_step, save_answer, skip_step, start_step
from halong.incidents.steps.running import advance_incident
from halong.playbooks.actions import begin_draft, publish_playbook, save_draft
from halong.playbooks.schema import read_steps

PLAN = [
    {"key": "call", "title": "Gọi tàu", "title_en": "Call the boat", "due_minutes": 5,
     "checks": [{"key": "position", "text": "Vị trí"}], "asks": [{"key": "people", "label": "Số người", "unit": "người"}]},
    {"key": "rescue", "title": "Điều tàu cứu hộ", "after": ["call"], "condition": "call.people > 0", "critical": True},
    {"key": "wait", "title": "Chờ", "after": ["call"], "wait_minutes": 15},
    {"key": "big", "title": "Nhiều người", "after": ["call"], "condition": "call.people > 50"},
]  # fmt: skip


def said(incident):
    with translation.override("en"):
        return [
            words.said(entry)
            for entry in Entry.objects.filter(incident=incident, kind__in=["step", "action"])
        ]


def test_a_playbook_runs_from_its_first_step_to_its_last(run, coordinator):
    incident = run(PLAN)
    assert states(incident) == {"call": "ready", "rescue": "waiting", "wait": "waiting", "big": "waiting"}
    call = start_step(step_of(incident, "call"), by=coordinator)
    assert (call.state, call.by, call.due_at is not None) == ("doing", coordinator, True)
    finish_step(call, by=coordinator, note="Đã liên lạc", answers={"position": True, "people": 12})
    assert states(incident) == {"call": "done", "rescue": "ready", "wait": "waiting", "big": "unneeded"}
    wait = step_of(incident, "wait")
    incident.refresh_from_db()
    assert incident.advance_at == wait.waits_until
    advance_incident(incident.pk, now=wait.waits_until)
    assert states(incident)["wait"] == "ready"
    skip_step(step_of(incident, "wait"), by=coordinator, reason="Không cần nữa")
    finish_step(step_of(incident, "rescue"), by=coordinator)
    assert states(incident) == {"call": "done", "rescue": "done", "wait": "skipped", "big": "unneeded"}
    incident.refresh_from_db()
    assert (incident.advance_at, incident.state) == (None, "responding")
    assert said(incident) == [
        "Playbook: Boat in distress, version 1",
        "Begun: Call the boat",
        "Done: Call the boat · 12",
        "Not needed: Nhiều người",
        "Left out: Chờ",
        "Done: Điều tàu cứu hộ",
    ]


def test_ticks_and_numbers_are_kept_as_they_are_made(run, coordinator, commander):
    incident = run(PLAN[:2])
    mine, theirs = step_of(incident, "call"), step_of(incident, "call")
    save_answer(mine, "position", True, by=coordinator)
    save_answer(theirs, "people", 12.0, by=commander)
    assert step_of(incident, "call").answers == {"position": True, "people": 12.0}
    assert states(incident)["rescue"] == "waiting"
    save_answer(mine, "position", False, by=coordinator)
    save_answer(mine, "position", True, by=commander)
    finish_step(mine, by=coordinator)
    assert (mine.answers, mine.state) == ({"position": True, "people": 12.0}, "done")
    assert states(incident)["rescue"] == "ready"
    with pytest.raises(Conflict):
        save_answer(theirs, "people", 13.0, by=commander)
    with pytest.raises(Invalid):
        save_answer(theirs, "colour", True, by=commander)


def test_who_comes_second_is_told_who_was_first(run, coordinator, commander):
    incident = run(PLAN[:1])
    mine, theirs = step_of(incident, "call"), step_of(incident, "call")
    answers = {"position": True, "people": 3}
    finish_step(mine, by=coordinator, answers=answers)
    with translation.override("en"), pytest.raises(Conflict, match=r"“Done” by now \(Coordinator, "):
        finish_step(theirs, by=commander, answers=answers)
    assert Entry.objects.filter(incident=incident, data__what="done").count() == 1
    assert step_of(incident, "call").by == coordinator


def test_what_is_left_open_needs_words(run, coordinator):
    incident = run(PLAN[:1])
    with pytest.raises(Invalid) as caught:
        finish_step(step_of(incident, "call"), by=coordinator, answers={"position": False})
    assert set(caught.value.fields) == {"note", "position", "people"}
    done = finish_step(step_of(incident, "call"), by=coordinator, note="Mất liên lạc", answers={})
    assert done.answers == {"position": False, "people": None}


@pytest.mark.parametrize("value", ["12", True, float("nan"), float("inf"), 1e16, [1]])
def test_an_answer_is_a_number(run, coordinator, value):
    incident = run(PLAN[:1])
    with pytest.raises(Invalid) as caught:
        finish_step(step_of(incident, "call"), by=coordinator, note="x", answers={"people": value})
    assert set(caught.value.fields) == {"people"}


def test_a_wait_may_be_cut_short_but_no_order_broken(run, coordinator):
    incident = run(PLAN)
    with pytest.raises(Conflict):
        start_step(step_of(incident, "wait"), by=coordinator)
    finish_step(step_of(incident, "call"), by=coordinator, answers={"position": True, "people": 1})
    assert start_step(step_of(incident, "wait"), by=coordinator).state == "doing"


def test_only_who_works_on_the_incident_may_and_a_critical_step_is_skipped_by_who_leads(
    run, person, coordinator
):
    incident = run(PLAN)
    stranger, officer = person("reader", "auditor"), person("officer", "officer")
    for act in (start_step, finish_step):
        with pytest.raises(Forbidden):
            act(step_of(incident, "call"), by=stranger)
    finish_step(step_of(incident, "call"), by=officer, answers={"position": True, "people": 1})
    with pytest.raises(Forbidden):
        skip_step(step_of(incident, "rescue"), by=officer, reason="không")
    with pytest.raises(Invalid):
        skip_step(step_of(incident, "rescue"), by=coordinator, reason=" ")
    give(incident, "commander", officer)
    assert skip_step(step_of(incident, "rescue"), by=officer, reason="Tàu tự vào bờ").state == "skipped"


def test_an_incident_keeps_its_version(run, coordinator):
    incident = run(PLAN[:1])
    playbook = incident.playbook.playbook
    draft = begin_draft(playbook, by=coordinator_with_pen(coordinator))
    save_draft(playbook, read_steps([{"key": "other", "title": "Khác"}]), by=coordinator, edits=draft.edits)
    publish_playbook(playbook, by=coordinator, edits=draft.edits + 1, note="Làm lại")
    incident.refresh_from_db()
    assert (incident.playbook.number, list(states(incident))) == (1, ["call"])


def coordinator_with_pen(user):
    from halong.accounts.models import Grant

    Grant.objects.create(user=user, role="administrator")
    return user


def test_another_playbook_leaves_what_was_done_as_history(run, coordinator):
    incident = run(PLAN)
    finish_step(step_of(incident, "call"), by=coordinator, answers={"position": True, "people": 1})
    other = make_version(
        [{"key": "call", "title": "Gọi lại"}, {"key": "end", "title": "Xong", "after": ["call"]}]
    )
    begin_playbook(incident, other, by=coordinator)
    assert states(incident) == {
        "1.call": "done", "1.rescue": "skipped", "1.wait": "skipped", "1.big": "unneeded", "call": "ready", "end": "waiting",
    }  # fmt: skip
    begin_playbook(incident, make_version([{"key": "call", "title": "x"}]), by=coordinator)
    assert set(states(incident)) >= {"2.call", "2.end", "call", "1.call"}
    with pytest.raises(Conflict):
        start_step(step_of(incident, "2.call"), by=coordinator)
    with pytest.raises(Conflict):
        begin_playbook(incident, incident.playbook, by=coordinator)


def test_nothing_moves_in_an_incident_that_is_over(run, coordinator):
    incident = run(PLAN)
    Incident.objects.filter(pk=incident.pk).update(state="closed")
    with pytest.raises(Conflict):
        finish_step(step_of(incident, "call"), by=coordinator, note="x")
    assert advance_incident(incident.pk, now=later(days=1)) == 0
    incident.refresh_from_db()
    assert incident.advance_at is None
    Incident.objects.filter(pk=incident.pk).update(state="responding")
    advance_incident(incident.pk, now=timezone.now())
    incident.refresh_from_db()
    assert incident.advance_at is not None
    assert Step.objects.filter(incident=incident, state="ready").count() == 1
