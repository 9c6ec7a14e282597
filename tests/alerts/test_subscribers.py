"""From a crossing to an alert with its grounds."""

from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.alerts.conftest import NOW

from halong.alerts.models import Alert
from halong.alerts.subscribers import on_crossing
from halong.core.events import deliver, encode
from halong.ingest.models import Source
from halong.rules import store
from halong.rules.compiler import Transition
from halong.rules.events import Crossing


@pytest.fixture
def crossing(rule, station):
    """Makes crossings of the rule and the station's PM2.5."""

    def make(serial=1, *, rising=True, value=62.5, ago=0):
        series = station.series.get()
        return Crossing(rule.pk, series.pk, rising, NOW - timedelta(minutes=ago), value, 50.0, serial)

    return make


def test_an_alert_keeps_its_grounds(crossing, station, rule, store_readings):
    store_readings(station.series.get(), [(NOW - timedelta(minutes=5 * n), 40.0 + n) for n in range(40)])
    on_crossing(crossing())
    alert = Alert.objects.get()
    assert (alert.title, alert.priority, alert.state) == ("PM2,5 cao · Trạm Cẩm Phả", 2, "new")
    assert (alert.entity, alert.place, alert.agency, alert.sector) == (
        station,
        station.place,
        station.agency,
        "environment",
    )
    grounds = alert.evidence
    assert (grounds["value"], grounds["limit"], grounds["unit"]) == (62.5, 50.0, "µg/m³")
    assert grounds["readings"][-1] == [NOW.timestamp(), 40.0, 0]
    assert grounds["readings"][0] == [(NOW - timedelta(hours=3)).timestamp(), 76.0, 0]
    assert grounds["rule"]["legal_basis"] == "QCVN 05:2023/BTNMT"
    rule.params = {"limit": 999}
    rule.save()
    alert.refresh_from_db()
    assert alert.evidence["rule"]["params"]["limit"] == 50.0


def test_delivered_twice_and_then_over(crossing):
    for event in (crossing(1), crossing(1), crossing(2, rising=False, value=40.0), crossing(1)):
        on_crossing(event)
    alert = Alert.objects.get()
    assert (alert.state, alert.occurrences, alert.serial) == ("cleared", 1, 2)


def test_a_rule_or_series_that_is_gone_raises_nothing(crossing, station):
    event = crossing()
    station.series.all().delete()
    on_crossing(event)
    assert Alert.objects.count() == 0


def test_through_the_outbox(rule, station):
    """The job that ingest's SQL wrote is what the worker hands to the subscriber."""
    series = station.series.get()
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [Transition(rule.pk, series.pk, True, NOW.timestamp(), 60.0, 50.0)])
    job = ProcrastinateJob.objects.get(task_name="halong.deliver", args__event="Crossing")
    deliver.func(**job.args)
    assert Alert.objects.get().evidence["value"] == 60.0
    assert sorted(job.args["body"]) == sorted(encode(Crossing(1, 1, True, NOW, 1.0, 1.0, 1)))


def test_the_silence_of_a_station_is_explained_by_its_broken_source(station, rule, crossing):
    from halong.alerts.watch import watch_sources

    source = Source.objects.create(
        kind="ftp", name="Kho tệp", state="broken", settings={"entity": station.urn}
    )
    watch_sources()
    rule.kind = "silence"
    rule.params = {}
    rule.save()
    on_crossing(crossing(value=None))
    silent = Alert.objects.get(rule=rule)
    assert (silent.suppressed, silent.root.cause) == (True, f"source:{source.pk}")
