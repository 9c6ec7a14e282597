"""The past of a new installation: made by the real actions, each step at its own time, all of it simulated."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from tests.simulation.citizens.conftest import SEED

from halong.audit.models import AuditEntry
from halong.citizens.actions.sending import Draft, send_report
from halong.citizens.actions.triage import route_report
from halong.citizens.models import Answer, Category, Extension, Message, Photo, Proof, Report, ReportEvent
from halong.citizens.simulated import past
from halong.core.errors import Forbidden
from halong.notify.models import Notice
from halong.simulation.citizens.past import PastMaker
from halong.simulation.citizens.staff import ACCOUNTS, simulated_staff

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 3, tzinfo=UTC)  # ten in the morning


@pytest.fixture
def made(make_past):
    return make_past(days=12, now=FRIDAY)


def test_reports_stand_in_all_states_with_answers_and_proof(made):
    count, now = made
    assert Report.objects.filter(simulated=True).count() == Report.objects.count() == count > 100
    states = Counter(Report.objects.values_list("state", flat=True))
    assert set(states) >= {
        "sent",
        "routed",
        "working",
        "resolved",
        "closed",
        "duplicate",
        "declined",
        "handed_over",
    }
    answered = Report.objects.filter(state__in=["resolved", "closed"])
    assert all(Proof.objects.filter(answer__report=report).exists() for report in answered)
    assert not Answer.objects.filter(text__contains="{").exists()
    assert Report.objects.exclude(rating="").exists()
    assert Photo.objects.filter(released_at__isnull=False).exists()

    # every step has its own time, none of them ahead, each after the one before
    for report in Report.objects.prefetch_related("events"):
        entries = sorted(report.events.all(), key=lambda entry: entry.pk)
        times = [entry.at for entry in entries]
        own = [entry.at for entry in entries if entry.kind != "followed"]
        assert max(times) <= now
        assert sorted(own) == own
        assert report.created_at == min(times)
        assert report.changed_at <= now
    late = [report for report in answered if report.resolved_at > report.due_at]
    assert 0 < len(late) < len(answered) / 2
    assert Extension.objects.filter(asked_at__lt=now - timedelta(days=1)).exists()

    # by simulated officers, and told to nobody
    people = set(ReportEvent.objects.filter(by__isnull=False).values_list("by__username", flat=True))
    assert people <= set(ACCOUNTS)
    assert not Message.objects.exists()
    assert not Notice.objects.exists()
    assert not Report.objects.filter(remind_at__lt=now - timedelta(minutes=5)).exists()
    assert AuditEntry.objects.filter(action="simulation.past").count() == 1
    assert not AuditEntry.objects.filter(action="reports.resolved").exists()


def test_some_wait_for_the_real_duty_officer_and_the_second_time_nothing_is_made(make_past):
    count, now = make_past(days=2, fresh=True)
    assert Report.objects.filter(state="sent").count() >= 6
    again, _now = make_past(days=2, now=now, fresh=True)
    assert (count > 20, again) == (True, 0)


def test_a_repeat_is_not_made_without_the_report_that_it_repeats(loaded, book, town):
    now = timezone.now()
    first = town.between(now - timedelta(days=3), now - timedelta(days=2))[0]
    repeat = replace(first, key="again", at=first.at + timedelta(hours=1), twin=first.key)
    maker = PastMaker(book, SEED, simulated_staff())
    assert [maker.make([repeat], now), maker.make([repeat, first], now)] == [0, 2]
    assert not Report.objects.filter(state="sent").exists()


def test_the_past_can_only_be_made_of_what_is_simulated(loaded):
    staff, before = simulated_staff(), timezone.now() - timedelta(days=3)
    waste = Category.objects.get(code="waste")
    draft = Draft(
        client_id=uuid.uuid4(),
        category=waste,
        text="Rác ở chợ",
        place=loaded["06793"],
    )
    with past(before), pytest.raises(Forbidden):
        send_report(draft)
    report = send_report(draft).report
    with past(before), pytest.raises(Forbidden):
        route_report(report, by=staff.duty)
    with pytest.raises(ValueError, match="before now"), past(timezone.now() + timedelta(hours=1)):
        pass
