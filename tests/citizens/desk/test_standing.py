"""Reports as they stood at a moment: what happened afterwards changes nothing of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.citizens.desk.conftest import MEASURE, TEXT

from halong.citizens import measures
from halong.citizens.actions import handling, triage
from halong.citizens.actions.answering import approve_answer, reopen_report, write_answer
from halong.citizens.models import Report, ReportEvent
from halong.citizens.queries.standing import standing_at

WHY = "Chờ vật tư và thời tiết khô ráo để thi công"


def counted(moment):
    return {agency: (late, every) for _place, agency, late, every in standing_at(moment)}


def test_each_moment_keeps_whose_they_were(send, staff, agencies, fresh):
    report = send().report
    waiting = timezone.now()
    report = triage.route_report(fresh(report), by=staff["duty"], agency=agencies["gai"])
    routed = timezone.now()
    handling.return_report(fresh(report), by=staff["other"], reason=WHY)
    returned = timezone.now()
    triage.route_report(fresh(report), by=staff["duty"], agency=agencies["pha"])
    again = timezone.now()
    gai, pha = agencies["gai"].pk, agencies["pha"].pk
    assert [counted(moment) for moment in (waiting, routed, returned, again)] == [
        {None: (0, 1)}, {gai: (0, 1)}, {None: (0, 1)}, {pha: (0, 1)}
    ]  # fmt: skip
    assert counted(waiting - timedelta(hours=1)) == {}


def test_what_was_answered_and_opened_again(send, staff, agencies, fresh):
    sent = send()
    report = triage.route_report(sent.report, by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    working = timezone.now()
    answer = write_answer(fresh(report), by=staff["officer"], text=TEXT, proofs=MEASURE)
    approve_answer(answer, by=staff["head"])
    over = timezone.now()
    reopen_report(fresh(report), by=sent.follower, reason="Ổ gà lại xuất hiện sau một ngày")
    opened = timezone.now()
    pha = agencies["pha"].pk
    assert [counted(moment) for moment in (working, over, opened)] == [{pha: (0, 1)}, {}, {pha: (0, 1)}]


@pytest.fixture
def late(working, fresh):
    """A report whose deadline was an hour ago."""
    due_at = timezone.now() - timedelta(hours=1)
    Report.objects.update(due_at=due_at)
    ReportEvent.objects.filter(due_at__isnull=False).update(due_at=due_at)
    return fresh(working)


def test_late_by_the_deadline_of_then(late, staff, agencies):
    more = timezone.now() + timedelta(days=30)
    row = handling.ask_extension(late, by=staff["officer"], due_at=more, reason=WHY)
    before = timezone.now()
    handling.decide_extension(row, by=staff["head"], grant=True)
    after = timezone.now()
    pha = agencies["pha"].pk
    assert (counted(before), counted(after)) == ({pha: (1, 1)}, {pha: (0, 1)})


def test_merged_and_taken_apart_declined_and_taken_up(send, staff, fresh):
    first, second, third = (send().report for _ in range(3))
    triage.merge_report(second, first, by=staff["duty"])
    triage.decline_report(third, by=staff["duty"], reason="unclear", note="Không rõ vị trí của sự việc")
    one = timezone.now()
    triage.unmerge_report(fresh(second), by=staff["duty"])
    triage.restore_report(fresh(third), by=staff["duty"])
    three = timezone.now()
    Report.objects.filter(pk=first.pk).update(state="handed_over", changed_at=timezone.now())
    assert (counted(one), counted(three)) == ({None: (0, 1)}, {None: (0, 3)})


def test_measures_of_the_past_are_computed_again(late):
    past = timezone.now()
    found = {row.key: row for row in measures.MEASURES if row.key in ("reports.open", "reports.late")}
    assert [row.looks_back for row in found.values()] == [True, True]
    cells = {key: [cell[2:] for cell in row.compute(past, past)] for key, row in found.items()}
    assert cells == {"reports.open": [(1.0, 1.0)], "reports.late": [(1.0, 1.0)]}
