"""What the agency does: take on or return, give to an officer, ask, work together, ask for more time."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.citizens.actions.steps import Kind, State, advance, happened, promise_of, said
from halong.citizens.models import CoAgency, Extension, Question, Report, Substitute
from halong.citizens.permissions import ids_of, may_view, require_person
from halong.citizens.simulated import moment
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import format_datetime
from halong.core.permissions import has_perm, require
from halong.places.models import Agency

REASON = 20  # characters of a reason that a citizen reads, at least
FARTHEST = timedelta(days=92)


@transaction.atomic
def accept_report(report: Report, *, by: Any) -> Report:
    """The agency takes the report on: it is competent, and answers until ``due_at``."""
    person, behalf = require_person(by, "reports.handle", report)
    now = moment()
    advance(report, [State.ROUTED], state=State.WORKING, accepted_at=now, assignee=person, step_due_at=None)
    happened(
        report, Kind.ACCEPTED, by, public=True, agency=report.agency, due_at=report.due_at, behalf=behalf
    )
    return report


@transaction.atomic
def return_report(report: Report, *, by: Any, reason: str, agency: Agency | None = None) -> Report:
    """The agency isn't competent: back to the duty officer, with a reason and, if known, the competent agency.

    Only until it has taken the report on, within the hours for that; each return is counted.
    """
    _person, behalf = require_person(by, "reports.handle", report)
    reason = said(reason, "reason", least=REASON)
    now, promise, former = moment(), promise_of(report), report.agency
    advance(
        report,
        [State.ROUTED],
        state=State.RETURNED,
        agency=None,
        assignee=None,
        returns=report.returns + 1,
        step_due_at=promise.after(now, promise.triage),
    )
    happened(
        report,
        Kind.RETURNED,
        by,
        note=reason,
        public=True,
        agency=former,
        behalf=behalf,
        suggested=agency.pk if agency else 0,
    )
    return report


@transaction.atomic
def assign_report(report: Report, *, by: Any, user: User) -> Report:
    """Give the report to one officer of the agency."""
    _person, behalf = require_person(by, "reports.handle", report)
    if not has_perm(user, "reports.handle", report):
        words = _("This person doesn't handle reports of this agency.")
        raise Invalid(words, fields={"user": words})
    advance(report, [State.ROUTED, State.WORKING, State.ANSWERED], assignee=user)
    happened(report, Kind.ASSIGNED, by, agency=report.agency, behalf=behalf, to=user.pk)
    return report


@transaction.atomic
def ask_citizen(report: Report, *, by: Any, text: str) -> Question:
    """Ask the sender something; one question at a time. The deadline runs on."""
    person, behalf = require_person(by, "reports.handle", report)
    text = said(text, "text", least=5)
    if Question.objects.filter(report=report, replied_at=None).exists():
        raise Conflict(_("A question waits for an answer already."))
    advance(report, [State.WORKING])
    question = Question.objects.create(report=report, text=text, asked_by=person, asked_at=moment())
    happened(report, Kind.ASKED, by, note=text, agency=report.agency, behalf=behalf, question=question.pk)
    return question


@transaction.atomic
def invite_agency(report: Report, *, by: Any, agency: Agency, request: str) -> CoAgency:
    """Ask another agency to work along; the one that has the report still answers for it."""
    person, behalf = require_person(by, "reports.handle", report)
    request = said(request, "request", least=10)
    if agency.pk == report.agency_id or CoAgency.objects.filter(report=report, agency=agency).exists():
        words = _("This agency works on it already.")
        raise Invalid(words, fields={"agency": words})
    advance(report, [State.ROUTED, State.WORKING])
    row = CoAgency.objects.create(
        report=report, agency=agency, request=request, invited_by=person, invited_at=moment()
    )
    happened(report, Kind.INVITED, by, note=request, public=True, agency=agency, behalf=behalf)
    return row


@transaction.atomic
def finish_part(row: CoAgency, *, by: Any, note: str) -> CoAgency:
    """A partner agency has done its part and says what; needs ``reports.handle`` in that agency."""
    require(by, "reports.handle", row.agency)
    if not isinstance(by, User):
        raise Forbidden
    note, now = said(note, "note", least=10), moment()
    if not CoAgency.objects.filter(pk=row.pk, done_at=None).update(done_at=now, note=note):
        raise Conflict(_("This part was done already."))
    row.done_at, row.note = now, note
    happened(row.report, Kind.JOINED, by, note=note, public=False, agency=row.agency)
    return row


@transaction.atomic
def ask_extension(report: Report, *, by: Any, due_at: datetime, reason: str) -> Extension:
    """Ask for more time. The citizen is told at once that it was asked for, and why."""
    person, behalf = require_person(by, "reports.handle", report)
    reason, now = said(reason, "reason", least=REASON), moment()
    if not report.due_at < due_at <= max(report.due_at, now) + FARTHEST or due_at <= now:
        words = _("The new deadline must lie after the present one, by three months at most.")
        raise Invalid(words, fields={"due_at": words})
    if Extension.objects.filter(report=report, state=Extension.State.WAITING).exists():
        raise Conflict(_("An extension waits for a decision already."))
    advance(report, [State.WORKING])
    assert report.agency is not None
    row = Extension.objects.create(
        report=report,
        agency=report.agency,
        reason=reason,
        before=report.due_at,
        asked_due_at=due_at,
        asked_by=person,
        asked_at=now,
    )
    happened(
        report, Kind.EXTENSION_ASKED, by, note=reason, public=True, agency=report.agency, due_at=due_at, behalf=behalf,
        extension=row.pk,
    )  # fmt: skip
    return row


def decides_extension(by: Any, report: Report) -> bool:
    """Whether a person may decide: the head for the first extension, from the second on the superior agency's head."""
    agency = report.agency
    if agency is None:
        return False
    if report.extensions == 0:
        return has_perm(by, "reports.approve", report)
    return agency.parent is not None and has_perm(by, "reports.approve", agency.parent)


@transaction.atomic
def decide_extension(row: Extension, *, by: Any, grant: bool, note: str = "") -> Extension:
    """Grant more time or refuse it; never by who asked. A refusal needs a word."""
    report = row.report
    person, behalf = require_person(by, "reports.approve", report) if report.extensions == 0 else (by, None)
    if report.extensions and not decides_extension(by, report):
        raise Forbidden(_("A further extension is decided by the superior agency."))
    if row.asked_by_id in ids_of(person, behalf):
        raise Forbidden(_("Whoever asked for more time doesn't decide about it."))
    note = said(note, "note", least=0 if grant else REASON)
    now = moment()
    state = Extension.State.GRANTED if grant else Extension.State.REFUSED
    if not Extension.objects.filter(pk=row.pk, state=Extension.State.WAITING).update(
        state=state, decided_by=by, decided_at=now, note=note
    ):
        raise Conflict(_("Somebody has decided already."))
    changes = {"due_at": row.asked_due_at, "extensions": report.extensions + 1} if grant else {}
    advance(report, [State.WORKING], **changes)
    words = note or _("until %(date)s") % {"date": format_datetime(row.asked_due_at)}
    kind = Kind.EXTENDED if grant else Kind.EXTENSION_REFUSED
    happened(
        report,
        kind,
        by,
        note=words,
        public=True,
        agency=row.agency,
        due_at=report.due_at,
        behalf=behalf,
        extension=row.pk,
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def add_note(report: Report, *, by: Any, note: str) -> None:
    """Write something down for other handlers; the public never sees it."""
    require(by, "reports.view")
    if not isinstance(by, User) or not may_view(by, report):
        raise Forbidden
    happened(report, Kind.NOTE, by, note=said(note, "note"))


@transaction.atomic
def name_substitute(
    *,
    by: Any,
    agency: Agency,
    principal: User,
    substitute: User,
    start: datetime,
    end: datetime,
    decision: str = "",
) -> Substitute:
    """Say who acts for somebody of an agency while he is absent. He himself may, or whoever approves there."""
    if not isinstance(by, User):
        raise Forbidden
    if by.pk != principal.pk:
        require(by, "reports.approve", agency)
    if not has_perm(principal, "reports.handle", agency):
        words = _("This person handles no reports there.")
        raise Invalid(words, fields={"principal": words})
    if end <= max(start, timezone.now()) or substitute.pk == principal.pk or not substitute.is_active:
        words = _("Choose another active person and a time that isn't over.")
        raise Invalid(words, fields={"substitute": words})
    row = Substitute.objects.create(
        agency=agency,
        principal=principal,
        substitute=substitute,
        start=start,
        end=end,
        decision=decision.strip()[:300],
        named_by=by,
        named_at=timezone.now(),
    )
    _record(by, "reports.name_substitute", row, principal=principal.pk, substitute=substitute.pk)
    return row


@transaction.atomic
def end_substitute(row: Substitute, *, by: Any) -> None:
    """End it before its time."""
    if not isinstance(by, User):
        raise Forbidden
    if by.pk != row.principal_id:
        require(by, "reports.approve", row.agency)
    if not Substitute.objects.filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Conflict(_("It has ended already."))
    _record(by, "reports.end_substitute", row)


def _record(by: User, action: str, row: Substitute, **summary: Any) -> None:
    from halong.audit.actions import record  # noqa: PLC0415

    record(by, action, row, **summary)
