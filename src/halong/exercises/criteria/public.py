"""What leaves the centre: the operating stage, and warnings to the public. Who was early has done it in time."""

from collections.abc import Mapping
from typing import Any

from halong.core.text import fold
from halong.exercises.criteria import Found, Span
from halong.stages.models import Bulletin, StageChange
from halong.warnings.models import Act


def stage(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A change to the stage ``level`` or above was proposed and not refused; ``approved``: and is in force."""
    changes = StageChange.objects.filter(level__gte=settings.get("level", 2))
    if settings.get("approved"):
        row = changes.filter(since__lte=span.until).select_related("approved_by").order_by("since").first()
        if row is None or row.since is None:
            return None
        by = row.approved_by.username if row.approved_by else ""
        return Found(max(row.since, span.since), by, str(row.level))
    standing = changes.exclude(state=StageChange.State.REFUSED).filter(proposed_at__lte=span.until)
    proposed = standing.select_related("proposed_by").order_by("proposed_at").first()
    if proposed is None:
        return None
    by = proposed.proposed_by.username if proposed.proposed_by else ""
    return Found(max(proposed.proposed_at, span.since), by, str(proposed.level))


def warning(settings: Mapping[str, Any], span: Span) -> Found | None:
    """A warning, of one of the kinds ``events`` if named, got as far as ``act`` ("write" unless said otherwise)."""
    act = str(settings.get("act", "write"))
    acts = Act.objects.filter(kind=act, at__lte=span.until, by__isnull=False)
    if events := settings.get("events"):
        acts = acts.filter(warning__event__in=events)
    found = acts.select_related("by", "warning").order_by("at").first()
    if found is None:
        return None
    by = found.by.username if found.by else ""
    return Found(max(found.at, span.since), by, found.warning.headline_vi)


def bulletin(settings: Mapping[str, Any], span: Span) -> Found | None:
    """The bulletin of the event before was entered by somebody, under its number."""
    number = _bare(str((span.event or {}).get("number", "")))
    rows = Bulletin.objects.filter(
        entered_at__gte=span.since, entered_at__lte=span.until, entered_by__isnull=False
    )
    for row in rows.select_related("entered_by").order_by("entered_at"):
        if number in _bare(row.number) and row.entered_by is not None:
            return Found(row.entered_at, row.entered_by.username, str(row))
    return None


def _bare(number: str) -> str:
    """A number without blanks, as people type it differently."""
    return fold(number).replace(" ", "")
