"""Reports in the rest of Halong: found, late by agency, on the map, behind an alert, on a wall."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.citizens.desk.conftest import MEASURE, TEXT

from halong.citizens.actions import arriving, handling, triage
from halong.citizens.actions.answering import write_answer
from halong.citizens.models import Report
from halong.citizens.queries import glance
from halong.citizens.queries.finding import find_reports, numbered
from halong.context.scope import Scope
from halong.panorama.decisions import decisions
from halong.panorama.overdue import overdue

WHY = "Chờ vật tư và thời tiết khô ráo để thi công"


def found(user, query):
    return [hit.url for hit in find_reports(user, query, 6)]


def urls(*reports):
    return [f"/reports/{report.pk}" for report in reports]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("PA000123", 123),
        ("pa123", 123),
        ("000123", 123),
        ("12", None),
        ("pa", None),
        ("pa12x", None),
        ("9" * 17, None),
    ],
)
def test_numbers_of_reports(typed, number):
    assert numbered(typed) == number


def test_found_by_number_words_kind_and_street_without_accents(routed, staff):
    user = staff["officer"]
    for query in (routed.number, routed.number.lower(), "cong cho", "Ổ GÀ sâu", "cổng lợi"):
        assert (query, found(user, query)) == (query, urls(routed))
    assert [found(user, query) for query in ("cau vuot", "", "x")] == [[], [], []]


def test_found_only_by_who_may_see_it(routed, staff):
    assert [found(staff[who], routed.number) for who in ("other", "privacy")] == [[], []]
    assert found(staff["other"], "cong cho") == []
    assert find_reports(staff["top"], routed.number, 6)[0].label == f"{routed.number} · Ổ gà"


def test_what_ended_long_ago_is_found_by_its_number_only(routed, staff):
    Report.objects.update(state="closed", changed_at=timezone.now() - timedelta(days=40))
    assert (found(staff["officer"], "cong cho"), found(staff["officer"], routed.number)) == ([], urls(routed))


def waiting(user, scope=None):
    return [(row.key.split("-")[0], row.url) for row in decisions(user, (), (), scope or Scope())]


def test_an_answer_waits_for_the_head_and_for_nobody_else(answered, staff, wards, agencies):
    url = f"/reports/{answered.pk}"
    assert waiting(staff["head"]) == [("answer", url)]
    assert [waiting(staff[who]) for who in ("officer", "other", "duty", "admin")] == [[], [], [], []]
    elsewhere = [Scope(place=wards[1]), Scope(agency=agencies["gai"]), Scope("health")]
    assert [waiting(staff["head"], scope) for scope in elsewhere] == [[], [], []]
    assert waiting(staff["head"], Scope("traffic", wards[0], agencies["pha"])) == [("answer", url)]


def test_a_wish_for_more_time_waits_for_the_one_who_decides(working, staff):
    handling.ask_extension(
        working, by=staff["officer"], due_at=working.due_at + timedelta(days=2), reason=WHY
    )
    assert waiting(staff["head"]) == [("extension", f"/reports/{working.pk}")]
    assert waiting(staff["top"]) == [("extensions", "/reports")]
    Report.objects.update(extensions=1)  # a further one is the superior's to decide
    assert (waiting(staff["head"]), waiting(staff["top"])) == ([], [("extension", f"/reports/{working.pk}")])


def test_what_waits_for_heads_below_is_one_line_unless_they_have_none(answered, staff, person):
    assert waiting(staff["top"]) == waiting(person("leader")) == [("answers", "/reports?tab=to-approve")]
    staff["head"].grants.all().delete()
    assert waiting(staff["top"]) == [("answer", f"/reports/{answered.pk}")]


def test_a_substitute_decides_for_the_head(answered, staff, agencies):
    now = timezone.now()
    handling.name_substitute(
        by=staff["head"], agency=agencies["pha"], principal=staff["head"], substitute=staff["other"],
        start=now - timedelta(hours=1), end=now + timedelta(days=1),
    )  # fmt: skip
    assert waiting(staff["other"]) == [("answer", f"/reports/{answered.pk}")]


def test_late_reports_are_overdue_of_their_agency(send, staff, agencies):
    reports = [triage.route_report(send().report, by=staff["duty"]) for _ in range(3)]
    Report.objects.filter(pk__in=[row.pk for row in reports[:2]]).update(
        due_at=timezone.now() - timedelta(hours=1)
    )
    [row] = overdue(staff["top"], Scope(), timezone.now())
    assert (row.agency, row.reports, row.total, row.out_of) == (agencies["pha"], 2, 2, 3)
    assert row.url == f"/reports?tab=late&agency={agencies['pha'].pk}"
    assert overdue(staff["other"], Scope(), timezone.now()) == []
    assert overdue(staff["top"], Scope(agency=agencies["gai"]), timezone.now()) == []


def test_on_the_map_exactly_for_handlers_and_coarsely_for_others(routed, sent, staff, fresh):
    routed = fresh(routed)
    [point] = glance.on_map(staff["officer"], Scope())
    assert (point.pk, point.lon, point.lat, point.exact) == (routed.pk, routed.lon, routed.lat, True)
    [point] = glance.on_map(staff["other"], Scope())
    assert (point.pk, point.lon, point.exact) == (routed.pk, routed.public_lon, False)
    assert {row.pk for row in glance.on_map(staff["duty"], Scope())} == {routed.pk, sent.pk}
    Report.objects.filter(pk=routed.pk).update(public=False)
    assert list(glance.on_map(staff["other"], Scope())) == []


def test_the_map_tells_where_each_row_leads(routed, staff, at_desk):
    for who, exact in (("duty", True), ("other", False)):
        body = at_desk(who).get("/map/things.json?reports=1&agency=&place=").json()
        [row] = body["rows"]
        kind = body["kinds"][row[3]]
        href = kind["href"].replace("/0", f"/{row[0] - kind['first']}")
        assert (kind["sector"], href) == (
            "reports",
            f"/reports/{routed.pk}" if exact else f"/c/reports/{routed.pk}",
        )
    assert at_desk("other").get(f"/reports/{routed.pk}").status_code == 404


def test_a_cluster_is_an_alert_that_shows_its_reports(send, staff, at_desk):
    for _ in range(5):
        send(client_id=uuid.uuid4())
    arriving.look_at_new()
    from halong.alerts.models import Alert

    [alert] = Alert.objects.all()
    page = at_desk("duty").get(f"/alerts/{alert.pk}").content.decode()
    assert [f"/reports/{pk}" in page for pk in alert.evidence["reports"]] == [True] * 5


def test_a_wall_shows_how_it_stands(answered, staff):
    from halong.citizens.blocks import on_wall
    from halong.panorama.wall.sight import Sight

    shown = on_wall(Sight(staff["top"], Scope(), timezone.now()), {})
    assert (shown["month"].open, shown["today"].received, sum(shown["received"])) == (1, 1, 0)
    assert on_wall(Sight(staff["privacy"], Scope(), timezone.now()), {}) is None


def test_lists_of_elsewhere_don_t_grow(send, staff, fresh, django_assert_max_num_queries):
    def one_more():
        report = triage.route_report(send().report, by=staff["duty"])
        handling.accept_report(report, by=staff["officer"])
        write_answer(fresh(report), by=staff["officer"], text=TEXT, proofs=MEASURE)

    one_more()
    with django_assert_max_num_queries(40) as few:
        decisions(staff["head"], (), (), Scope())
    for _ in range(4):
        one_more()
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(decisions(staff["head"], (), (), Scope())) == 5
