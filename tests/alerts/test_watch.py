"""Halong's alerts about itself."""

import pytest

from halong.alerts.models import Alert
from halong.alerts.watch import watch_self, watch_sources
from halong.core import registry
from halong.core.registry import HealthCheck
from halong.ingest.models import Source


@pytest.fixture
def findings(monkeypatch):
    """What the only check finds: change ``findings["disk"]``."""
    found = {"disk": None}
    only = registry.Registry()
    only.register("disk", HealthCheck("disk", "Disk", lambda: found["disk"], "critical"))
    monkeypatch.setattr(registry, "health_checks", only)
    return found


def test_a_finding_is_raised_once_cleared_and_raised_again(db, findings):
    watch_self()
    assert Alert.objects.count() == 0
    findings["disk"] = "Only 3 MB are free."
    watch_self()
    watch_self()
    alert = Alert.objects.get()
    assert (alert.cause, alert.priority, alert.sector, alert.occurrences) == ("self:disk", 1, "system", 1)
    assert alert.evidence == {"finding": "Only 3 MB are free."}
    findings["disk"] = None
    watch_self()
    watch_self()
    alert.refresh_from_db()
    assert alert.state == "cleared"
    findings["disk"] = "Only 1 MB is free."
    watch_self()
    alert.refresh_from_db()
    assert (alert.state, alert.occurrences) == ("new", 2)


def test_a_check_that_fails_is_a_finding(db, findings, monkeypatch):
    def broken():
        raise RuntimeError

    only = registry.Registry()
    only.register("x", HealthCheck("x", "X", broken))
    monkeypatch.setattr(registry, "health_checks", only)
    watch_self()
    assert "RuntimeError" in Alert.objects.get().evidence["finding"]


def test_sources_that_break_and_come_back(db):
    source = Source.objects.create(
        kind="ftp", name="Kho tệp", state="broken", state_detail="Không kết nối được"
    )
    Source.objects.create(kind="ftp", name="Đã tắt", state="broken", enabled=False)
    watch_sources()
    watch_sources()
    alert = Alert.objects.get()
    assert (alert.cause, alert.evidence) == (f"source:{source.pk}", {"finding": "Không kết nối được"})
    Source.objects.update(state="ok")
    watch_sources()
    alert.refresh_from_db()
    assert alert.state == "cleared"
