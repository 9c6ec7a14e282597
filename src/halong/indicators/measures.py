"""What indicators count of the tables that agencies send."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from halong.core.registry import RecordMeasure, record_measures
from halong.indicators.models import Submission


def on_time(
    start: datetime, end: datetime, *, sector: str = ""
) -> Iterator[tuple[int | None, int | None, float, float]]:
    """Of the tables due after ``start`` and not after ``end``, how many came on time, by the agency that owed them."""
    due = Submission.objects.filter(due_at__gt=start, due_at__lte=end)
    if sector:
        due = due.filter(collection__indicators__sector=sector)
    rows = (
        due.order_by()
        .values_list("agency__place", "agency")
        .annotate(
            timely=Count("pk", filter=Q(submitted_at__lte=F("due_at")), distinct=True),
            all=Count("pk", distinct=True),
        )
    )
    for place, agency, number, total in rows:
        yield place, agency, float(number), float(total)


def register() -> None:
    """Offer the measure."""
    record_measures.register(
        "submissions.on_time",
        RecordMeasure("submissions.on_time", _("Tables sent on time"), "C62", on_time),
    )
