"""A worker killed in the middle of an automatic step: nothing half done stays, nothing is lost, nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone
from tests.conftest import conninfo
from tests.incidents.steps.making import make_incident

from halong.core.permissions import SYSTEM
from halong.incidents.models import Entry, Incident, Step
from halong.incidents.steps.running import advance_due
from halong.places.actions import save_agency
from halong.places.models import Agency
from halong.tasks.models import Task

WORKER = """
import django
django.setup()
from halong.incidents.steps.running import advance_due
advance_due()
"""
TASK = {"kind": "open-task", "settings": {"title": "Cắt điện", "agency": "DN.DIEN", "due_minutes": 30}}


def database_url():
    """Where the worker finds the test's database."""
    known = settings.DATABASES["default"]
    query = {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"],
    }
    return f"postgresql:///{known['NAME']}?{urlencode({k: v for k, v in query.items() if v})}"


def waiting_for(connection, table):
    """Whether another connection waits for a lock on the table."""
    found = connection.execute(
        "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
    ).fetchone()
    return found[0] > 0


@pytest.mark.parametrize("table", ["tasks_taskevent", "incidents_entry", "audit_auditentry"])
def test_a_worker_killed_amid_a_step_leaves_it_to_the_next_one(transactional_db, table):
    save_agency(Agency(code="DN.DIEN", name="Điện lực", valid_from=date(2019, 1, 1)), by=SYSTEM)
    incident = make_incident(advance_at=timezone.now())
    rows = [{"key": "a", "title": "A", "action": TASK}, {"key": "b", "title": "B", "after": ["a"]}]
    for order, row in enumerate(rows):
        Step.objects.create(incident=incident, key=row["key"], order=order, definition=row)
    with psycopg.connect(conninfo()) as held:
        held.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER], env={**os.environ, "DATABASE_URL": database_url()}
        )
        until = time.monotonic() + 60
        while not waiting_for(held, table) and time.monotonic() < until:
            time.sleep(0.05)
        assert waiting_for(held, table)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    until = time.monotonic() + 20
    while advance_due() and time.monotonic() < until:
        if Incident.objects.get(pk=incident.pk).advance_at is None:
            break
        time.sleep(0.1)
    assert dict(Step.objects.values_list("key", "state")) == {"a": "done", "b": "ready"}
    assert Task.objects.count() == 1
    assert Entry.objects.filter(incident=incident, data__what="did").count() == 1
