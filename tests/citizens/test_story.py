"""A report's way from sending to closing, and who may take which step."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.citizens.conftest import picture

from halong.citizens.actions import (
    answering,
    clock,
    following,
    handling,
    moderation,
    photographs,
    triage,
)
from halong.citizens.actions.answering import ProofDraft
from halong.citizens.models import Photo, PhotoCopy, Report, ReportEvent
from halong.citizens.queries import own, public, queues
from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.notify.models import Notice

MEASURE = [ProofDraft("measure", name="Độ sâu ổ gà sau khi vá", value=0, unit="cm")]
TEXT = "Ngày 22/11/2026, đội hạ tầng đã vá 2,5 m² mặt đường trước cổng chợ bằng bê tông nhựa nóng."
LONG = "Cần thêm thời gian vì phải chờ vật tư nhập về kho."


@pytest.fixture
def routed(send, staff):
    return triage.route_report(send().report, by=staff["duty"])


@pytest.fixture
def working(routed, staff):
    return handling.accept_report(routed, by=staff["officer"])


def fresh(report):
    return Report.objects.get(pk=report.pk)


def test_the_whole_way(send, staff, agencies):
    sent = send()
    report = triage.route_report(sent.report, by=staff["duty"])
    assert (report.state, report.agency, report.public) == ("routed", agencies["pha"], True)
    handling.accept_report(report, by=staff["officer"])
    answer = answering.write_answer(report, by=staff["officer"], text=TEXT, proofs=MEASURE)
    answering.approve_answer(answer, by=staff["head"])
    view = own.own_view(own.follower_of(sent.code))
    assert (view.answer, view.answered_by, view.can_rate, view.can_reopen) == (
        TEXT,
        "UBND phường Cẩm Phả",
        True,
        True,
    )
    answering.rate_report(fresh(report), by=sent.follower, rating="satisfied")
    shown = public.report(report.pk)
    assert [step.kind for step in shown.steps] == [
        "sent",
        "routed",
        "accepted",
        "resolved",
        "rated",
        "closed",
    ]
    assert (shown.answer, shown.proofs[0].unit) == (TEXT, "cm")
    assert fresh(report).state == "closed"


def test_sending_twice_makes_one(send):
    first = send()
    again = send(client_id=first.report.client_id, text="Một nội dung khác")
    assert (again.report.pk, again.code, again.new, Report.objects.count()) == (
        first.report.pk,
        first.code,
        False,
        1,
    )


def test_steps_out_of_turn_are_refused(routed, staff):
    handling.accept_report(routed, by=staff["officer"])
    with pytest.raises(Conflict):
        handling.accept_report(fresh(routed), by=staff["officer"])
    with pytest.raises(Conflict):
        triage.decline_report(fresh(routed), by=staff["duty"], reason="abuse", note="Không đúng sự thật")


def test_somebody_who_was_slower_gets_a_conflict(routed, staff):
    mine, theirs = fresh(routed), fresh(routed)
    handling.accept_report(mine, by=staff["officer"])
    with pytest.raises(Conflict):
        handling.return_report(theirs, by=staff["second"], reason="Đường này do đơn vị khác quản lý")


def test_another_agency_may_not(routed, staff):
    for step in (
        lambda: handling.accept_report(routed, by=staff["other"]),
        lambda: triage.route_report(routed, by=staff["officer"]),
        lambda: moderation.withhold_report(routed, by=staff["officer"], reason="không nên"),
    ):
        with pytest.raises(Forbidden):
            step()


def test_an_answer_needs_proof_and_specifics(working, staff):
    for text, proofs, field in [
        (TEXT, [], "proofs"),
        ("Đã xử lý.", MEASURE, "text"),
        (TEXT + " [ngày hoàn thành]", MEASURE, "text"),
        (TEXT, [ProofDraft("measure", name="sâu", value=float("nan"), unit="cm")], "proofs"),
        (TEXT, [ProofDraft("document", name="BB số 12", content=b"MZ\x90\x00")], "proofs"),
    ]:
        with pytest.raises(Invalid) as refused:
            answering.write_answer(fresh(working), by=staff["officer"], text=text, proofs=proofs)
        assert list(refused.value.fields) == [field]
    assert fresh(working).state == "working"


def test_nobody_approves_his_own_answer(working, staff):
    answer = answering.write_answer(working, by=staff["head"], text=TEXT, proofs=MEASURE)
    with pytest.raises(Forbidden):
        answering.approve_answer(answer, by=staff["head"])
    answering.approve_answer(answer, by=staff["top"])


def test_a_head_sends_back(working, staff):
    answer = answering.write_answer(working, by=staff["officer"], text=TEXT, proofs=MEASURE)
    answering.send_back_answer(answer, by=staff["head"], note="Ảnh chưa rõ vị trí")
    report = fresh(working)
    assert report.state == "working"
    answering.write_answer(report, by=staff["officer"], text=TEXT, proofs=MEASURE)


def test_extensions_have_a_reason_and_another_decider_and_are_counted(working, staff):
    later = working.due_at + timedelta(days=5)
    row = handling.ask_extension(working, by=staff["officer"], due_at=later, reason=LONG)
    with pytest.raises(Forbidden):
        handling.decide_extension(row, by=staff["officer"], grant=True)
    handling.decide_extension(row, by=staff["head"], grant=True)
    report = fresh(working)
    assert (report.due_at, report.extensions, report.first_due_at < later) == (later, 1, True)
    assert public.report(report.pk).extensions[0].reason == LONG
    second = handling.ask_extension(
        report, by=staff["officer"], due_at=later + timedelta(days=5), reason=LONG
    )
    with pytest.raises(Forbidden):
        handling.decide_extension(second, by=staff["head"], grant=True)
    assert [row.pk for row in queues.waiting_extensions(staff["top"])] == [second.pk]
    handling.decide_extension(
        second, by=staff["top"], grant=False, note="Đã gia hạn một lần, cần hoàn thành ngay"
    )
    assert fresh(report).due_at == later


def test_return_and_route_elsewhere(routed, staff, agencies):
    report = handling.return_report(
        routed, by=staff["officer"], reason="Đường tỉnh, thuộc đơn vị khác", agency=agencies["gai"]
    )
    assert (report.state, report.agency, report.returns) == ("returned", None, 1)
    assert [row.pk for row in queues.triage(staff["duty"], tab="returned")] == [report.pk]
    report = triage.route_report(fresh(report), by=staff["duty"], agency=agencies["gai"])
    handling.accept_report(report, by=staff["other"])


def test_merge_and_undo(send, staff):
    one, two = send().report, send(text="Ổ gà to quá").report
    triage.route_report(one, by=staff["duty"])
    triage.merge_report(two, fresh(one), by=staff["duty"])
    assert (fresh(two).state, fresh(one).weight, public.merged(two.pk)) == ("duplicate", 2, one.pk)
    with pytest.raises(Invalid):
        triage.merge_report(fresh(one), fresh(two), by=staff["duty"])
    triage.unmerge_report(fresh(two), by=staff["duty"])
    assert (fresh(two).state, fresh(one).weight) == ("sent", 1)


def test_decline_and_restore(send, staff):
    report = triage.decline_report(
        send().report, by=staff["duty"], reason="unclear", note="Không rõ vị trí và nội dung"
    )
    assert public.report(report.pk) is None
    assert triage.restore_report(fresh(report), by=staff["duty"]).state == "sent"


def test_questions_and_replies(working, send, staff):
    question = handling.ask_citizen(working, by=staff["officer"], text="Gần số nhà nào?")
    with pytest.raises(Conflict):
        handling.ask_citizen(fresh(working), by=staff["officer"], text="Còn gì nữa?")
    follower = working.followers.get()
    answering.reply_question(question, by=follower, text="Gần chợ, gọi 0912 345 678")
    assert queues.desk_view(staff["officer"], working.pk).questions[0].reply == "Gần chợ, gọi [SĐT]"
    stranger = following.follow_report(fresh(working), client_id=send().report.client_id).follower
    with pytest.raises(Forbidden):
        answering.rate_report(fresh(working), by=stranger, rating="satisfied")


def test_reopening_gives_a_new_deadline_and_is_counted(working, staff):
    answering.approve_answer(
        answering.write_answer(working, by=staff["officer"], text=TEXT, proofs=MEASURE), by=staff["head"]
    )
    follower = working.followers.get()
    answering.rate_report(fresh(working), by=follower, rating="dissatisfied", note="Chưa làm gì")
    report = answering.reopen_report(fresh(working), by=follower, reason="Ổ gà vẫn còn nguyên như cũ")
    assert (report.state, report.reopenings, report.due_at > timezone.now()) == ("routed", 1, True)
    assert public.report(report.pk).row.reopenings == 1


def test_co_agency_sees_and_finishes_its_part(working, staff, agencies):
    part = handling.invite_agency(
        working, by=staff["officer"], agency=agencies["gai"], request="Cho mượn xe lu hai ngày"
    )
    assert Report.objects.visible_to(staff["other"]).filter(pk=working.pk).exists()
    assert "finish_part" in queues.desk_view(staff["other"], working.pk).can
    assert "answer" not in queues.desk_view(staff["other"], working.pk).can
    handling.finish_part(part, by=staff["other"], note="Đã cho mượn xe lu từ 21/11")
    with pytest.raises(Conflict):
        handling.finish_part(part, by=staff["other"], note="Đã cho mượn xe lu từ 21/11")


def test_a_substitute_acts_while_somebody_is_absent(routed, staff, agencies):
    now = timezone.now()
    with pytest.raises(Forbidden):
        handling.accept_report(routed, by=staff["other"])
    row = handling.name_substitute(
        by=staff["head"], agency=agencies["pha"], principal=staff["officer"], substitute=staff["other"],
        start=now - timedelta(minutes=1), end=now + timedelta(days=1),
    )  # fmt: skip
    other = type(staff["other"]).objects.get(pk=staff["other"].pk)
    assert queues.desk_view(other, routed.pk) is not None
    handling.accept_report(fresh(routed), by=other)
    entry = ReportEvent.objects.get(report=routed, kind="accepted")
    assert (entry.by, entry.data["behalf"]) == (other, staff["officer"].pk)
    handling.end_substitute(row, by=staff["officer"])
    other = type(other).objects.get(pk=other.pk)
    with pytest.raises(Forbidden):
        handling.ask_citizen(fresh(routed), by=other, text="Ở chỗ nào?")


def test_photos_are_checked_stripped_and_released(send, staff):
    sent = send()
    photo = photographs.attach_photo(sent.report, picture(), key="1", by=sent.follower)
    assert photographs.attach_photo(sent.report, picture(), key="1", by=sent.follower).pk == photo.pk
    assert public.photo_bytes(photo.pk) is None
    assert photographs.check_waiting() == 1
    report = triage.route_report(fresh(sent.report), by=staff["duty"])
    photo.refresh_from_db()
    assert (photo.state, public.photo_bytes(photo.pk)) == ("ready", None)
    with pytest.raises(Forbidden):
        moderation.release_photo(photo, by=staff["officer"])
    moderation.release_photo(photo, by=staff["duty"], covered=[[0.2, 0.2, 0.3, 0.3]])
    copy = public.photo_bytes(photo.pk)
    assert b"SECRETPHONE" not in bytes(copy.content)
    assert b"Exif" not in bytes(copy.content)
    assert public.report(report.pk).photos == [photo.pk]
    assert not PhotoCopy.objects.filter(kind="raw").exists()
    moderation.take_back_photo(photo, by=staff["duty"], reason="Lộ mặt người")
    assert public.photo_bytes(photo.pk) is None


def test_proof_photo_must_be_of_this_report(working, send, staff):
    photo = photographs.attach_photo(working, picture(), key="a", by=staff["officer"], use="after")
    answer = answering.write_answer(
        working, by=staff["officer"], text=TEXT, proofs=[ProofDraft("photo", photo=photo)]
    )
    with pytest.raises(Conflict):
        answering.approve_answer(answer, by=staff["head"])
    photographs.check_waiting()
    answering.approve_answer(answer, by=staff["head"])
    assert Photo.objects.get(pk=photo.pk).state == "ready"


def test_following_adds_weight_once(routed, send):
    client = send().report.client_id
    one = following.follow_report(routed, client_id=client)
    two = following.follow_report(routed, client_id=client)
    assert (one.code, one.new, two.new, fresh(routed).weight) == (two.code, True, False, 2)
    view = own.own_view(own.follower_of(one.code.lower()))
    assert (view.is_sender, view.can_rate, view.text == routed.public_text) == (False, False, True)
    hidden = send("conduct", text="Cán bộ không tiếp dân").report
    with pytest.raises(NotFound):
        following.follow_report(hidden, client_id=client)


def test_reminders_escalate_to_the_superior(working, staff):
    now = timezone.now()
    for name, before in (("day-before", 20), ("hours-before", 1), ("late", -1)):
        due = now + timedelta(hours=before)
        Report.objects.filter(pk=working.pk).update(due_at=due, remind_at=now, reminder=name)
        assert clock.remind_due() == 1
    kinds = list(ReportEvent.objects.filter(report=working).order_by("pk").values_list("kind", flat=True))
    assert kinds[-3:] == ["reminded", "reminded", "escalated"]
    assert Notice.objects.filter(user=staff["top"]).count() == 1
    assert Notice.objects.filter(user=staff["officer"]).count() == 3
    assert clock.remind_due() == 0


def test_answered_reports_close_by_themselves(working, staff):
    answering.approve_answer(
        answering.write_answer(working, by=staff["officer"], text=TEXT, proofs=MEASURE), by=staff["head"]
    )
    assert clock.close_due() == 0
    Report.objects.filter(pk=working.pk).update(resolved_at=timezone.now() - timedelta(days=60))
    assert clock.close_due() == 1
    assert fresh(working).state == "closed"


def test_many_of_the_same_raise_one_alert(send, staff):
    from halong.alerts.models import Alert
    from halong.citizens.actions.clock import clear_clusters, watch_cluster

    reports = [send(lon=107.2 + n / 20000).report for n in range(6)]
    for report in reports:
        watch_cluster(report, report.events.get(kind="sent"))
    alert = Alert.objects.get()
    assert (alert.cause.startswith("reports:pothole"), alert.occurrences, len(alert.evidence["reports"])) == (
        True,
        6,
        6,
    )
    for report in reports:
        triage.decline_report(
            fresh(report), by=staff["duty"], reason="abuse", note="Cùng một người gửi nhiều lần"
        )
    assert clear_clusters() == 1


def test_many_of_the_same_raise_one_alert_across_the_border_of_squares(send):
    from halong.alerts.models import Alert
    from halong.citizens.actions.clock import cause_of, watch_cluster

    reports = [send(lon=107.2025 + n / 10_000).report for n in range(-3, 4)]
    assert len({cause_of(report) for report in reports}) == 2
    for report in reports:
        watch_cluster(report, report.events.get(kind="sent"))
    assert Alert.objects.get().occurrences == len(reports)
