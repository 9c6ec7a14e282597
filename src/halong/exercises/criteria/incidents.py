"""Incidents: declared as what they are, with a commander, worked through, and ended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from halong.exercises.criteria import Found, Span
from halong.incidents.models import Entry, Incident, Role, Step

EARLY = timedelta(minutes=10)  # who declares a little before what is meant to make them do it has done it


def _of_kinds(settings: Mapping[str, Any]) -> "QuerySet[Incident]":
    """Incidents of the wanted kinds; of all if none is named."""
    kinds = settings.get("kinds")
    return Incident.objects.filter(kind__in=kinds) if kinds else Incident.objects.all()


def _incidents(settings: Mapping[str, Any], span: Span) -> "QuerySet[Incident]":
    """Those of the wanted kinds, whenever they were declared in the run."""
    return _of_kinds(settings).filter(declared_at__gte=span.since - EARLY, declared_at__lte=span.until)


def declared(settings: Mapping[str, Any], span: Span) -> Found | None:
    """An incident of one of the ``kinds`` and at least ``severity`` was declared."""
    grave = _incidents(settings, span).filter(severity__gte=settings.get("severity", 1))
    found = grave.select_related("declared_by").order_by("declared_at", "pk").first()
    if found is None:
        return None
    by = found.declared_by.username if found.declared_by else ""
    return Found(max(found.declared_at, span.since), by, f"{found.number} {found.title}")


def role_given(settings: Mapping[str, Any], span: Span) -> Found | None:
    """Such an incident has somebody in the role ``role`` (a commander unless said otherwise)."""
    kind = str(settings.get("role", "commander"))
    given = Role.objects.filter(incident__in=_incidents(settings, span), kind=kind, since__lte=span.until)
    found = given.select_related("person", "incident").order_by("since").first()
    if found is None:
        return None
    return Found(
        max(found.since, span.since),
        found.person.username,
        f"{found.incident.number} {found.get_kind_display()}",
    )


def steps_done(settings: Mapping[str, Any], span: Span) -> Found | None:
    """So many steps (``count``, 1) of such an incident's playbook were done by people; of them ``steps`` (keys) if named."""
    done = Step.objects.filter(
        incident__in=_incidents(settings, span), done_at__lte=span.until, by__isnull=False, state="done"
    )
    if names := settings.get("steps"):
        done = done.filter(key__in=names)
    count = int(settings.get("count", 1))
    rows = list(done.select_related("by", "incident").order_by("done_at")[:count])
    if len(rows) < count:
        return None
    last = rows[-1]
    assert last.done_at is not None
    return Found(
        max(last.done_at, span.since),
        last.by.username if last.by else "",
        f"{last.incident.number} {last.key}",
    )


def reported(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A situation report of such an incident was made."""
    made = Entry.objects.filter(
        incident__in=_incidents(settings, span), kind="reported", at__gte=span.since, at__lte=span.until
    )
    found = made.select_related("by", "incident").order_by("at").first()
    if found is None:
        return None
    return Found(found.at, found.by.username if found.by else "", found.incident.number)


def closed(settings: Mapping[str, Any], span: Span) -> Found | None:
    """Such an incident was closed with the all-clear."""
    over = _of_kinds(settings).filter(closed_at__gte=span.since, closed_at__lte=span.until)
    found = over.order_by("closed_at").first()
    if found is None:
        return None
    entry = Entry.objects.filter(incident=found, kind="state", by__isnull=False).select_related("by").last()
    return Found(
        found.closed_at, entry.by.username if entry and entry.by else "", f"{found.number} {found.title}"
    )
