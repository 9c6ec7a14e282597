"""What indicators count of alerts."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext_lazy as _

from halong.alerts.models import Alert, AlertQuerySet
from halong.core.registry import Cell, RecordMeasure, record_measures


def raised(start: datetime, end: datetime, *, sector: str = "") -> Iterator[Cell]:
    """How many alerts were raised after ``start`` and not after ``end``, by place and agency."""
    yield from _counted(_of(sector).filter(raised_at__gt=start, raised_at__lte=end))


def standing(start: datetime, end: datetime, *, sector: str = "") -> Iterator[Cell]:
    """How many alerts stood open at ``end``."""
    still = Q(closed_at__isnull=True) | Q(closed_at__gt=end)
    yield from _counted(_of(sector).filter(still, raised_at__lte=end))


def ack_minutes(start: datetime, end: datetime, *, sector: str = "") -> Iterator[Cell]:
    """Minutes from raising to acknowledging of what was acknowledged after ``start`` and not after ``end``: their sum, and
    of how many alerts.
    """
    rows = (
        _of(sector)
        .filter(acknowledged_at__gt=start, acknowledged_at__lte=end)
        .order_by()
        .values_list("place", "agency")
        .annotate(n=Count("pk"), mean=Avg(F("acknowledged_at") - F("raised_at")))
    )
    for place, agency, number, mean in rows:
        yield place, agency, number * mean.total_seconds() / 60, float(number)


def _of(sector: str) -> AlertQuerySet:
    return Alert.objects.filter(sector=sector) if sector else Alert.objects.all()


def _counted(alerts: AlertQuerySet) -> Iterator[Cell]:
    for place, agency, number in alerts.order_by().values_list("place", "agency").annotate(n=Count("pk")):
        yield place, agency, float(number), float(number)


def register() -> None:
    """Offer the measures."""
    record_measures.register(
        "alerts.raised", RecordMeasure("alerts.raised", _("Alerts raised"), "C62", raised)
    )
    record_measures.register(
        "alerts.open", RecordMeasure("alerts.open", _("Alerts open"), "C62", standing, as_of=True)
    )
    record_measures.register(
        "alerts.ack_minutes",
        RecordMeasure(
            "alerts.ack_minutes",
            _("Minutes until alerts are acknowledged"),
            "MIN",
            ack_minutes,
            across="ratio",
        ),
    )
