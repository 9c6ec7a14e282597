"""Whatever was done to reports, no page, file or feed holds what leads to a sender, or an exact place before the public."""

import random
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from tests.citizens.conftest import CONTACT, picture

from halong.citizens import codes
from halong.citizens.actions import answering, following, handling, moderation, triage
from halong.citizens.actions.arriving import look_at_new
from halong.citizens.actions.photographs import attach_photo, check_waiting
from halong.citizens.models import Report
from halong.core.errors import HalongError

pytestmark = pytest.mark.django_db
LONG = "Một lý do đủ dài để người dân hiểu được việc này, đã làm 2,5 m² mặt đường trước cổng chợ."
PRIVATE = "Tôi tên là Nguyễn Thị Bí Mật, số 0912 345 678. Ổ gà trước chợ"
PUBLIC = ("/c", "/c/reports", "/c/reports.csv", "/c/reports.rss", "/c/reports.geojson", "/c/reports.geojson?zoom=9",
          "/c/reports/figures", "/c/reports/hot-spots.geojson", "/open311/v2/requests.json", "/open311/v2/requests.xml",
          "/open311/v2/servicerequestupdates.json", "/c/suggestions", "/c/notices")  # fmt: skip
EACH = ("/c/reports/{}", "/open311/v2/requests/{}.json", "/open311/v2/requests/{}.xml", "/c/photos/{}/public")
DESK = (
    "/reports",
    "/reports/triage",
    "/reports.csv",
    "/reports/moderation",
    "/reports/figures",
    "/reports/{}",
    "/notices",
)


def body(answer):
    return b"".join(answer).decode(errors="replace")


def acts(report, other, sent, staff, agencies):
    proofs = [answering.ProofDraft("measure", name="Độ sâu", value=0, unit="cm")]
    return [
        lambda: triage.route_report(report, by=staff["duty"], agency=agencies["pha"], note=""),
        lambda: triage.merge_report(report, other, by=staff["duty"]),
        lambda: triage.decline_report(report, by=staff["duty"], reason="abuse", note=LONG),
        lambda: triage.hand_over(report, by=staff["duty"], matter="complaint"),
        lambda: handling.accept_report(report, by=staff["officer"]),
        lambda: handling.ask_citizen(report, by=staff["officer"], text="Ở gần nhà nào ạ?"),
        lambda: answering.reply_question(report.questions.latest("pk"), by=sent.follower, text=PRIVATE),
        lambda: handling.ask_extension(
            report, by=staff["officer"], due_at=report.due_at + timedelta(days=2), reason=LONG
        ),
        lambda: answering.write_answer(report, by=staff["officer"], text=LONG, proofs=proofs),
        lambda: answering.approve_answer(report.answers.latest("pk"), by=staff["head"]),
        lambda: answering.reopen_report(report, by=sent.follower, reason=PRIVATE),
        lambda: moderation.withhold_report(report, by=staff["duty"], reason="Chi tiết riêng"),
        lambda: moderation.show_report(report, by=staff["duty"]),
        lambda: moderation.release_photo(report.photos.latest("pk"), by=staff["duty"]),
        lambda: following.follow_report(report, client_id=uuid.uuid4()),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_no_surface_holds_what_leads_to_a_sender(seed, send, staff, agencies, client):
    chance = random.Random(seed)
    sent = [
        send(kind, text=PRIVATE, lon=107.2 + n * 0.00013711, lat=21.0 + n * 0.00019319)
        for n, kind in enumerate(["pothole", "pothole", "noise", "conduct"], 1)
    ]
    for one in sent:
        attach_photo(one.report, picture(), key="a", by=one.follower)
    check_waiting()
    look_at_new()
    for _step in range(40):
        one, two = chance.sample(sent, 2)
        report, other = (Report.objects.get(pk=row.report.pk) for row in (one, two))
        try:
            chance.choice(acts(report, other, one, staff, agencies))()
        except (HalongError, ObjectDoesNotExist):  # not now
            continue
    person = {"Bí Mật", CONTACT.email, "0912345678", "0912 345 678"}
    person |= {str(one.report.client_id) for one in sent} | {codes.shown_code(one.code) for one in sent}
    person |= {one.code for one in sent} | {one.report.client_id.hex for one in sent}
    exact = {f"{side:.8f}"[:10] for one in sent for side in (one.report.lon, one.report.lat)}
    numbers = [one.report.pk for one in sent]
    for path in [*PUBLIC, *(path.format(pk) for path in EACH for pk in numbers)]:
        text = body(client.get(path))
        assert [secret for secret in person | exact if secret in text] == [], path
    for who in ("duty", "officer", "head", "other", "admin"):
        client.force_login(staff[who])
        for path in [path.format(pk) for path in DESK for pk in numbers]:
            text = body(client.get(path))
            assert [secret for secret in person if secret in text] == [], (who, path)
