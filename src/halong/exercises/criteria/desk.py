"""The desk's daily work: calls taken down, citizens' reports handled, the duty log kept, people told."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from halong.accounts.models import User
from halong.audit.models import AuditEntry
from halong.citizens.models import Report
from halong.duty.models import Call, LogEntry
from halong.exercises.criteria import VOID, Found, Span


def call_taken(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A telephone call was taken down; the clock begins when the trainer rang up. VOID when he never did."""
    since = span.since
    if span.event is not None and span.event.get("by_telephone"):
        rung = span.event.get("rung_at")
        if rung is None:
            return VOID
        since = datetime.fromisoformat(str(rung))
    found = (
        Call.objects.filter(taken_at__gte=since, taken_at__lte=span.until)
        .select_related("by")
        .order_by("taken_at")
        .first()
    )
    if found is None:
        return Found(None, since=since)
    return Found(found.taken_at, found.by.username, found.kind, since)


def report_handled(settings: Mapping[str, Any], span: Span) -> Found | None:
    """The citizen's report of the event before was passed on, merged or answered by somebody."""
    own = str((span.event or {}).get("client_id", ""))
    if not own:
        return VOID
    report = Report.objects.filter(
        Q(followers__client_id=uuid.UUID(own), followers__sender=True) | Q(external_id=own)
    ).first()
    if report is None:
        return VOID
    done = _first(
        AuditEntry.objects.filter(object_type=Report._meta.label_lower, object_id=str(report.pk)), span
    )
    return Found(done.at, done.actor, report.number) if done else None


def logged(settings: Mapping[str, Any], span: Span) -> Found | None:
    """Somebody wrote into the duty log; of the kinds ``kinds`` if named (an order, a note)."""
    rows = LogEntry.objects.filter(written_at__gte=span.since, written_at__lte=span.until, by__isnull=False)
    rows = rows.filter(kind__in=settings.get("kinds") or ("note", "event", "order-in", "order-out"))
    found = rows.select_related("by").order_by("written_at").first()
    return Found(found.written_at, found.by.username if found.by else "", found.text[:80]) if found else None


def acted(settings: Mapping[str, Any], span: Span) -> Found | None:
    """Somebody did one of the ``actions`` (names as the audit log has them)."""
    found = _first(AuditEntry.objects.filter(action__in=settings.get("actions", ())), span)
    return Found(found.at, found.actor, found.action) if found else None


def _first(rows: "QuerySet[AuditEntry]", span: Span) -> AuditEntry | None:
    """The first of them that a person made in the span."""
    mine = rows.filter(actor__in=User.objects.values("username"), at__gte=span.since, at__lte=span.until)
    return mine.order_by("at").first()
