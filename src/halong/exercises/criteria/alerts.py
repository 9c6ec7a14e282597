"""Alerts: acknowledged in time, and not called false."""

from collections.abc import Mapping
from typing import Any

from halong.alerts.models import Alert, AlertEvent
from halong.exercises.criteria import VOID, Found, Span


def acknowledged(settings: Mapping[str, Any], span: Span) -> Found | None:
    """The first alert of the rules ``rules`` (keys) was acknowledged; its own clock begins when it was raised."""
    raised = Alert.objects.filter(
        rule__key__in=settings.get("rules", ()), raised_at__gte=span.since, raised_at__lte=span.until
    )
    first = raised.order_by("raised_at", "pk").first()
    if first is None:
        return VOID
    taken = (
        AlertEvent.objects.filter(
            alert__in=raised, kind=AlertEvent.Kind.ACKNOWLEDGED, at__lte=span.until, by__isnull=False
        )
        .select_related("by", "alert")
        .order_by("at", "pk")
        .first()
    )
    if taken is None or taken.by is None:
        return Found(None, note=first.title, since=first.raised_at)
    return Found(taken.at, taken.by.username, taken.alert.title, first.raised_at)
