"""What leaves the centre: the operating stage, and warnings to the public."""

from collections.abc import Mapping
from typing import Any

from halong.exercises.criteria import Found, Span
from halong.stages.models import StageChange
from halong.warnings.models import Act


def stage(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A change to the stage ``level`` or above was proposed; ``approved``: and approved."""
    changes = StageChange.objects.filter(level__gte=settings.get("level", 2), proposed_at__lte=span.until)
    if settings.get("approved"):
        done = changes.filter(since__gte=span.since, since__lte=span.until).select_related("approved_by")
        row = done.order_by("since").first()
        return (
            Found(row.since, row.approved_by.username if row.approved_by else "", str(row.level))
            if row
            else None
        )
    proposed = (
        changes.filter(proposed_at__gte=span.since)
        .select_related("proposed_by")
        .order_by("proposed_at")
        .first()
    )
    if proposed is None:
        return None
    return Found(
        proposed.proposed_at,
        proposed.proposed_by.username if proposed.proposed_by else "",
        str(proposed.level),
    )


def warning(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A warning, of one of the kinds ``events`` if named, got as far as ``act`` ("write" unless said otherwise)."""
    act = str(settings.get("act", "write"))
    acts = Act.objects.filter(kind=act, at__gte=span.since, at__lte=span.until, by__isnull=False)
    if events := settings.get("events"):
        acts = acts.filter(warning__event__in=events)
    found = acts.select_related("by", "warning").order_by("at").first()
    if found is None:
        return None
    return Found(found.at, found.by.username if found.by else "", found.warning.headline_vi)
