"""The agency's queue: tabs, filters, order, table."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.citizens.actions import handling, triage
from halong.citizens.models import Report


def shown(answer):
    return [report.pk for report in answer.context["page"]]


def test_tabs_follow_the_state(routed, officer, staff, head):
    assert shown(officer.get("/reports?tab=to-accept")) == [routed.pk]
    handling.accept_report(routed, by=staff["officer"])
    assert (shown(officer.get("/reports?tab=to-accept")), shown(officer.get("/reports?tab=working"))) == (
        [], [routed.pk]
    )  # fmt: skip
    counts = {tab["url"].split("=")[-1]: tab["count"] for tab in head.get("/reports").context["tabs"]}
    assert (counts["to-accept"], counts["working"], counts["to-approve"], counts["late"]) == (0, 1, 0, 0)


def test_by_deadline_and_the_late_ones(send, staff, officer):
    reports = [triage.route_report(send().report, by=staff["duty"]) for _ in range(2)]
    Report.objects.filter(pk=reports[1].pk).update(
        due_at=timezone.now() - timedelta(hours=1), step_due_at=timezone.now() - timedelta(hours=2)
    )
    assert shown(officer.get("/reports?tab=to-accept")) == [reports[1].pk, reports[0].pk]
    assert shown(officer.get("/reports?tab=late")) == [reports[1].pk]


def test_a_partner_sees_it_in_his_own_tab(working, agencies, staff, at_desk):
    handling.invite_agency(working, by=staff["officer"], agency=agencies["gai"], request="Cho mượn xe lu")
    assert shown(at_desk("other").get("/reports?tab=partner")) == [working.pk]
    assert shown(at_desk("officer").get("/reports?tab=partner")) == []


def test_filters(routed, wards, agencies, officer):
    for query, found in [
        ("q=o+ga", [routed.pk]), ("q=den", []), (f"q={routed.number}", [routed.pk]), ("category=pothole", [routed.pk]),
        ("category=noise", []), (f"place={wards[0].pk}", [routed.pk]), (f"agency={agencies['pha'].pk}", [routed.pk]),
        ("urgent=1", []), ("sector=traffic", [routed.pk]),
    ]:  # fmt: skip
        assert shown(officer.get(f"/reports?tab=to-accept&{query}")) == found, query


@pytest.mark.parametrize(
    "query", ["place=x", "agency=99999999", "category=nix", "page=-3", "tab=nix", "q=" + "9" * 99]
)
def test_strange_filters_are_harmless(routed, officer, query):
    assert officer.get(f"/reports?{query}").status_code == 200


def test_without_a_choice_the_first_tab_in_which_something_waits(answered, officer, head):
    assert (officer.get("/reports").context["tab"], head.get("/reports").context["tab"]) == (
        "working",
        "to-approve",
    )


def test_the_table_is_what_the_list_shows(routed, officer):
    answer = officer.get("/reports.csv?tab=to-accept")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[:5] == [routed.number, "routed", "pothole", "traffic", "Phường Cẩm Phả"]


def test_extensions_that_wait_for_the_head(working, staff, head, officer):
    handling.ask_extension(
        working, by=staff["officer"], due_at=working.due_at + timedelta(days=1),
        reason="Chờ vật tư nhập về kho của công ty",
    )  # fmt: skip
    assert [row.report_id for row in head.get("/reports").context["extensions"]] == [working.pk]
    assert officer.get("/reports").context["extensions"] == []


def test_a_fixed_number_of_queries(send, staff, officer, django_assert_max_num_queries):
    def more(n):
        for _ in range(n):
            triage.route_report(send().report, by=staff["duty"])

    more(1)
    officer.get("/reports?tab=to-accept")
    with django_assert_max_num_queries(40) as few:
        officer.get("/reports?tab=to-accept")
    before = len(few.captured_queries)
    more(6)
    with django_assert_max_num_queries(before):
        officer.get("/reports?tab=to-accept")
