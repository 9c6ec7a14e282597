"""A real second instance from the command line: its first reading and alert, and that nothing of it is left running."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
from tests.e2e.conftest import eventually

from halong.database.embedded import database_url

ALERT = "urn:ngsi-ld:SeaConditions:qn-hv-3 windSpeed 26"


def rows(place, sql):
    with psycopg.connect(database_url(place), autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def processes_of(place):
    """Ids of everything that still runs for a data folder."""
    found = {int(file.read_text().split("\n", 1)[0]) for file in place.glob("postgres/*/data/postmaster.pid")}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"HALONG_HOME={place}\0".encode() in (folder / "environ").read_bytes():
                found.add(int(folder.name))
    return {pid for pid in found if pid != os.getpid() and Path(f"/proc/{pid}").exists()}


def test_an_exercise_plays_in_an_instance_of_its_own_and_leaves_nothing_behind(product):
    said = product.halong("exercise", "start", "storm-day", "--speed", "120", "--trainee", "operator")
    link = re.search(r"operator\s+(http\S+)", said)[1]
    place = max((product.home / "exercises").iterdir())
    assert "X-Halong-Exercise" in httpx.get(link.partition("/exercise")[0] + "/readyz", timeout=10).headers
    with httpx.Client(follow_redirects=True, timeout=20) as trainee:
        assert "DIỄN TẬP" in trainee.get(link).text
    wind = (
        "SELECT count(*) FROM observation o JOIN observations_series s ON s.id = o.series_id"
        " WHERE s.property = 'windSpeed'"
    )
    eventually(lambda: rows(place, wind)[0][0] > 0, within=40)
    product.halong("exercise", "inject", "reading", ALERT)
    raised = (
        "SELECT a.id FROM alerts_alert a JOIN rules_rule r ON r.id = a.rule_id WHERE r.key = 'sea-wind-9'"
    )
    eventually(lambda: rows(place, raised), within=40)
    assert product.rows(raised) == []
    running = processes_of(place)
    assert running
    product.halong("exercise", "stop")
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running), within=30)
    assert processes_of(place) == set()
    result = json.loads((place / "result.json").read_text())
    assert result["scenario"] == "storm-day"
