from datetime import date

import pytest
from django.utils import timezone
from tests.incidents.steps.making import give, states, step_of

from halong.core.permissions import SYSTEM
from halong.duty.actions.teams import TeamDraft, save_team
from halong.duty.models import Run
from halong.incidents.models import Entry
from halong.incidents.steps.actions import retry_step, skip_step
from halong.incidents.steps.running import advance_incident
from halong.notify.models import Notice
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.stages.models import StageChange
from halong.stages.queries import stage_now
from halong.tasks.models import Task
from halong.warnings.models import Warning

TASK = {"title": "Cắt điện", "agency": "DN.DIEN", "due_minutes": 30}
WARNING = {
    "headline_vi": "Ngập sâu", "headline_en": "Deep water", "instruction_vi": "Tránh xa",
    "instruction_en": "Keep away", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed",
    "expires_minutes": 60,
}  # fmt: skip


def auto(kind, settings, key="auto", **given):
    return {
        "key": key,
        "title": "Tự động",
        "title_en": "By itself",
        "action": {"kind": kind, "settings": settings},
        **given,
    }


@pytest.fixture
def power(db):
    """The supplier of power."""
    return save_agency(Agency(code="DN.DIEN", name="Điện lực", valid_from=date(2019, 1, 1)), by=SYSTEM)


def test_gives_a_task_once_and_says_so(run, power, ward):
    incident = run(
        [auto("open-task", TASK), {"key": "next", "title": "x", "after": ["auto"]}], place=ward, severity=3
    )
    task = Task.objects.get()
    assert (task.title, task.agency, task.origin, task.ref) == (
        "Cắt điện",
        power,
        "incident",
        str(incident.pk),
    )
    assert (task.place, task.priority) == (ward, 1)
    for _again in range(3):
        advance_incident(incident.pk)
    assert Task.objects.count() == 1
    assert states(incident) == {"auto": "done", "next": "ready"}
    entry = Entry.objects.get(incident=incident, data__what="did")
    assert (entry.kind, entry.by, entry.data["task"]) == ("action", None, task.pk)


def test_proposes_a_stage_that_somebody_must_approve(run):
    run([auto("raise-stage", {"level": "3", "reason": "Ngập diện rộng"})])
    change = StageChange.objects.get()
    assert (change.level, change.state, change.proposed_by) == (3, "proposed", None)
    assert stage_now().level == 1


def test_drafts_a_warning_that_nobody_outside_sees(run, ward):
    area = {"type": "Polygon", "coordinates": [[[107.2, 21.0], [107.3, 21.0], [107.3, 21.1], [107.2, 21.0]]]}
    incident = run([auto("draft-warning", WARNING)], place=ward, area=area)
    assert step_of(incident, "auto").note == ""
    warning = Warning.objects.get()
    assert (warning.state, warning.incident, warning.event) == ("draft", incident.number, "boat")


def test_calls_a_team(run):
    save_team(TeamDraft("Trực ban", around_clock=False), by=SYSTEM)
    incident = run([auto("notify-team", {"team": "trực ban", "message": "Có mặt"})], severity=4)
    page = Run.objects.get()
    assert (page.subject_kind, page.subject_ref) == ("incident", str(incident.pk))


def test_what_fails_is_said_told_and_tried_again(run, coordinator, power):
    missing = TASK | {"agency": "QN.NOBODY"}
    incident = run(
        [auto("open-task", missing), {"key": "next", "title": "x", "after": ["auto"]}],
        declared_by=coordinator,
    )
    step = step_of(incident, "auto")
    assert (step.state, Task.objects.count(), states(incident)["next"]) == ("failed", 0, "waiting")
    assert "QN.NOBODY" in step.note
    assert Notice.objects.filter(user=coordinator, text=step.note).count() == 1
    advance_incident(incident.pk)  # not by itself
    assert Entry.objects.filter(incident=incident, data__what="failed").count() == 1
    save_agency(Agency(code="QN.NOBODY", name="Sở mới", valid_from=date(2019, 1, 1)), by=SYSTEM)
    assert retry_step(step, by=coordinator).state == "done"
    assert (Task.objects.count(), states(incident)["next"]) == (1, "ready")


def test_a_failed_step_may_be_left_out(run, coordinator):
    incident = run([auto("open-task", TASK), {"key": "next", "title": "x", "after": ["auto"]}])
    give(incident, "coordinator", coordinator)
    skip_step(step_of(incident, "auto"), by=coordinator, reason="Đã gọi điện")
    assert states(incident) == {"auto": "skipped", "next": "ready"}


def test_one_that_fails_takes_nothing_of_the_others_along(run, power):
    incident = run([auto("open-task", TASK), auto("open-task", TASK | {"agency": "X"}, key="bad"),
                    auto("raise-stage", {"level": "2", "reason": "r"}, key="stage")])  # fmt: skip
    assert states(incident) == {"auto": "done", "bad": "failed", "stage": "done"}
    assert (Task.objects.count(), StageChange.objects.count()) == (1, 1)
    assert step_of(incident, "auto").done_at <= timezone.now()
