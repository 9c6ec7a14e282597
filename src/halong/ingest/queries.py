"""How sources fare, for lists, pages and charts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from halong.audit.models import AuditEntry
from halong.ingest.models import Quarantined, Source, SourceMinute

HOUR = timedelta(hours=1)
PERIODS = {"hour": (timedelta(hours=1), 60), "day": (timedelta(days=1), 600)}
COUNTS = ("payloads", "accepted", "duplicate", "corrected", "quarantined", "errors")


def sources_with_health(user: Any) -> "QuerySet[Source, Source]":
    """The sources that a person may see, each with what it brought in the last hour and what is held: one query.

    ``brought`` are readings, ``failed`` payloads that failed as a whole, ``set_aside`` and ``held`` items in quarantine.
    """
    since = timezone.now() - HOUR
    recent = SourceMinute.objects.filter(source=OuterRef("pk"), minute__gte=since).values("source")

    def total(expression: Any) -> Any:
        return Coalesce(
            Subquery(recent.annotate(n=Sum(expression)).values("n")[:1], output_field=IntegerField()), 0
        )

    held = (
        Quarantined.objects.filter(source=OuterRef("pk"), state=Quarantined.State.HELD)
        .values("source")
        .annotate(n=Count("pk"))
        .values("n")[:1]
    )
    return (
        Source.objects.visible_to(user)
        .select_related("place", "agency")
        .annotate(
            brought=total(F("accepted") + F("corrected")),
            failed=total(F("errors")),
            held=Coalesce(Subquery(held, output_field=IntegerField()), 0),
        )
    )


def totals(source: Source, since: datetime) -> dict[str, int]:
    """What a source brought since a moment, by what became of it."""
    sums = SourceMinute.objects.filter(source=source, minute__gte=since).aggregate(
        **{name: Sum(name) for name in COUNTS}
    )
    return {name: value or 0 for name, value in sums.items()}


def counts_by_step(source: Source, period: str) -> tuple[int, list[tuple[int, int, int, int]]]:
    """The seconds of a step, and for each step of the last hour or day: epoch seconds of its end, readings stored, items
    set aside, payloads failed. Steps without anything are zeros, not gaps: nothing came.
    """
    length, step = PERIODS[period]
    now = int(timezone.now().timestamp())
    last = now - now % step + step
    first = last - int(length.total_seconds())
    found = {first + step * n: [0, 0, 0] for n in range(1, int(length.total_seconds()) // step + 1)}
    start = datetime.fromtimestamp(first, timezone.get_default_timezone())
    rows = SourceMinute.objects.filter(source=source, minute__gte=start).values_list(
        "minute", "accepted", "corrected", "quarantined", "errors"
    )
    for minute, accepted, corrected, quarantined, errors in rows:
        at = int(minute.timestamp())
        slot = found.get(at - at % step + step)
        if slot is not None:
            slot[0] += accepted + corrected
            slot[1] += quarantined
            slot[2] += errors
    return step, [(at, *slot) for at, slot in found.items()]  # type: ignore[misc]


def held_by_reason(source: Source) -> list[tuple[str, int]]:
    """What of a source is held, by reason, the most first."""
    held = Quarantined.objects.filter(source=source, state=Quarantined.State.HELD)
    return list(held.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason"))


def history(source: Source, limit: int = 20) -> Sequence[AuditEntry]:
    """The last changes of a source and of its state, for whoever may see the source."""
    mine = AuditEntry.objects.filter(object_type="ingest.source", object_id=str(source.pk))
    return list(mine.filter(Q(action__startswith="sources.")).order_by("-at")[:limit])


def quarantine_of(
    user: Any, *, source: str = "", reason: str = "", state: str = "held", text: str = ""
) -> "QuerySet[Quarantined, Quarantined]":
    """What was set aside, the newest first, as a filter asks."""
    found = Quarantined.objects.visible_to(user).select_related("source").defer("payload")
    if source:
        found = found.filter(source_id=source)
    if reason:
        found = found.filter(reason=reason)
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(Q(origin__icontains=text) | Q(detail__icontains=text))
    return found.order_by("-received_at", "-pk")
