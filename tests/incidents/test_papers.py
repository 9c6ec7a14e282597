"""Situation report and after-action report: what they say, on paper and as a text document."""

import io
import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone, translation
from docx import Document
from tests.panorama.briefing.test_pdf import NASTY, pages

from halong.core import pdf
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.incidents import after, exports
from halong.incidents.actions import (
    CorrectionDraft,
    NoteDraft,
    PartRef,
    ReviewDraft,
    add_note,
    change_incident,
    close_incident,
    contain_incident,
    give_role,
    give_task,
    make_situation_report,
    record_decision,
    save_review,
    sign_review,
)
from halong.incidents.models import Entry, Incident, Review
from halong.tasks.actions import TaskDraft
from halong.tasks.models import Task

LOOK = os.environ.get("HALONG_LOOK")  # a folder in which to put what can be looked at


@pytest.fixture
def story(declare, operator, other, chair, rescue, make_alert, station):
    """A storm at sea, from its alert to the all-clear."""
    alert = make_alert(entity=station, ago=40, title="Gió giật cấp 9 · Trạm Cô Tô", priority=1)
    incident = declare(
        title="Tàu du lịch QN-6088 mắc cạn gần hòn Ti Tốp, 34 khách", severity=3, where="phía đông hòn Ti Tốp",
        summary="Tàu mất lái do gió giật, mắc cạn trên bãi đá. 34 khách và 5 thuyền viên đều mặc áo phao.",
        parts=(PartRef("alert", str(alert.pk)),),
    )  # fmt: skip
    give_role(incident, "commander", chair, by=operator, decision="QĐ 112/QĐ-BCH")
    give_role(incident, "field", other, by=operator)
    add_note(incident, NoteDraft("Đã gọi Đồn biên phòng Tuần Châu, ca nô xuất phát."), by=operator)
    record_decision(
        incident,
        by=chair,
        text="Đưa khách lên bờ trước 18 giờ; dừng cấp phép rời bến.",
        client_id=uuid.uuid4(),
    )
    give_task(
        incident,
        TaskDraft("Điều hai ca nô tới hòn Ti Tốp", rescue, timezone.now() + timedelta(hours=2)),
        by=operator,
    )
    change_incident(incident, {"severity": 4}, by=operator)
    return incident


@pytest.fixture
def closed(story, operator):
    contain_incident(story, by=operator, note="Khách đã lên ca nô")
    close_incident(story, by=operator, note="39 người an toàn, tàu được lai dắt", despite_open=True)
    return story


def written(rescue, **given):
    return ReviewDraft(
        **{
            "summary": "Tàu mất lái lúc gió giật cấp 9 và mắc cạn.\nKhông ai bị thương.",
            "cause": "Tàu rời bến khi bản tin gió mạnh đã phát.",
            "went_well": "Ca nô tới nơi sau 25 phút.",
            "went_badly": "Số điện thoại của chủ tàu đã cũ.",
            "corrections": (
                CorrectionDraft("Kiểm tra lại danh bạ chủ tàu", rescue, timezone.now() + timedelta(days=14)),
            ),
            **given,
        }
    )  # fmt: skip


def look(name, template, data):
    if LOOK:
        for number, page in enumerate(pdf.pictures(template, data, timezone.now())):
            (Path(LOOK) / f"{name}-{number}.png").write_bytes(page)


def test_a_situation_report_says_how_it_stands_in_both_languages(story, operator):
    entry = make_situation_report(story, by=operator)
    again = make_situation_report(story, by=operator)
    assert (entry.data["number"], again.data["number"]) == (1, 2)
    content = entry.data["content"]["en"]
    assert content["head"][:3] == [
        ["Kind", "Boat in distress"],
        ["Severity", "Extraordinary"],
        ["State", "Responding"],
    ]
    assert [task["title"] for task in content["tasks"]] == ["Điều hai ca nô tới hòn Ti Tốp"]
    assert [row["text"] for row in content["decisions"]] == [
        "Đưa khách lên bờ trước 18 giờ; dừng cấp phép rời bến."
    ]
    assert entry.data["content"]["vi"]["head"][2][1] == "Đang ứng phó"
    for language in ("vi", "en"):
        with translation.override(language):
            made = exports.situation_pdf(entry)
            assert made == exports.situation_pdf(entry)
            assert pages(made) <= 2
            sheet = exports._sheet(content=entry.data["content"][language], words=exports._words())
            look(f"situation-{language}", exports.PAPER / "situation.typ", sheet)


def test_the_report_is_written_together_and_nobody_overwrites_another(closed, operator, other, rescue):
    review = save_review(closed, written(rescue), by=operator)
    assert (review.version, review.corrections.count()) == (1, 1)
    with pytest.raises(Conflict):
        save_review(closed, written(rescue), by=other)
    saved = save_review(closed, written(rescue, summary="Khác", version=1, corrections=()), by=other)
    assert (saved.version, saved.summary, saved.corrections.count()) == (2, "Khác", 0)
    with pytest.raises(Conflict):
        save_review(closed, written(rescue, version=1), by=operator)
    with pytest.raises(Conflict):
        sign_review(review, by=operator)


def test_signed_it_is_frozen_and_its_corrections_are_tasks(closed, operator, person, rescue):
    review = save_review(closed, written(rescue), by=operator)
    with pytest.raises(Forbidden):
        sign_review(review, by=person("officer", "officer", agency=rescue))
    sign_review(review, by=operator)
    task = Task.objects.get(origin="review")
    assert (task.title, task.agency, task.ref) == ("Kiểm tra lại danh bạ chủ tàu", rescue, str(closed.pk))
    assert (review.corrections.get().task, Incident.objects.get().state) == (task, "reviewed")
    assert [row["key"] for row in review.figures["times"]] == [
        "detect",
        "acknowledge",
        "assign",
        "contain",
        "close",
    ]
    with pytest.raises(Conflict, match=r"signed|đã ký"):
        save_review(closed, written(rescue, version=2), by=operator)
    assert Entry.objects.filter(kind="review").count() == 2


def test_it_is_not_signed_with_a_deadline_that_has_passed_or_before_the_end(story, closed, operator, rescue):
    late = CorrectionDraft("Muộn", rescue, timezone.now() - timedelta(days=1))
    review = save_review(closed, written(rescue, corrections=(late,)), by=operator)
    with pytest.raises(Invalid):
        sign_review(review, by=operator)
    assert Review.objects.get().signed_at is None
    empty = save_review(closed, written(rescue, summary=" ", version=1), by=operator)
    with pytest.raises(Invalid):
        sign_review(empty, by=operator)


def test_before_the_end_there_is_no_report(story, operator, rescue):
    with pytest.raises(Conflict):
        save_review(story, written(rescue), by=operator)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_can_be_printed_and_worked_on(closed, operator, rescue, language):
    sign_review(save_review(closed, written(rescue, went_well=NASTY), by=operator), by=operator)
    with translation.override(language):
        content = after.gather(closed)
        assert 1 <= pages(exports.review_pdf(closed)) <= 4
        made = exports.review_docx(closed)
        look(f"review-{language}", exports.PAPER / "review.typ", exports._sheet(content=content))
    if LOOK:
        (Path(LOOK) / f"review-{language}.docx").write_bytes(made)
    text = Document(io.BytesIO(made))
    headings = [one.text for one in text.paragraphs if one.style.name == "Heading 1"]
    assert headings[0] == {"vi": "Thời gian so với mục tiêu", "en": "Times against their targets"}[language]
    assert NASTY.split("\n")[0] in [one.text for one in text.paragraphs]
    cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
    assert "Kiểm tra lại danh bạ chủ tàu" in cells
    assert content["draft"] is False
