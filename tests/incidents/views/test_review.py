"""What is written after the response: saved together, signed once, tasks for what will be done differently."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from halong.incidents.actions import close_incident
from halong.incidents.models import Review
from halong.tasks.models import Task


@pytest.fixture
def over(incident, operator):
    """The response is over."""
    return close_incident(incident, by=operator, note="Đã cứu đủ 46 người", despite_open=True)


@pytest.fixture
def send(desk, over, rescue):
    """Saves the report: ``send(version=1, cause="…")``."""

    def post(**given):
        lines = {"corrections-TOTAL_FORMS": "2", "corrections-INITIAL_FORMS": "0"}
        line = {"corrections-0-text": "Mua hai tàu cứu nạn", "corrections-0-agency": rescue.pk,
                "corrections-0-due": str(date.today() + timedelta(days=30))}  # fmt: skip
        sent = {"version": 0, "summary": "Tàu mắc cạn lúc 14:00", **lines, **line, **given}
        return desk.post(reverse("incident-review", args=[over.pk]), sent)

    return post


def test_it_is_written_when_the_response_is_over(desk, incident):
    page = desk.get(reverse("incident-review", args=[incident.pk]))
    assert "It is written when the response is over." in page.text
    assert not page.context["may_write"]


def test_saved_then_signed(desk, over, send, rescue, operator, chair, at):
    assert send(went_well="Phối hợp nhanh").status_code == 302
    page = desk.get(reverse("incident-review", args=[over.pk]))
    assert page.context["lines"].initial[0]["text"] == "Mua hai tàu cứu nạn"
    for form, begins in (("pdf", b"%PDF-"), ("docx", b"PK\x03\x04")):
        paper = desk.get(reverse("incident-review-file", args=[over.pk, form]))
        assert paper.content.startswith(begins)
    signed = at(chair).post(
        reverse("incident-review-sign", args=[over.pk]), {"version": page.context["review"].version}
    )
    assert signed.status_code == 302
    over.refresh_from_db()
    assert (over.state, Review.objects.get().signed_by) == ("reviewed", chair)
    assert Task.objects.get(origin="review").agency == rescue
    read = desk.get(reverse("incident-review", args=[over.pk]))
    assert not read.context["may_write"]
    assert "Phối hợp nhanh" in read.text


def test_who_saves_second_keeps_what_was_typed(send):
    send()
    late = send(cause="Đèn luồng hỏng")
    assert late.status_code == 422
    assert "Đèn luồng hỏng" in late.text
    assert len(late.context["form"].non_field_errors()) == 1


def test_a_line_needs_agency_and_day(send):
    refused = send(**{"corrections-0-agency": ""})
    assert refused.status_code == 422
    assert [list(faults) for faults in refused.context["lines"].errors] == [["agency"], []]


def test_there_is_no_paper_of_nothing(desk, over):
    assert desk.get(reverse("incident-review-file", args=[over.pk, "pdf"])).status_code == 404
    assert desk.post(reverse("incident-review-sign", args=[over.pk]), {"version": 1}).status_code == 404
