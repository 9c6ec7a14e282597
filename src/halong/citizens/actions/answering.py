"""Answers: specific, with proof, approved by somebody else; and what the citizen says to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from halong.citizens.actions.steps import Kind, State, advance, happened, promise_of, said
from halong.citizens.documents import checked_document
from halong.citizens.masking import mask
from halong.citizens.models import Answer, Extension, Follower, Photo, Proof, Question, Report
from halong.citizens.permissions import CITIZEN, ids_of, require_person
from halong.citizens.promises import terms_on
from halong.citizens.simulated import moment
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import local
from halong.core.workdays import add_workdays, end_of_office

LEAST = 60  # characters of an answer
BLANK = re.compile(r"\[[^\]\n]{1,80}\]")
REOPEN_DAYS = 15
MOST_REOPENINGS = 3
PROOFS = 10


@dataclass(frozen=True)
class ProofDraft:
    """What shows that an answer is true: a checked photo of this report; a document's name (and its bytes); or what was
    measured, with value and unit.
    """

    kind: str
    photo: Photo | None = None
    name: str = ""
    content: bytes = b""
    value: float | None = None
    unit: str = ""
    measured_at: datetime | None = None


@transaction.atomic
def write_answer(report: Report, *, by: Any, text: str, proofs: Sequence[ProofDraft]) -> Answer:
    """Answer the report; the head of the agency approves it. Without proof, or with a template's blanks, it is refused."""
    person, behalf = require_person(by, "reports.handle", report)
    text = _specific(text)
    if not proofs:
        words = _("An answer needs proof: a photo of afterwards, a document, or a measured value.")
        raise Invalid(words, fields={"proofs": words})
    now, promise = moment(), promise_of(report)
    advance(report, [State.WORKING], state=State.ANSWERED, step_due_at=promise.after(now, promise.accept))
    Extension.objects.filter(report=report, state=Extension.State.WAITING).update(
        state=Extension.State.DROPPED, decided_at=now
    )
    assert report.agency is not None
    answer = Answer.objects.create(
        report=report, agency=report.agency, text=text, written_by=person, written_at=now
    )
    Proof.objects.bulk_create(_proof(answer, draft) for draft in proofs[:PROOFS])
    happened(
        report, Kind.ANSWERED, by, agency=report.agency, behalf=behalf, answer=answer.pk, proofs=len(proofs)
    )
    return answer


def _specific(text: str) -> str:
    plain = said(text, "text", least=LEAST)
    blanks = BLANK.findall(plain)
    if blanks:
        words = _("Replace what stands in brackets: %(blanks)s") % {"blanks": ", ".join(blanks[:3])}
        raise Invalid(words, fields={"text": words})
    return plain


def _proof(answer: Answer, draft: ProofDraft) -> Proof:
    if draft.kind == Proof.Kind.PHOTO:
        photo = draft.photo
        if photo is None or photo.report_id != answer.report_id or photo.use != Photo.Use.AFTER:
            raise Invalid(
                _("Choose a photo of afterwards."), fields={"proofs": _("Choose a photo of afterwards.")}
            )
        if photo.state == Photo.State.REFUSED:
            raise Invalid(_("This photo was refused."), fields={"proofs": _("This photo was refused.")})
        return Proof(answer=answer, kind=draft.kind, photo=photo)
    name = said(draft.name, "proofs", most=200)
    if draft.kind == Proof.Kind.DOCUMENT:
        media_type = checked_document(draft.content) if draft.content else ""
        return Proof(answer=answer, kind=draft.kind, name=name, content=draft.content, media_type=media_type)
    if draft.kind != Proof.Kind.MEASURE or draft.value is None or not isfinite(draft.value):
        raise Invalid(_("Write the measured value."), fields={"proofs": _("Write the measured value.")})
    unit = said(draft.unit, "proofs", most=20)
    return Proof(
        answer=answer, kind=draft.kind, name=name, value=draft.value, unit=unit, measured_at=draft.measured_at
    )


@transaction.atomic
def approve_answer(answer: Answer, *, by: Any) -> Answer:
    """The head of the agency stands for the answer: the citizen and the public have it."""
    report = answer.report
    person, behalf = require_person(by, "reports.approve", report)
    if answer.written_by_id in ids_of(person, behalf):
        raise Forbidden(_("Whoever wrote an answer doesn't approve it."))
    if any(
        proof.photo.state != Photo.State.READY
        for proof in answer.proofs.select_related("photo")
        if proof.photo
    ):
        raise Conflict(_("A photo of the proof is still being checked."))
    now = moment()
    if not Answer.objects.filter(pk=answer.pk, state=Answer.State.WAITING).update(
        state=Answer.State.APPROVED, decided_by=person, decided_at=now
    ):
        raise Conflict(_("Somebody has decided already."))
    advance(
        report,
        [State.ANSWERED],
        state=State.RESOLVED,
        resolved_at=now,
        step_due_at=None,
        rating="",
        rating_note="",
        rated_at=None,
    )
    on_time = now <= report.due_at
    happened(
        report, Kind.RESOLVED, by, note=answer.text, public=True, agency=answer.agency, behalf=behalf, answer=answer.pk,
        on_time=on_time,
    )  # fmt: skip
    answer.refresh_from_db()
    return answer


@transaction.atomic
def send_back_answer(answer: Answer, *, by: Any, note: str) -> Answer:
    """The head isn't content: the officer writes another one."""
    report = answer.report
    person, behalf = require_person(by, "reports.approve", report)
    if answer.written_by_id in ids_of(person, behalf):
        raise Forbidden(_("Whoever wrote an answer doesn't decide about it."))
    note = said(note, "note", least=10)
    if not Answer.objects.filter(pk=answer.pk, state=Answer.State.WAITING).update(
        state=Answer.State.REFUSED, decided_by=person, decided_at=moment(), note=note
    ):
        raise Conflict(_("Somebody has decided already."))
    advance(report, [State.ANSWERED], state=State.WORKING, step_due_at=None)
    happened(report, Kind.SENT_BACK, by, note=note, agency=answer.agency, behalf=behalf, answer=answer.pk)
    answer.refresh_from_db()
    return answer


@transaction.atomic
def reply_question(question: Question, *, by: Follower, text: str) -> Question:
    """The sender answers a question; what tells who he is gets covered."""
    report = question.report
    _require_sender(by, report)
    plain, now = mask(said(text, "text", most=2000)).text, moment()
    if not Question.objects.filter(pk=question.pk, replied_at=None).update(reply=plain, replied_at=now):
        raise Conflict(_("This question was answered already."))
    question.reply, question.replied_at = plain, now
    happened(report, Kind.REPLIED, CITIZEN, note=plain, question=question.pk)
    return question


@transaction.atomic
def rate_report(report: Report, *, by: Follower, rating: str, note: str = "") -> Report:
    """The sender says how content he is, once an answer. Satisfied or accepting closes the report."""
    _require_sender(by, report)
    if rating not in Report.Rating.values:
        raise Invalid(_("Choose one."), fields={"rating": _("Choose one.")})
    if report.rating:
        raise Conflict(_("This answer was rated already."))
    now = moment()
    plain = mask(said(note, "note", least=0, most=1000)).text
    content = rating != Report.Rating.DISSATISFIED
    changes = {"state": State.CLOSED, "closed_at": now} if content and report.state == State.RESOLVED else {}
    advance(report, [State.RESOLVED, State.CLOSED], rating=rating, rating_note=plain, rated_at=now, **changes)
    happened(report, Kind.RATED, CITIZEN, public=True, agency=report.agency, rating=rating)
    if changes:
        happened(report, Kind.CLOSED, CITIZEN, public=True)
    return report


def reopen_until(report: Report) -> datetime | None:
    """Until when the sender may ask to have it done again; None when he may not."""
    if report.state not in (State.RESOLVED, State.CLOSED) or report.resolved_at is None:
        return None
    if report.reopenings >= MOST_REOPENINGS or report.anonymised_at is not None:
        return None
    day = local(report.resolved_at).date()
    terms = terms_on(day)
    return end_of_office(add_workdays(day, terms.reopen_days if terms else REOPEN_DAYS))


@transaction.atomic
def reopen_report(report: Report, *, by: Follower, reason: str) -> Report:
    """The sender asks to have it done again, with a reason: back to the agency, with a new deadline; its superior hears."""
    _require_sender(by, report)
    until, now = reopen_until(report), moment()
    if until is None or until < now:
        raise Conflict(_("This report can't be re-opened any more."))
    reason = mask(said(reason, "reason", least=10, most=2000)).text
    promise = promise_of(report)
    due_at = promise.after(now, promise.answer)
    advance(
        report,
        [State.RESOLVED, State.CLOSED],
        state=State.ROUTED,
        reopenings=report.reopenings + 1,
        first_due_at=due_at,
        due_at=due_at,
        step_due_at=promise.after(now, promise.accept),
        routed_at=now,
        accepted_at=None,
        resolved_at=None,
        closed_at=None,
    )
    happened(report, Kind.REOPENED, CITIZEN, note=reason, public=False, agency=report.agency, due_at=due_at)
    return report


def _require_sender(by: Follower, report: Report) -> None:
    if not isinstance(by, Follower) or by.report_id != report.pk or not by.sender:
        raise Forbidden
