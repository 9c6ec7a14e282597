from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from tests.alerts.conftest import make_alert

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import local
from halong.core.permissions import SYSTEM
from halong.duty import paper, quick
from halong.duty.actions import quick as actions
from halong.duty.actions import watching
from halong.duty.models import LogEntry, QuickReport
from halong.notify.models import Notice
from halong.stages.models import StageChange, StageRule

__all__ = ["make_alert"]

pytestmark = pytest.mark.django_db
SEVEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 07:00 in Việt Nam


def test_due_hours_are_those_of_the_day_and_of_the_stage(person):
    assert quick.last_due(SEVEN - timedelta(seconds=1)) is None
    assert quick.last_due(SEVEN) == SEVEN
    assert quick.last_due(SEVEN + timedelta(hours=2)) == SEVEN
    assert quick.last_due(SEVEN + timedelta(hours=2, seconds=1)) is None
    assert quick.next_due(SEVEN) == SEVEN + timedelta(hours=9)
    assert quick.minutes_of(date(2026, 11, 23), 6) == (0, 360, 420, 720, 960, 1080)
    StageRule.objects.create(level=3, valid_from=date(2020, 1, 1), report_hours=3)
    StageChange.objects.create(
        level=3, before=1, state="in_force", reason="bão", proposed_name="Lan", proposed_at=SEVEN,
        approved_by=person("chair", "leader"), approved_name="Chair", since=SEVEN,
    )  # fmt: skip
    assert quick.next_due(SEVEN) == SEVEN + timedelta(hours=2)


def test_a_person_lays_the_hours_down_from_a_day_on(person):
    admin = person("admin", "administrator")
    actions.set_quick_hours([6 * 60, 18 * 60], valid_from=date(2026, 12, 1), by=admin, note="QĐ 1")
    assert quick.fixed_minutes(date(2026, 11, 30)) == (420, 960)
    assert quick.fixed_minutes(date(2026, 12, 1)) == (360, 1080)
    for wrong in ([], [-1], [1440], range(25)):
        with pytest.raises(Invalid):
            actions.set_quick_hours(wrong, valid_from=date(2026, 12, 1), by=admin)
    with pytest.raises(Forbidden):
        actions.set_quick_hours([60], valid_from=date(2026, 12, 1), by=person("lan", "operator"))


def figures(report, key, language="en"):
    [part] = [part for part in report.content[language]["sections"] if part["key"] == key]
    return [(line["text"], line["value"]) for line in part["lines"]]


def test_figures_of_what_is_simulated_say_so(make_alert):
    make_alert(priority=2, ago=60)
    assert not actions.make_quick_report(timezone.now()).simulated
    make_alert(cause="drill", priority=2, simulated=True, ago=60)
    report = actions.make_quick_report(timezone.now())
    lines = next(part["lines"] for part in report.content["en"]["sections"] if part["key"] == "alerts")
    assert [(line["text"], line["value"], line["simulated"]) for line in lines[:1]] == [("High", "2", True)]
    assert report.simulated


def test_it_is_frozen_checked_and_sent_once(person, make_alert):
    lan, chair = person("lan", "operator", title="Trưởng ca"), person("chair", "leader", title="Chủ tịch")
    make_alert(priority=1, title="Rò khí CH4", ago=60)
    report = actions.make_quick_report(timezone.now())
    assert actions.make_quick_report(report.hour) == report
    assert figures(report, "alerts") == [
        ("Critical", "1"), ("Raised since the last report", "1"), ("Closed since the last report", "0"),
        ("Rò khí CH4", ""),
    ]  # fmt: skip
    assert [watching.announce(report) for _again in range(2)] == [1, 0]
    make_alert(cause="later", priority=1)
    report = actions.save_quick_text(report, by=lan, version=1, text="Mỏ đã sơ tán")
    with pytest.raises(Conflict):
        actions.save_quick_text(report, by=lan, version=1, text="chồng lên")
    with pytest.raises(Invalid):
        actions.send_quick_report(report, by=lan, version=2, to=[], text="")
    with pytest.raises(Forbidden):
        actions.send_quick_report(report, by=chair, version=2, to=[chair], text="")
    report = actions.send_quick_report(report, by=lan, version=2, to=[chair], text="Mỏ đã sơ tán")
    assert figures(report, "alerts")[0] == ("Critical", "1")
    assert (report.state, report.sent_by_name, report.sent_to) == (
        "sent",
        "Trưởng ca Lan",
        ["Chủ tịch Chair"],
    )
    told = Notice.objects.get(user=chair)
    assert (told.text, bytes(told.attachment.content[:5])) == ("Mỏ đã sơ tán", b"%PDF-")
    with pytest.raises(Conflict, match="Lan"):
        actions.send_quick_report(report, by=lan, version=3, to=[chair], text="")
    assert {(row.kind, row.data["what"]) for row in LogEntry.objects.all()} == {
        ("report", "made"),
        ("report", "sent"),
    }
    assert paper.quick_pdf(report, "en")[:5] == b"%PDF-"


def test_the_job_makes_the_report_of_the_hour():
    from halong.duty import jobs

    hour = local(timezone.now()).replace(second=0, microsecond=0)
    actions.set_quick_hours([hour.hour * 60 + hour.minute], valid_from=date(2026, 1, 1), by=SYSTEM)
    jobs.quick_report(0)
    jobs.quick_report(0)
    assert QuickReport.objects.get().hour == hour
