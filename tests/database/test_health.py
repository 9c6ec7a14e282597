import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from halong.core.jobs import app
from halong.core.registry import health_checks
from halong.database import health, schedule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(db, tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    monkeypatch.setattr(health._Storage, "asked", float("-inf"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # what tests that commit have left
    return tmp_path


def test_checks_are_registered():
    ours = {"database", "migrations", "disk", "clock", "processes", "queue", "backup"}
    assert ours - set(health_checks.keys()) == set()


def test_all_is_well():
    assert health.check_database() is None
    assert health.check_migrations() is None
    assert health.check_clock() is None
    assert health.check_queue() is None
    assert health.check_processes() is None
    assert health.check_backup() is None
    assert health.database_size() > 1_000_000


def test_intake_stops_before_the_disk_is_full(monkeypatch):
    free = health.disk().free
    monkeypatch.setenv("HALONG_MIN_FREE_MB", str(free // 1_000_000 + 1000))
    assert health.disk().full
    assert not health.storage_ok()
    assert "nothing is taken in" in english(health.check_disk)
    monkeypatch.setenv("HALONG_MIN_FREE_MB", str(free // 1_000_000 // 2))
    assert health.disk().low
    assert not health.disk().full
    assert "soon" in english(health.check_disk)


def test_the_answer_about_storage_is_kept_for_a_second(monkeypatch):
    assert health.storage_ok()
    monkeypatch.setenv("HALONG_MIN_FREE_MB", "999999999")
    assert health.storage_ok()
    monkeypatch.setattr(health._Storage, "asked", time.monotonic() - 2)
    assert not health.storage_ok()


def english(check):
    from django.utils.translation import override

    with override("en"):
        return check()


def test_a_job_that_waits_too_long(monkeypatch):
    @app.task(name="test.nothing")
    def nothing():
        """Do nothing."""

    nothing.defer()
    assert health.check_queue() is None
    nothing.configure(schedule_at=datetime.now(UTC) - timedelta(minutes=20)).defer()
    assert english(health.check_queue) == "2 jobs wait, the oldest for 20 minutes: is the worker running?"


def test_a_backup_that_failed_or_is_late(monkeypatch, home):
    last = schedule.LastBackup(datetime.now(UTC), "f", 1, 1.0, "no room")
    schedule._write_down(last)
    assert english(health.check_backup) == "The last backup failed: no room"
    schedule._write_down(schedule.LastBackup(datetime.now(UTC) - timedelta(days=2), "f", 1, 1.0, ""))
    assert "no backup for too long" in english(health.check_backup)
    monkeypatch.setenv("HALONG_BACKUP_KEEP", "0")
    assert health.check_backup() is None


def test_a_process_that_keeps_ending(home):
    now = time.time()
    (home / "processes.json").write_text(
        json.dumps({"web": [now - 5], "collector": [now - 9, now - 5, now - 1]})
    )
    assert "collector was started 3 times" in english(health.check_processes)
    (home / "processes.json").write_text("{")
    assert health.check_processes() is None


def test_a_clock_that_jumps(monkeypatch):
    monkeypatch.setattr(health._Clock, "ahead", time.time() - time.monotonic() - 3600)
    assert "jumped by 3,600 seconds" in english(health.check_clock)
    assert health.check_clock() is None
