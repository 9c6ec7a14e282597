"""What the holder of a code sees and does, and what nobody else may."""

import uuid
from datetime import timedelta

import pytest
from django.utils.translation import gettext as _
from tests.citizens.test_story import MEASURE, TEXT
from tests.citizens.views.conftest import solved

from halong.citizens import abuse
from halong.citizens.actions import answering, handling, triage
from halong.citizens.models import Contact, Follower, PushAddress, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(send):
    return send()


@pytest.fixture
def answered(sent, staff):
    report = triage.route_report(sent.report, by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    answer = answering.write_answer(report, by=staff["officer"], text=TEXT, proofs=MEASURE)
    answering.approve_answer(answer, by=staff["head"])
    return sent


def page(client, sent, **get):
    return client.get(f"/c/r/{sent.code}", get).content.decode()


def test_every_step_who_has_it_and_until_when(client, sent, staff):
    report = triage.route_report(sent.report, by=staff["duty"])
    body = page(client, sent)
    assert all(
        words in body
        for words in (
            "UBND phường Cẩm Phả đang giữ.",
            "Hạn trả lời",
            "Đã tiếp nhận, chuyển đơn vị",
            report.number,
        )
    )


def test_a_question_is_answered(client, sent, staff):
    report = triage.route_report(sent.report, by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    question = handling.ask_citizen(report, by=staff["officer"], text="Ổ gà nằm ở làn nào?")
    assert "Ổ gà nằm ở làn nào?" in page(client, sent)
    client.post(f"/c/r/{sent.code}/reply", {"question": question.pk, "text": "Làn ngoài cùng"})
    question.refresh_from_db()
    assert question.reply == "Làn ngoài cùng"


def test_an_extension_is_told_with_why_and_by_whom(client, sent, staff):
    report = triage.route_report(sent.report, by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    handling.ask_extension(
        report,
        by=staff["officer"],
        due_at=report.due_at + timedelta(days=3),
        reason="Chờ vật tư nhập về kho, chưa đủ để vá.",
    )
    body = page(client, sent)
    assert ("Chờ vật tư nhập về kho" in body, "UBND phường Cẩm Phả" in body) == (True, True)


def test_the_answer_is_rated_once(client, answered):
    assert TEXT in page(client, answered)
    assert client.post(f"/c/r/{answered.code}/rate", {"rating": "satisfied"}).status_code == 302
    assert Report.objects.get().rating == "satisfied"
    assert client.post(f"/c/r/{answered.code}/rate", {"rating": "accept"}).status_code == 422


def test_it_is_reopened_with_a_reason(client, answered):
    short = client.post(f"/c/r/{answered.code}/reopen", {"reason": "chưa"})
    assert (
        short.status_code,
        _("Write at least %(n)d characters.") % {"n": 10} in short.content.decode(),
    ) == (422, True)
    client.post(f"/c/r/{answered.code}/reopen", {"reason": "Chỗ vá đã bong ra sau một đêm mưa"})
    assert Report.objects.get().state == "routed"


def test_contact_is_set_removed_and_never_shown(client, sent):
    body = page(client, sent)
    assert ("bi.mat@example.vn" in body, "Bí Mật" in body) == (False, False)
    client.post(
        f"/c/r/{sent.code}/contact", {"email": "moi@example.vn", "wants_email": "on", "consents": "on"}
    )
    assert "moi@example.vn" not in page(client, sent)
    client.post(f"/c/r/{sent.code}/contact", {"remove": "1"})
    assert Contact.objects.count() == 0


def test_contact_without_consent_stays_with_what_is_wrong(client, sent):
    bad = client.post(f"/c/r/{sent.code}/contact", {"email": "moi@example.vn"})
    assert (bad.status_code, _("Contact data are kept only with consent.") in bad.content.decode()) == (
        422,
        True,
    )


def test_a_browser_is_remembered_and_forgotten(client, sent):
    given = {"endpoint": "https://push.example/1", "p256dh": "B" * 80, "auth": "A" * 22}
    client.post(f"/c/r/{sent.code}/push", given)
    assert PushAddress.objects.count() == 1
    client.post(f"/c/r/{sent.code}/push", {**given, "remove": "1"})
    assert PushAddress.objects.count() == 0


def test_same_here_follows_once_and_ends(client, sent, staff):
    report = triage.route_report(sent.report, by=staff["duty"])
    name = str(uuid.uuid4())
    for _time in range(2):
        followed = client.post(
            f"/c/reports/{report.pk}/follow", {"client_id": name, "altcha": solved(client)}
        )
    assert (Report.objects.get().weight, Follower.objects.count()) == (2, 2)
    body = client.get(followed["Location"]).content.decode()
    assert ("Số 12 Lê Lợi" in body, _("Stop following") in body, "/rate" in body) == (False, True, False)
    assert client.post(f"{followed['Location']}/unfollow").status_code == 302
    assert Follower.objects.filter(ended_at__isnull=False).count() == 1


def test_a_follower_may_not_act_for_the_sender(client, answered):
    given = {"client_id": str(uuid.uuid4()), "altcha": solved(client)}
    followed = client.post(f"/c/reports/{answered.report.pk}/follow", given)
    assert client.post(f"{followed['Location']}/rate", {"rating": "satisfied"}).status_code == 422
    assert Report.objects.get().rating == ""


def test_same_here_needs_work_or_a_form_that_was_read(client, sent, staff, monkeypatch):
    report = triage.route_report(sent.report, by=staff["duty"])
    name, url = str(uuid.uuid4()), f"/c/reports/{report.pk}/follow"
    asked = (
        {"client_id": name},
        {"client_id": name, "altcha": "e30="},
        {"client_id": name, "stamp": abuse.stamp()},
    )
    assert [client.post(url, given).status_code for given in asked] == [422, 422, 422]
    assert Report.objects.get().weight == 1
    monkeypatch.setattr(abuse, "READ", timedelta())
    assert client.post(url, {"client_id": name, "stamp": abuse.stamp()}).status_code == 302
    assert client.post(url, {"client_id": name}).status_code == 302  # the same press again costs nothing
    assert Report.objects.get().weight == 2


def test_codes_are_found_however_typed_and_guesses_are_not(client, sent):
    typed = " ".join(sent.code[n : n + 4].lower() for n in range(0, 12, 4))
    assert client.post("/c/follow", {"code": typed})["Location"] == f"/c/r/{sent.code}"
    wrong = client.post("/c/follow", {"code": "0000-0000-0000"})
    assert (
        wrong.status_code,
        _("Nothing has this code. Check it letter by letter.") in wrong.content.decode(),
    ) == (422, True)
    assert client.get("/c/r/000000000000").status_code == 404


def test_guessing_codes_is_counted(client, catalogue):
    answers = {client.get(f"/c/r/{n:012d}").status_code for n in range(70)}
    assert answers == {404, 429}


def test_own_photos_are_for_the_sender_only(client, answered, staff):
    assert client.get(f"/c/r/{answered.code}/photos/1").status_code == 404
