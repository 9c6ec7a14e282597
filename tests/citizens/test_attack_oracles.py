"""Whoever may ask freely must not find out by the answers what he may not see."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from halong.citizens import codes
from halong.citizens.actions import answering, following, handling, moderation, triage
from halong.citizens.masking import mask
from halong.citizens.models import Category, Report
from halong.citizens.queries import guessing, own, statistics
from halong.core.errors import Forbidden

pytestmark = pytest.mark.django_db
LONG = "Đội hạ tầng đã vá 2,5 m² mặt đường trước cổng chợ bằng bê tông nhựa nóng, có biên bản kèm theo."
MEASURE = [answering.ProofDraft("measure", name="Độ sâu", value=0, unit="cm")]


def routed(sent, staff, **more):
    return triage.route_report(Report.objects.get(pk=sent.report.pk), by=staff["duty"], **more)


@pytest.mark.parametrize(("code", "withheld"), [("conduct", False), ("pothole", True)])
def test_guesses_of_the_form_tell_nothing_of_texts_that_are_not_public(send, staff, agencies, code, withheld):
    words = "bác sĩ trưởng khoa xzyw quát mắng người nhà"
    routed(send(code, text=words, withheld=withheld), staff, agency=agencies["pha"])
    assert [kind.category.code for kind in guessing.guess(words, None, None).kinds] == []


def test_a_number_tells_no_place(client, send, wards):
    """A waiting request is found in every jurisdiction alike, so that asking one by one doesn't tell its place."""
    report = send().report
    codes_of = [ward.code for ward in wards]
    answers = [
        client.get(f"/open311/v2/requests/{report.pk}.json?jurisdiction_id={code}").content
        for code in codes_of
    ]
    assert len(set(answers)) == 1
    listed = [client.get(f"/open311/v2/requests.json?jurisdiction_id={code}").json() for code in codes_of]
    assert listed == [[], []]


def test_who_follows_sees_what_the_public_sees_and_only_while_it_does(send, staff, client):
    report = routed(send(text="Ổ gà trước nhà bà xzyw"), staff)
    followed = following.follow_report(report, client_id=uuid.uuid4())
    page = f"/c/r/{followed.code}"
    assert "xzyw" in client.get(page).content.decode()
    moderation.withhold_report(report, by=staff["duty"], reason="Có chi tiết riêng tư")
    assert "xzyw" not in client.get(page).content.decode()
    view = own.own_view(own.follower_of(followed.code))
    assert (view.steps, view.photos, view.answer) == ([], [], "")


def test_parts_of_the_public_figures_count_public_reports_only(send, staff, agencies, wards):
    """Else the difference to the list would tell that one withheld report came from there, and when."""
    span = {"start": timezone.now() - timedelta(days=1), "end": timezone.now() + timedelta(days=1)}
    for _ in range(6):
        routed(send(), staff, agency=agencies["pha"])
    before = [
        statistics.by_place(None, **span),
        statistics.flow(None, place=wards[0], **span),
        statistics.flow(None, agency=agencies["pha"], **span),
    ]
    routed(send("conduct"), staff, agency=agencies["pha"])
    routed(send(withheld=True), staff, agency=agencies["pha"])
    send()
    after = [
        statistics.by_place(None, **span),
        statistics.flow(None, place=wards[0], **span),
        statistics.flow(None, agency=agencies["pha"], **span),
    ]
    assert [row.flow.received for row in before[0]] == [6]
    assert after == before


def test_numbers_are_covered_when_the_kind_is_set_right(send, staff, catalogue):
    Category.objects.filter(code="noise").update(numbers_matter=True)
    catalogue["noise"].refresh_from_db()
    report = send("noise", text="Gọi tôi theo số 0912345678 nhé").report
    assert "0912345678" in report.public_text
    triage.change_report(report, by=staff["duty"], category=catalogue["pothole"])
    report.refresh_from_db()
    held = report.text + report.folded + report.public_text + report.public_folded
    assert "0912345678" not in held


def test_a_substitute_does_not_judge_the_work_of_whom_he_stands_in_for(send, staff, agencies, person):
    stand_in = person("officer", agency=agencies["gai"])
    handling.name_substitute(
        by=staff["head"], agency=agencies["pha"], principal=staff["head"], substitute=stand_in,
        start=timezone.now() - timedelta(minutes=1), end=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    report = handling.accept_report(routed(send(), staff, agency=agencies["pha"]), by=staff["head"])
    extension = handling.ask_extension(
        report, by=staff["head"], due_at=report.due_at + timedelta(days=2), reason="Chờ vật liệu về đến kho"
    )
    with pytest.raises(Forbidden):
        handling.decide_extension(extension, by=stand_in, grant=True)
    answer = answering.write_answer(report, by=staff["head"], text=LONG, proofs=MEASURE)
    with pytest.raises(Forbidden):
        answering.approve_answer(answer, by=stand_in)


def test_photos_of_an_answer_wait_for_its_approval(send, staff, agencies):
    from tests.citizens.conftest import picture

    from halong.citizens.actions.photographs import attach_photo, check_waiting

    sent = send()
    report = handling.accept_report(routed(sent, staff, agency=agencies["pha"]), by=staff["officer"])
    photo = attach_photo(report, picture(), key="a", use="after", by=staff["officer"])
    check_waiting()
    photo.refresh_from_db()
    assert own.own_photo(sent.follower, photo.pk) is None
    proof = answering.ProofDraft("photo", photo=photo)
    answer = answering.write_answer(report, by=staff["officer"], text=LONG, proofs=[proof])
    assert own.own_photo(sent.follower, photo.pk) is None
    answering.approve_answer(answer, by=staff["head"])
    assert own.own_photo(sent.follower, photo.pk) is not None


@pytest.mark.parametrize("text", [
    "SĐT.0912345678", "đt,0912 345 678", "gọi (+84) 912 345 678", "0912  345  678", "CCCD.022123456789",
    "０９１２３４５６７８", "tôi tên là nguyễn văn an ở tổ 5", "Họ tên: trần thị bé, gần chợ", "người gửi: lê văn cường",
])  # fmt: skip
def test_details_are_covered_however_they_are_written(text):
    found = mask(text)
    assert found.covered
    assert not any(secret in found.text for secret in ("345", "３４５", "123456", "văn", "thị"))


def test_words_that_only_look_alike_stay():
    for text in (
        "giá 1.250.000.000 đồng",
        "rộng 1.091234567890 m",
        "Tên đường là Lê Lợi bị sai",
        "tôi là người dân",
    ):
        assert mask(text).covered == ()


def test_codes_of_others_are_no_use(send):
    first, second = send(), send()
    assert own.own_photo(first.follower, 1) is None
    assert own.follower_of(second.code).report_id != first.report.pk
    assert codes.digest_of(first.code) != codes.digest_of(second.code)
