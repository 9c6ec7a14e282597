"""A worker killed in the middle of an automatic step: nothing half done stays, nothing is lost, nothing is done twice."""

from datetime import date

import pytest
from django.utils import timezone
from tests.incidents.steps.making import make_incident
from tests.killing import kill_at, wait_for

from halong.core.permissions import SYSTEM
from halong.incidents.models import Entry, Incident, Step
from halong.incidents.steps.running import advance_due
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.tasks.models import Task

WORK = "from halong.incidents.steps.running import advance_due; advance_due()"
TASK = {"kind": "open-task", "settings": {"title": "Cắt điện", "agency": "DN.DIEN", "due_minutes": 30}}


@pytest.mark.parametrize("table", ["tasks_taskevent", "incidents_entry", "audit_auditentry"])
def test_a_worker_killed_amid_a_step_leaves_it_to_the_next_one(transactional_db, table):
    save_agency(Agency(code="DN.DIEN", name="Điện lực", valid_from=date(2019, 1, 1)), by=SYSTEM)
    incident = make_incident(advance_at=timezone.now())
    rows = [{"key": "a", "title": "A", "action": TASK}, {"key": "b", "title": "B", "after": ["a"]}]
    for order, row in enumerate(rows):
        Step.objects.create(incident=incident, key=row["key"], order=order, definition=row)
    kill_at(table, WORK)
    wait_for(lambda: not advance_due() and Incident.objects.get(pk=incident.pk).advance_at is None)
    assert dict(Step.objects.values_list("key", "state")) == {"a": "done", "b": "ready"}
    assert Task.objects.count() == 1
    assert Entry.objects.filter(incident=incident, data__what="did").count() == 1
