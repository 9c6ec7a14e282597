"""What must go is gone everywhere: planted words are looked for in every row of every table."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.citizens.conftest import CONTACT, picture

from halong.citizens.actions import answering, forgetting, handling, moderation, privacy, triage
from halong.citizens.actions.arriving import look_at_new
from halong.citizens.actions.photographs import attach_photo, check_waiting
from halong.citizens.models import DataRequest, Follower, Photo, Report, ReportEvent
from halong.citizens.proposals import alike, past_reports
from halong.citizens.telling import tell_about

pytestmark = pytest.mark.django_db
SECRET = "ngocanhbiencam"
LON, LAT = 107.2001237, 21.0001238
LONG = "Đội hạ tầng đã vá 2,5 m² mặt đường trước cổng chợ bằng bê tông nhựa nóng, có ảnh kèm theo."
DONE = "Đã thực hiện yêu cầu của ông/bà."


def holding(*needles):
    """Which tables hold one of the words, anywhere in any row."""
    found = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            found |= {table for row in cursor.fetchall() for needle in needles if needle in row[0]}
    return found


def asked_and_replied(report, sent, staff):
    question = handling.ask_citizen(report, by=staff["officer"], text=f"Có phải {SECRET} không ạ?")
    answering.reply_question(question, by=sent.follower, text=f"Vâng, {SECRET}")


def told():
    for entry in ReportEvent.objects.select_related("report__category", "report__agency__parent", "agency"):
        tell_about(entry)


@pytest.fixture
def full_of_it(send, staff, agencies):
    """A report that was answered, re-opened and is being worked on, with the word in everything that people wrote."""
    sent = send(text=f"Ổ gà {SECRET} trước cổng chợ", lon=LON, lat=LAT, address=f"Ngõ {SECRET} đường Lê Lợi",
                external_id=SECRET)  # fmt: skip
    look_at_new()
    report = triage.route_report(
        Report.objects.get(pk=sent.report.pk), by=staff["duty"], agency=agencies["pha"], note=SECRET
    )
    handling.accept_report(report, by=staff["officer"])
    asked_and_replied(report, sent, staff)
    handling.invite_agency(
        report, by=staff["officer"], agency=agencies["power"], request=f"Xem giúp {SECRET}"
    )
    attach_photo(report, picture(), key="b", by=sent.follower)
    after = attach_photo(report, picture(), key="a", use=Photo.Use.AFTER, by=staff["officer"])
    check_waiting()
    after.refresh_from_db()
    proof = answering.ProofDraft("photo", photo=after)
    answer = answering.write_answer(report, by=staff["officer"], text=f"{LONG} {SECRET}", proofs=[proof])
    answering.approve_answer(answer, by=staff["head"])
    report.refresh_from_db()
    answering.rate_report(report, by=sent.follower, rating="dissatisfied", note=f"Chưa được, {SECRET}")
    answering.reopen_report(report, by=sent.follower, reason=f"Vẫn còn {SECRET}")
    handling.accept_report(report, by=staff["officer"])
    handling.ask_extension(
        report, by=staff["officer"], due_at=report.due_at + timedelta(days=3), reason=f"Cần thêm ngày vì {SECRET}"
    )  # fmt: skip
    handling.add_note(report, by=staff["officer"], note=f"Gọi lại về {SECRET}")
    told()
    return sent


def test_the_search_itself_finds_what_was_planted(full_of_it):
    assert {"citizens_report", "citizens_reportevent", "citizens_answer", "notify_notice"} <= holding(SECRET)
    assert holding(str(LON)) == {"citizens_report"}


def test_a_matter_that_was_handed_over_leaves_nothing(full_of_it, staff):
    report = Report.objects.get(pk=full_of_it.report.pk)
    triage.hand_over(report, by=staff["duty"], matter="denunciation")
    told()
    assert holding(SECRET, str(LON), str(LAT)) == set()
    assert not Photo.objects.exists()


def test_so_do_reports_that_were_merged_into_it(send, staff):
    one, other = send(text=f"Việc {SECRET}"), send(text=f"Cũng việc {SECRET}")
    triage.merge_report(other.report, one.report, by=staff["duty"])
    triage.hand_over(Report.objects.get(pk=one.report.pk), by=staff["duty"], matter="complaint")
    assert holding(SECRET) == set()
    assert set(Report.objects.values_list("state", flat=True)) == {"handed_over"}


def test_what_was_purged_or_withheld_is_compared_with_no_longer(send, staff):
    report = triage.route_report(send(text=f"Ổ gà {SECRET} ở cổng chợ").report, by=staff["duty"])
    assert [len(past_reports(public=public)) for public in (True, False)] == [1, 1]
    moderation.withhold_report(report, by=staff["duty"], reason="Có chi tiết riêng tư")
    assert [len(alike(f"ổ gà {SECRET}", public=public)) for public in (True, False)] == [0, 1]
    triage.hand_over(Report.objects.get(pk=report.pk), by=staff["duty"], matter="complaint")
    assert [len(alike(f"ổ gà {SECRET}", public=public)) for public in (True, False)] == [0, 0]


def test_erasure_leaves_nothing_that_the_sender_wrote(full_of_it, staff):
    Report.objects.update(public_address="Lê Lợi")  # a street, as the public sees it, stays
    client_id = str(full_of_it.report.client_id)
    request = privacy.ask_data(kind="erase", client_id=uuid.uuid4(), follower=full_of_it.follower).request
    privacy.fulfil_request(request, by=staff["privacy"], answer=DONE)
    assert holding(str(LON), str(LAT), client_id, CONTACT.email, client_id.replace("-", "")) == set()
    # what agencies wrote themselves stays theirs
    assert holding(SECRET) <= {
        "citizens_reportevent", "citizens_answer", "citizens_question", "citizens_coagency", "citizens_extension",
    }  # fmt: skip
    written_by_the_sender = ReportEvent.objects.filter(kind__in=forgetting.CITIZENS_WORDS)
    assert [entry.note for entry in written_by_the_sender] == ["", ""]
    assert not Photo.objects.filter(use="report").exists()


def test_notices_of_handlers_never_hold_what_the_sender_wrote(send, staff):
    sent = send()
    report = triage.route_report(Report.objects.get(pk=sent.report.pk), by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    question = handling.ask_citizen(report, by=staff["officer"], text="Ở gần số nhà nào ạ?")
    answering.reply_question(question, by=sent.follower, text=f"Gần nhà {SECRET}")
    told()
    assert holding(SECRET) == {"citizens_reportevent", "citizens_question"}


def test_what_was_asked_about_data_is_forgotten_with_the_contact(send, staff):
    request = privacy.ask_data(
        kind="access", client_id=uuid.uuid4(), text=f"Tôi là {SECRET}", follower=send().follower
    ).request
    privacy.fulfil_request(request, by=staff["privacy"], answer=DONE)
    DataRequest.objects.update(closed_at=timezone.now() - timedelta(days=91))
    forgetting.forget_due()
    assert holding(SECRET) == set()
    assert Follower.objects.count() == 1
