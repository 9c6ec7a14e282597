"""Teams that a stage calls."""

from datetime import date

import pytest
from django.utils import timezone

from halong.core.permissions import SYSTEM
from halong.duty.models import Run, Team
from halong.duty.stage_calls import call_teams
from halong.stages import actions
from halong.stages.events import StageChanged


@pytest.fixture
def change(person):
    actions.save_rule(actions.RuleDraft(3, date(2026, 1, 1), call=("Trực ban", "Không có")), by=SYSTEM)
    proposed = actions.propose_stage(3, by=person("lan", "operator"), reason="Bão")
    return actions.approve_stage(proposed, by=person("chair", "leader"))


def test_each_team_is_called_once_and_only_upwards(change):
    for name, ended in (("Trực ban", None), ("Khác", None), ("Lãnh đạo", timezone.now())):
        Team.objects.create(name=name, ended_at=ended, changed_at=timezone.now())
    for _again in range(2):
        call_teams(StageChanged(change.pk, 3, 1))
    call_teams(StageChanged(change.pk, 3, 4))
    runs = [(run.team.name, run.subject_kind, run.priority, run.title) for run in Run.objects.all()]
    assert runs == [("Trực ban", "stage", 2, "Trạng thái điều hành 3 · Huy động")]
