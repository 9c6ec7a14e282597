"""Suggestions, notices of services, data requests."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from halong.citizens import abuse
from halong.citizens.actions import voices
from halong.citizens.models import Contact, DataRequest, Suggestion

pytestmark = pytest.mark.django_db
IDEA = {
    "kind": "idea",
    "title": "Thêm ghế đá ở bãi tắm",
    "text": "Đặt thêm ghế đá dưới bóng cây ven bãi tắm cho người già.",
}


@pytest.fixture
def fill(client, catalogue, monkeypatch):
    """Load a form, take one's time, send it."""
    monkeypatch.setattr(abuse, "READ", timedelta())

    def make(path, **given):
        page = client.get(path).content.decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', page))
        return client.post(path, {**hidden, **given})

    return make


def test_a_suggestion_is_received_and_followed(client, fill):
    sent = fill("/c/suggest", **IDEA)
    body = client.get(sent["Location"]).content.decode()
    assert (sent.status_code, IDEA["text"] in body, Suggestion.objects.count()) == (302, True, 1)
    assert IDEA["title"] not in client.get("/c/suggestions").content.decode()


def test_one_on_regulations_needs_its_author(fill):
    page = fill("/c/suggest", **{**IDEA, "kind": "regulation"})
    assert (page.status_code, IDEA["text"] in page.content.decode(), Suggestion.objects.count()) == (
        422,
        True,
        0,
    )


def test_a_complaint_is_led_elsewhere(fill):
    page = fill(
        "/c/suggest", **{**IDEA, "text": "Tôi làm đơn khiếu nại quyết định thu hồi đất của gia đình tôi."}
    )
    assert (page.status_code, Suggestion.objects.count()) == (422, 0)


def test_one_in_use_is_published(client, fill, staff):
    fill("/c/suggest", **IDEA)
    voices.answer_suggestion(
        Suggestion.objects.get(), by=staff["duty"], text="Đã đặt 12 ghế đá dọc bãi tắm từ ngày 20/11/2026.", use="12 ghế đá"
    )  # fmt: skip
    assert IDEA["title"] in client.get("/c/suggestions").content.decode()
    assert "12 ghế đá" in client.get(f"/c/suggestions/{Suggestion.objects.get().pk}").content.decode()


def test_notices_stand_on_the_home_page_by_place(client, catalogue, agencies, wards, staff):
    now = timezone.now()
    draft = voices.NoticeDraft(
        "water", "Cắt nước khu vực chợ", agencies["pha"], now, now + timedelta(hours=5), places=(wards[0],)
    )
    voices.publish_notice(voices.save_notice(draft, by=staff["admin"]), by=staff["admin"])
    assert "Cắt nước khu vực chợ" in client.get("/c").content.decode()
    assert "Cắt nước khu vực chợ" in client.get(f"/c/notices?place={wards[0].pk}").content.decode()
    assert "Cắt nước khu vực chợ" not in client.get(f"/c/notices?place={wards[1].pk}").content.decode()


def test_data_is_asked_for_by_code(client, fill, send):
    asked = fill("/c/data-request", kind="access", code=send().code)
    assert client.get(asked["Location"]).status_code == 200
    assert DataRequest.objects.get().follower is not None


def test_data_request_by_contact_or_not_at_all(fill):
    assert fill("/c/data-request", kind="erase").status_code == 422
    assert fill("/c/data-request", kind="erase", code="0000 0000 0000").status_code == 422
    assert fill("/c/data-request", kind="erase", email="a@b.vn", consents="on").status_code == 302
    assert Contact.objects.count() == 1
