from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.incidents.steps.making import make_incident

from halong.context.models import Entity
from halong.incidents.models import Part, Step
from halong.incidents.steps.facts import facts_of
from halong.observations.models import Series

NEAR, FAR = (107.05, 20.95), (107.97, 21.52)


@pytest.fixture
def reads(db):
    """Makes a thing with a latest reading: ``reads("SeaConditions", "windSpeed", 12, at=NEAR)``."""

    def make(kind, name, value, *, at=NEAR, quality=0, age=0, place=None):
        number = Entity.objects.count()
        entity = Entity.objects.create(
            urn=f"urn:ngsi-ld:{kind}:{number}", types=[kind], name="x", lon=at[0], lat=at[1], place=place
        )
        series = Series.objects.create(entity=entity, property=name, interval_s=300)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO latest (series_id, time, value, quality) VALUES (%s, %s, %s, %s)",
                [series.pk, timezone.now() - timedelta(minutes=age), value, quality],
            )

    return make


def test_readings_count_when_they_are_near_fresh_and_valid(reads):
    reads("SeaConditions", "windSpeed", 12)
    reads("SeaConditions", "windSpeed", 9)
    reads("SeaConditions", "windSpeed", 30, at=FAR)
    reads("SeaConditions", "windSpeed", 40, quality=2)
    reads("SeaConditions", "windSpeed", 50, age=90)
    reads("PowerSupplyArea", "customersInterrupted", 100)
    reads("PowerSupplyArea", "customersInterrupted", 50)
    reads("Hospital", "bedsAvailable", 7, at=FAR)
    facts = facts_of(make_incident(lon=NEAR[0], lat=NEAR[1]))
    assert (facts["wind"], facts["waves"], facts["without_power"], facts["beds_free"]) == (12, None, 150, 7)
    area = {"type": "Polygon", "coordinates": [[[107.9, 21.5], [108.0, 21.5], [108.0, 21.6], [107.9, 21.5]]]}
    assert facts_of(make_incident(area=area), wanted={"wind"}) == {"wind": 30}
    assert facts_of(make_incident(), wanted={"wind"}) == {"wind": 30}  # nowhere in particular: everywhere


def test_readings_of_the_place(reads, ward):
    reads("FloodMonitoring", "currentLevel", 35, place=ward)
    reads("FloodMonitoring", "currentLevel", 80, at=FAR)
    assert facts_of(make_incident(place=ward), wanted={"flood_depth"}) == {"flood_depth": 35}


def test_what_the_incident_itself_says(db):
    now = timezone.now()
    incident = make_incident(severity=3, declared_at=now - timedelta(minutes=42, seconds=50))
    for number in range(2):
        Part.objects.create(
            incident=incident, kind="report", ref=str(number), title="t", at=now, added_at=now
        )
    Part.objects.create(incident=incident, kind="alert", ref="1", title="t", at=now, added_at=now, live=False)
    Step.objects.create(
        incident=incident, key="count", order=1, state="done", definition={"key": "count", "title": "t"},
        answers={"saved": 12, "names": True, "missing": None},
    )  # fmt: skip
    Step.objects.create(
        incident=incident, key="1.old", order=0, state="done", definition={"key": "old", "title": "t"}
    )
    facts = facts_of(incident, now=now)
    assert {name: facts[name] for name in ("severity", "stage", "minutes", "alerts", "reports", "calls")} == {
        "severity": 3, "stage": 1, "minutes": 42, "alerts": 0, "reports": 2, "calls": 0,
    }  # fmt: skip
    assert {name: value for name, value in facts.items() if "." in name} == {
        "done.count": 1, "count.saved": 12, "count.names": 1, "count.missing": None,
    }  # fmt: skip
