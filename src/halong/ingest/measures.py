"""What indicators count of sources."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from halong.core.registry import RecordMeasure, record_measures
from halong.ingest.models import Source


def working(start: datetime, end: datetime) -> Iterator[tuple[int | None, int | None, float, float]]:
    """How many of the sources that are switched on work now, by place and agency. The past isn't kept."""
    rows = (
        Source.objects.filter(enabled=True)
        .order_by()
        .values_list("place", "agency")
        .annotate(working=Count("pk", filter=Q(state=Source.State.OK)), all=Count("pk"))
    )
    for place, agency, number, total in rows:
        yield place, agency, float(number), float(total)


def register() -> None:
    """Offer the measure."""
    record_measures.register(
        "sources.working",
        RecordMeasure("sources.working", _("Sources working"), "C62", working, as_of=True, looks_back=False),
    )
