"""When reports come in: by weekday and hour of Vietnam's clock."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from halong.citizens.models import Report
from halong.context.scope import Scope
from halong.core.formats import ZONE


def by_hour(user: Any, scope: Scope, *, start: datetime, end: datetime) -> list[list[int]]:
    """Seven rows, Monday first, of 24 counts: reports that came in, among those that the person may see. One query."""
    found = Report.objects.visible_to(user).within(scope).filter(created_at__gte=start, created_at__lt=end)
    rows = (
        found.annotate(
            weekday=ExtractIsoWeekDay("created_at", tzinfo=ZONE), hour=ExtractHour("created_at", tzinfo=ZONE)
        )
        .values_list("weekday", "hour")
        .annotate(n=Count("pk"))
        .order_by()
    )
    table = [[0] * 24 for _ in range(7)]
    for weekday, hour, n in rows:
        table[weekday - 1][hour] = n
    return table
