"""The public numbers of the last days, counted anew every five minutes."""

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from halong.citizens.queries import statistics

KEPT_S = 300
SPANS = (30, 90, 365)


def flow_of(days: int) -> statistics.Flow:
    """How many came in and were answered, how soon, how content people are; small numbers are left out."""
    key = f"citizens-flow-{days}"
    known: statistics.Flow | None = cache.get(key)
    if known is None:
        known = statistics.flow(None, **_span(days))
        cache.set(key, known, KEPT_S)
    return known


def figures_of(days: int) -> dict[str, Any]:
    """The flow, by place and (where a decision allows it) by agency; where reports gather; when it was counted."""
    key = f"citizens-figures-{days}"
    known: dict[str, Any] | None = cache.get(key)
    if known is None:
        span = _span(days)
        known = {
            "flow": statistics.flow(None, **span),
            "places": statistics.by_place(None, **span),
            "agencies": statistics.by_agency(None, **span),
            "compared": statistics.publication_in_force(span["end"]) is not None,
            "spots": statistics.hot_spots(None, **span, limit=8),
            "at": span["end"],
        }
        cache.set(key, known, KEPT_S)
    return known


def _span(days: int) -> dict[str, Any]:
    end = timezone.now()
    return {"start": end - timedelta(days=days), "end": end}
