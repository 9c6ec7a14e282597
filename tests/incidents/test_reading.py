"""Lists, the room, the timeline, times, what is near, proposals, the board, the search."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from halong.context.models import Entity
from halong.context.scope import Scope
from halong.duty.models import Contact
from halong.duty.openings import openings, sections
from halong.incidents import queries
from halong.incidents.actions import (
    NoteDraft,
    PartRef,
    add_note,
    change_incident,
    close_incident,
    give_role,
    give_task,
)
from halong.incidents.finding import find_incidents
from halong.incidents.models import Entry, Incident
from halong.incidents.targets import all_targets, targets_on
from halong.incidents.words import said
from halong.rules.models import Rule
from halong.tasks.actions import TaskDraft

EVERYWHERE = Scope()


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def fill(incident, count):
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(
            incident=incident, kind="note", text=f"Ghi chú số {n}", at=now - timedelta(seconds=n), version=1
        )
        for n in range(count)
    )


def test_tabs_and_filters(declare, operator, other):
    grave, small = (
        declare(severity=4, title="Cháy rừng Hoành Bồ", kind="forest-fire"),
        declare(severity=1, by=other),
    )
    over = declare(severity=3, title="Đã xong")
    close_incident(over, by=operator, note="Xong")
    listed = lambda **given: [row.pk for row in queries.listing(operator, EVERYWHERE, **given)]  # noqa: E731
    assert listed() == [grave.pk, small.pk]
    assert listed(tab="mine") == [grave.pk]
    assert listed(tab="closed") == [over.pk]
    assert listed(tab="all") == [over.pk, small.pk, grave.pk]
    assert (
        listed(q="chay rung")
        == listed(q=grave.number)
        == listed(kind="forest-fire")
        == listed(severity=4)
        == [grave.pk]
    )
    assert queries.counts(operator, EVERYWHERE) == {
        "open": 2,
        "mine": 1,
        "closed": 1,
        "all": 3,
        "critical": 1,
    }


def test_the_list_takes_the_same_queries_however_long(declare, operator, django_assert_num_queries):
    declare(), declare(), declare()
    with django_assert_num_queries(1):
        rows = list(queries.listing(operator, EVERYWHERE))
        assert [(row.place.name, row.agency) for row in rows] == [("Phường Cẩm Phả", None)] * 3


def test_the_room_takes_the_same_queries_however_much_happened(
    declare, operator, rescue, django_assert_max_num_queries
):
    incident = declare()
    fill(incident, 300)
    for n in range(5):
        give_task(incident, TaskDraft(f"Việc {n}", rescue, timezone.now() + timedelta(hours=2)), by=operator)
    with django_assert_max_num_queries(17):
        room = queries.room(operator, incident.pk)
    assert (len(room.tasks), room.incident) == (5, incident)
    assert len(queries.timeline(incident).entries) == 50
    assert {"close_incident", "add_note", "give_task", "begin_playbook", "work_steps"} <= room.can
    assert {"reopen_incident", "unmerge_incident", "save_review"} & room.can == set()


def test_who_only_looks_may_do_nothing(declare, person):
    incident = declare()
    auditor = person("auditor", "auditor")
    assert queries.room(auditor, incident.pk).can == frozenset()
    assert queries.room(person("elsewhere", "operator", sector="health"), incident.pk) is None


def test_the_timeline_is_read_page_by_page(declare):
    incident = declare()
    fill(incident, 120)
    first = queries.timeline(incident, kinds=["note"])
    second = queries.timeline(incident, kinds=["note"], before=first.entries[-1].pk)
    third = queries.timeline(incident, kinds=["note"], before=second.entries[-1].pk)
    texts = [entry.text for page in (first, second, third) for entry in page.entries]
    assert texts == [f"Ghi chú số {n}" for n in range(120)]
    assert [page.has_more for page in (first, second, third)] == [True, True, False]
    found = queries.timeline(incident, q="ghi chu so 117")
    assert [entry.text for entry in found.entries] == ["Ghi chú số 117"]
    assert [entry.kind for entry in queries.timeline(incident, q="declared boat").entries] == ["declared"]


def test_times_against_targets(declare, operator):
    incident = declare(severity=4)
    begun = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    minutes = lambda n: begun + timedelta(minutes=n)  # noqa: E731
    Incident.objects.filter(pk=incident.pk).update(
        occurred_at=minutes(-4), detected_at=begun, declared_at=minutes(1), acknowledged_at=minutes(1),
        assigned_at=minutes(6), contained_at=minutes(30),
    )  # fmt: skip
    incident.refresh_from_db()
    found = queries.times(incident, minutes(60))
    assert [(one.key, one.seconds, one.target_s, one.met) for one in found] == [
        ("detect", 240.0, 300, True),
        ("acknowledge", 60.0, 120, True),
        ("assign", 360.0, 300, False),
        ("contain", 1800.0, 14400, True),
        ("close", 3600.0, 86400, None),
    ]
    assert queries.times(incident, minutes(2000))[-1].met is False
    incident.assigned_at, incident.closed_at = None, minutes(120)
    never = queries.times(incident, minutes(2000))[2]
    assert (never.key, never.seconds, never.met) == ("assign", None, False)


@given(st.integers(1, 4), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_a_graver_incident_never_has_more_time(severity, moment):
    targets = targets_on(moment)
    assert targets in all_targets()
    for limits in targets.seconds.values():
        assert list(limits) == sorted(limits, reverse=True)
        assert limits[severity - 1] > 0


def test_what_is_near_is_nearest_first_and_who_answers(declare, operator, ward, station):
    def thing(n, kind, lon):
        return Entity.objects.create(
            urn=f"urn:ngsi-ld:{kind}:{n}", types=[kind], name=f"{kind} {n}", lon=lon, lat=21.02, place=ward
        )

    for n in range(7):
        thing(n, "Hospital", 107.29 + 0.002 * (n + 1))
    thing(1, "School", 107.295)
    thing(9, "School", 108.5)
    Contact.objects.create(name="Trực PCTT", telephone="0203 3833 333", changed_at=timezone.now())
    near = queries.near(declare(lon=107.29, lat=21.02), operator)
    assert [str(group.label) for group in near.groups] == ["Hospitals", "Schools", "Ambient air stations"]
    assert [one.label for one in near.groups[0].things] == [f"Hospital {n}" for n in range(5)]
    assert near.groups[0].things[0].distance_m == 208
    assert [contact.name for contact in near.people] == ["Trực PCTT"]
    assert queries.near(declare(place=None), operator).groups == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Cháy nhà dân ở tổ 5, khói lớn: đám cháy lan nhanh", "fire"),
        ("Tàu du lịch gặp nạn gần hang Sửng Sốt", "boat"),
        ("Sạt lở taluy QL18", "landslide"),
        ("Tai nạn giao thông liên hoàn", "road"),
        ("Tràn dầu ở cảng Cái Lân", "oil-spill"),
        ("Việc lạ", "other"),
    ],
)
def test_a_proposal_hears_what_kind_it_is(operator, make_alert, title, kind):
    draft = queries.proposal_from([PartRef("alert", str(make_alert(title=title, priority=1).pk))], operator)
    assert (draft.kind, draft.severity, draft.title) == (kind, 3, title)


@pytest.mark.parametrize(
    ("types", "kind", "prop", "found"),
    [
        (["SeaConditions"], "threshold", "windSpeed", "storm"),
        (["SeaConditions"], "threshold", "waterLevel", "flood"),
        (["WeatherObserved"], "threshold", "windGust", "storm"),
        (["EmissionStation"], "threshold", "tsp", "emission"),
        (["WastewaterStation"], "rate", "flow", "emission"),
        (["AirQualityObserved"], "threshold", "pm25", "air"),
        (["AirQualityObserved"], "silence", "", "outage"),
        (["AccessPoint"], "silence", "", "outage"),
        (["PowerSupplyArea"], "threshold", "customersInterrupted", "outage"),
        (["FloodMonitoring"], "threshold", "currentLevel", "flood"),
        (["Hospital"], "threshold", "icuOccupancy", "epidemic"),
    ],
)
def test_a_proposal_knows_what_a_rule_is_about(operator, make_alert, types, kind, prop, found):
    rule = Rule.objects.create(name="Quy tắc", kind=kind, property=prop, types=types, priority=2)
    alert = make_alert(title="Vượt mức", rule=rule, priority=2)
    draft = queries.proposal_from([PartRef("alert", str(alert.pk))], operator)
    assert (draft.kind, draft.severity) == (found, 2)


@pytest.mark.parametrize(("priority", "severity"), [(1, 3), (2, 2), (3, 1)])
def test_the_graver_the_alert_the_graver_the_proposal(operator, make_alert, priority, severity):
    alert = make_alert(title="Gió mạnh", priority=priority)
    assert queries.proposal_from([PartRef("alert", str(alert.pk))], operator).severity == severity


def test_a_source_that_is_silent_is_an_outage(operator, make_alert):
    alert = make_alert("source:4", title="Nguồn im lặng")
    assert queries.proposal_from([PartRef("alert", str(alert.pk))], operator).kind == "outage"


def test_a_proposal_takes_place_and_agency_from_the_gravest(operator, make_alert, station):
    one, two = make_alert(entity=station, priority=1), make_alert(title="Ngập", priority=3)
    draft = queries.proposal_from([PartRef("alert", str(alert.pk)) for alert in (two, one)], operator)
    assert (draft.title, draft.kind, draft.place, draft.agency) == (
        "PM2,5 cao (+1)",
        "air",
        station.place,
        station.agency,
    )
    assert (draft.lon, draft.lat, draft.sector, len(draft.parts)) == (107.29, 21.02, "environment", 2)
    assert queries.proposal_from([], operator).title == ""


def test_the_board_shows_the_gravest_first_with_a_fixed_number_of_queries(
    declare, operator, chair, rescue, django_assert_max_num_queries
):
    small, grave = declare(), declare(severity=4)
    give_role(grave, "commander", chair, by=operator, decision="QĐ 1")
    give_task(grave, TaskDraft("Việc", rescue, timezone.now() + timedelta(hours=2)), by=operator)
    add_note(grave, NoteDraft("Khách an toàn"), by=operator)
    hidden = declare()
    change_incident(hidden, {"on_wall": False}, by=operator)
    with django_assert_max_num_queries(6):
        rows = queries.board(operator)
    assert [row.incident.pk for row in rows] == [grave.pk, small.pk]
    top = rows[0]
    assert (top.commander, top.coordinator, top.tasks, top.latest) == ("Chair", "Lan", 1, "Khách an toàn")
    assert top.running.key == "contain"


def test_found_by_number_and_words(declare, operator, person):
    incident = declare(title="Cháy chợ Hạ Long")
    declare(title="Khác")
    for words in (incident.number.lower(), "cho ha long", "Chợ"):
        assert [hit.url for hit in find_incidents(operator, words, 5)] == [f"/incidents/{incident.pk}"]
    assert find_incidents(person("health", "operator", sector="health"), "cho", 5) == []
    assert find_incidents(operator, " ", 5) == []


def test_duty_is_handed_what_is_under_way(declare, operator):
    incident = declare(severity=4)
    (opening,) = openings["incidents"](operator, timezone.now())
    assert (opening.title, opening.url, opening.state) == (
        str(incident),
        f"/incidents/{incident.pk}",
        "critical",
    )
    (line,) = sections["incidents"].gather(timezone.now(), timezone.now() - timedelta(hours=6))
    assert (line.text, line.value, line.note) == (str(incident), "Declared", "Extraordinary")


def test_every_kind_of_entry_has_words(declare, operator):
    incident = declare()
    entry = add_note(incident, NoteDraft("x", client_id=uuid.uuid4()), by=operator)
    assert said(entry) == ""
    assert said(Entry.objects.get(kind="declared")) == "Declared: Boat in distress, severity Medium"
