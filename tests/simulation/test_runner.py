"""The whole product with its simulated devices: what a newcomer's first start brings into the database."""

import os
import signal
import time
from importlib.resources import files

import pytest
from tests.e2e.conftest import eventually, make_product

from halong.simulation.device import STEP
from halong.simulation.faults import NO_READING
from halong.simulation.plan import read_plan
from halong.simulation.province import Province

pytestmark = pytest.mark.e2e
SPEAKING = """
    SELECT count(DISTINCT s.entity_id) FROM latest l JOIN observations_series s ON s.id = l.series_id
    JOIN context_entity e ON e.id = s.entity_id
    WHERE e.simulated AND l.time > now() - interval '20 minutes' AND %s = ANY(e.types)"""
READINGS = """
    SELECT s.property, extract(epoch FROM o.time)::int, o.value, o.quality
    FROM observation o JOIN observations_series s ON s.id = o.series_id
    JOIN context_entity e ON e.id = s.entity_id
    WHERE e.urn = %s AND s.derived = '' AND o.time > to_timestamp(%s) AND o.time <= to_timestamp(%s)"""


@pytest.fixture(scope="module")
def living():
    """A product of its own whose devices are simulated."""
    product = make_product(HALONG_SIMULATE="1").start()
    yield product
    product.stop()


def speaking(product, kind):
    return product.rows(SPEAKING, kind)[0][0]


def oldest(product, urn):
    found = product.rows(
        "SELECT min(o.time) FROM observation o JOIN observations_series s ON s.id = o.series_id"
        " JOIN context_entity e ON e.id = s.entity_id WHERE e.urn = %s",
        urn,
    )[0][0]
    return found.timestamp() if found else time.time()


def test_most_stations_speak_within_a_minute(living):
    eventually(lambda: speaking(living, "AirQualityObserved") >= 20, within=60)
    eventually(lambda: speaking(living, "WaterQualityObserved") >= 35, within=60)
    eventually(lambda: speaking(living, "AccessPoint") >= 100, within=60)
    eventually(lambda: speaking(living, "Hospital") >= 1, within=60)


def test_everything_that_was_made_says_that_it_is_simulated(living):
    assert living.rows("SELECT count(*) FROM ingest_source WHERE NOT simulated") == [(0,)]
    assert living.rows("SELECT count(*) FROM ingest_source WHERE simulated")[0][0] >= 3
    assert living.rows(
        "SELECT count(*) FROM latest l JOIN observations_series s ON s.id = l.series_id"
        " JOIN context_entity e ON e.id = s.entity_id WHERE NOT e.simulated"
    ) == [(0,)]
    assert living.rows("SELECT count(*) FROM alerts_alert WHERE NOT simulated AND series_id IS NOT NULL") == [
        (0,)
    ]
    secrets = living.home / "secrets" / "simulation.json"
    assert secrets.stat().st_mode & 0o777 == 0o600


def test_what_is_stored_is_what_the_devices_said(living, devices):
    province = Province(read_plan(files("halong.profiles") / "quang_ninh").seed, devices)
    now = int(time.time()) // STEP * STEP
    since = now - 24 * 3600
    member = next(m for m in province.stations if m.faults.silence(m.number, now) is None)
    eventually(lambda: oldest(living, member.device.urn) <= since + STEP, within=90)
    until = now - 1800  # corrections of minutes ago may be under way
    expected = {
        (reading.property, at, round(reading.value, 6), reading.quality)
        for at in range(since + STEP, until + 1, STEP)
        if member.faults.delivered(member.number, at, now)
        for reading in province.readings(member, at, now)
        if reading.value != NO_READING
    }

    def stored():
        found = living.rows(READINGS, member.device.urn, since, until)
        return {(name, at, round(value, 6), quality) for name, at, value, quality in found}

    assert len(expected) > 1500
    eventually(lambda: stored() >= expected, within=90)
    assert stored() == expected


def test_a_killed_simulator_comes_back_and_goes_on(living):
    before = living.rows("SELECT count(*) FROM ingest_source")[0][0]
    first = living.children()["simulate"]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: living.children().get("simulate") not in {None, first}, within=20)
    killed_at = time.time()
    newest = "SELECT max(received_at) FROM ingest_receivedfile"
    eventually(lambda: living.rows(newest)[0][0].timestamp() > killed_at, within=60)
    assert living.rows("SELECT count(*) FROM ingest_source")[0][0] == before
