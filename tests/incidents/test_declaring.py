"""From alerts to an incident, in one step and once."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.incidents.steps.making import make_version

from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.duty.models import Call, LogEntry
from halong.incidents import sources
from halong.incidents.actions import IncidentDraft, PartRef, declare_incident
from halong.incidents.models import Entry, Incident, Part, Role


def alert_ref(alert):
    return PartRef("alert", str(alert.pk))


def test_several_alerts_become_one_incident_in_one_step(operator, declare, make_alert, station):
    one, two = make_alert(entity=station, ago=30), make_alert(entity=station, ago=5, title="PM10 cao")
    incident = declare(
        title="  Bụi vượt  ngưỡng ", kind="air", place=None, parts=(alert_ref(one), alert_ref(two))
    )
    assert incident.number == f"SC-{incident.declared_at.year}-0001"
    assert (incident.title, incident.state, incident.severity) == ("Bụi vượt ngưỡng", "declared", 2)
    assert (incident.place, incident.agency, incident.sector) == (
        station.place,
        station.agency,
        "environment",
    )
    assert (incident.lon, incident.lat) == (107.29, 21.02)
    assert incident.detected_at == one.raised_at
    assert [(part.kind, part.ref, part.title) for part in incident.parts.order_by("at")] == [
        ("alert", str(one.pk), "PM2,5 cao"),
        ("alert", str(two.pk), "PM10 cao"),
    ]
    assert Role.objects.values_list("kind", "person", "until").get() == ("coordinator", operator.pk, None)
    assert LogEntry.objects.filter(about_kind="incident", about_ref=str(incident.pk)).count() == 1
    assert AuditEntry.objects.filter(action="incidents.declare").count() == 1


def test_its_alerts_are_acknowledged_by_the_same_person(operator, declare, make_alert, station):
    one = make_alert(entity=station)
    incident = declare(parts=(alert_ref(one),))
    one.refresh_from_db()
    assert (one.state, one.acknowledged_by) == ("acknowledged", operator)
    assert incident.acknowledged_at == one.acknowledged_at


def test_sent_twice_it_is_declared_once(operator):
    draft = IncidentDraft(uuid.uuid4(), "Cháy chợ", "fire")
    first, second = declare_incident(draft, by=operator), declare_incident(draft, by=operator)
    assert (first.new, second.new, first.incident) == (True, False, second.incident)
    assert Entry.objects.filter(kind="declared").count() == 1


def test_numbers_follow_each_other(declare):
    year = declare().declared_at.year
    assert [declare().number, declare().number] == [f"SC-{year}-0002", f"SC-{year}-0003"]


def test_an_alert_belongs_to_one_open_incident(declare, make_alert, station):
    alert = make_alert(entity=station)
    first = declare(parts=(alert_ref(alert),))
    with pytest.raises(Conflict, match=f"“PM2,5 cao” .*{first.number}"):
        declare(parts=(alert_ref(alert),))
    assert (Incident.objects.count(), Part.objects.count()) == (1, 1)


def test_without_parts_somebody_saw_it_himself(declare):
    incident = declare()
    assert incident.detected_at == incident.declared_at == incident.acknowledged_at
    assert incident.occurred_at is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "dragon"}, "kind"),
        ({"severity": 5}, "severity"),
        ({"lon": 107.0}, "lon"),
        ({"lon": 107.0, "lat": 91.0}, "lon"),
        ({"area": {"type": "Point", "coordinates": [107, 21]}}, "area"),
        ({"area": {"type": "Polygon", "coordinates": "x"}}, "area"),
        ({"area": {"type": "Polygon", "coordinates": []}}, "area"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [999, 0], [0, 5], [0, 0]]]}}, "area"),
        ({"parts": (PartRef("press", "javascript:alert(1)"),)}, "parts"),
        ({"parts": (PartRef("press", "https://["),)}, "parts"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(declare, given, field):
    with pytest.raises(Invalid) as caught:
        declare(**given)
    assert list(caught.value.fields) == [field]


def test_an_area_is_kept(declare):
    area = {"type": "Polygon", "coordinates": [[[107.0, 21.0], [107.1, 21.0], [107.1, 21.1], [107.0, 21.0]]]}
    assert declare(area=area).area == area


def test_whoever_may_not_declare_there_is_refused(person, declare, ward, agency):
    officer = person("officer", "officer")
    elsewhere = person("elsewhere", "operator", sector="health")
    for somebody in (officer, elsewhere):
        with pytest.raises(Forbidden):
            declare(by=somebody, sector="tourism")
    assert declare(by=elsewhere, sector="health").declared_by == elsewhere


def test_nobody_takes_a_part_that_he_may_not_see(person, declare, make_alert, station):
    stranger = person("stranger", "operator", sector="health")
    alert = make_alert(entity=station)
    with pytest.raises(NotFound):
        declare(by=stranger, sector="health", parts=(alert_ref(alert),))
    with pytest.raises(NotFound):
        declare(parts=(PartRef("alert", "999999"),))


def test_as_many_queries_for_many_parts(operator, make_alert, station, django_assert_num_queries):
    refs = [alert_ref(make_alert(entity=station)) for _n in range(6)]
    sources.look(refs[:1], operator)
    with CaptureQueriesContext(connection) as few:
        sources.look(refs[:1], operator)
    with django_assert_num_queries(len(few)):
        assert [one.ref for one in sources.look([*refs, refs[0]], operator)] == refs


def test_the_playbook_for_kind_and_severity_begins_by_itself(declare):
    version = make_version([{"key": "call", "title": "Gọi tàu"}])
    incident = declare(kind="boat")
    assert (incident.playbook, incident.state) == (version, "declared")
    assert [step.key for step in incident.steps.all()] == ["call"]
    assert declare(kind="boat", with_playbook=False).playbook is None
    assert declare(kind="fire").playbook is None


def test_a_call_knows_what_was_made_of_it(operator, declare, ward):
    now = timezone.now()
    call = Call.objects.create(
        kind="boat", said="Tàu chở 34 khách mắc cạn gần hòn Ti Tốp", place=ward, urgent=True, started_at=now,
        taken_at=now, by=operator,
    )  # fmt: skip
    incident = declare(parts=(PartRef("call", str(call.pk)),))
    call.refresh_from_db()
    assert (call.became_kind, call.became_ref) == ("incident", str(incident.pk))
    assert incident.parts.get().title == "Tàu chở 34 khách mắc cạn gần hòn Ti Tốp"
    assert incident.acknowledged_at == call.taken_at
