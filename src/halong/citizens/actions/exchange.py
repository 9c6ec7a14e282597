"""Reports that live on two servers: taken in from a partner's, and what the partner says of them or of ours.

A partner's word is an entry signed by the partner's agency. It moves a report only while that agency has it: what one of our
agencies has is answered here, with proof.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from halong.citizens.actions.sending import Draft, Sent, send_report
from halong.citizens.actions.steps import Kind, State, advance, happened, promise_of
from halong.citizens.masking import mask_public
from halong.citizens.models import Report, ReportEvent
from halong.core.errors import Conflict
from halong.core.permissions import SYSTEM, require
from halong.places.models import Agency

HELD = (State.ROUTED, State.WORKING, State.ANSWERED)


@transaction.atomic
def take_from_partner(draft: Draft, *, agency: Agency | None, by: Any = SYSTEM) -> Sent:
    """Take in what a partner's server has, once a ``client_id``; ``agency``: the partner's, which has it from the start.

    Without one it waits for the duty officer like every other. Raises what ``send_report`` raises.
    """
    require(by, "system.manage")
    sent = send_report(draft, by=by)
    if sent.new and agency is not None:
        _hand_to(sent.report, agency, by)
    return sent


def _hand_to(report: Report, agency: Agency, by: Any) -> None:
    now, promise = timezone.now(), promise_of(report)
    advance(
        report,
        (State.SENT,),
        state=State.ROUTED,
        agency=agency,
        routed_at=now,
        step_due_at=min(promise.after(now, promise.accept), max(report.due_at, now)),
        public=not report.withheld,
    )
    happened(report, Kind.ROUTED, by, public=True, agency=agency, due_at=report.due_at, chosen=True)


@transaction.atomic
def note_from_partner(
    report: Report,
    *,
    agency: Agency | None,
    text: str,
    source: int,
    key: str,
    is_open: bool | None = None,
    by: Any = SYSTEM,
) -> ReportEvent | None:
    """Write down what a partner says of a report; None when it was written before (the same ``key`` or the same words).

    Where the partner's agency has the report, its closing and re-opening are ours, too.
    """
    require(by, "system.manage")
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("category", "place").get(pk=report.pk)
    )
    words = mask_public(text.strip()).text
    known = ReportEvent.objects.filter(report=report, data__source=source)
    if known.filter(data__key=key).exists():
        return None
    moved = _mirror(report, agency, is_open)
    if moved is None and (not words or known.filter(note=words).exists()):
        return None
    kind = moved or Kind.NOTE
    return happened(report, kind, by, note=words, public=True, agency=agency, source=source, key=key)


def _mirror(report: Report, agency: Agency | None, is_open: bool | None) -> str | None:
    """Close or re-open as the partner did; returns the kind of entry, or None where nothing moves."""
    if agency is None or report.agency_id != agency.pk or is_open is None:
        return None
    now = timezone.now()
    try:
        if not is_open and report.state in HELD:
            over: dict[str, datetime | None] = {"resolved_at": now, "closed_at": now, "step_due_at": None}
            advance(report, HELD, state=State.CLOSED, **over)
            return str(Kind.CLOSED)
        if is_open and report.state == State.CLOSED:
            advance(
                report,
                (State.CLOSED,),
                state=State.ROUTED,
                resolved_at=None,
                closed_at=None,
                step_due_at=report.due_at,
            )
            return str(Kind.REOPENED)
    except Conflict:  # somebody here was faster; what the partner said is still written down
        report.refresh_from_db()
    return None


@transaction.atomic
def note_trouble(report: Report, *, text: str, source: int, by: Any = SYSTEM) -> ReportEvent:
    """Tell handlers, and only them, that a report couldn't be passed on."""
    require(by, "system.manage")
    return happened(report, Kind.NOTE, by, note=text, source=source)
