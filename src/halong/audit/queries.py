"""Reads of the log."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from halong.audit.models import AuditEntry


def entries(
    by: object,
    *,
    actor: str = "",
    action: str = "",
    object_type: str = "",
    object_id: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """The log, the latest first. ``action`` may be the beginning of one ("alerts."); days are Vietnam's, both included."""
    found = AuditEntry.objects.visible_to(by).order_by("-pk")
    if actor:
        found = found.filter(actor__iexact=actor)
    if action:
        found = found.filter(action__startswith=action)
    if object_type:
        found = found.filter(object_type=object_type)
    if object_id:
        found = found.filter(object_id=object_id)
    if since:
        found = found.filter(at__gte=_midnight(since))
    if until:
        found = found.filter(at__lt=_midnight(until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def kinds() -> list[str]:
    """Every kind of action in the log."""
    return _distinct("action")


def object_types() -> list[str]:
    """Every kind of thing in the log."""
    return [name for name in _distinct("object_type") if name]


def _distinct(column: str) -> list[str]:
    """The few values of a column of many rows: each found from the one before by the index, without reading the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(v) AS ((SELECT min({column}) FROM audit_auditentry) UNION ALL"  # noqa: S608 -- ours
            f" SELECT (SELECT min({column}) FROM audit_auditentry WHERE {column} > v) FROM found WHERE v IS NOT NULL)"
            " SELECT v FROM found WHERE v IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


def history_of(obj: Any, actor: str = "") -> QuerySet[AuditEntry]:
    """What was done to an object (and by ``actor``), the latest first; for pages whose readers may see its history."""
    about = Q(object_type=obj._meta.label_lower, object_id=str(getattr(obj, "urn", None) or obj.pk))
    return AuditEntry.objects.filter(about | Q(actor=actor) if actor else about).order_by("-pk")
