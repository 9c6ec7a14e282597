"""Which row of authority lets whom approve what."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from halong.accounts.models import User
from halong.warnings.models import Area, Authority, Warning


def holding(at: datetime) -> Any:
    """The rows that hold at an hour."""
    return Authority.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


def covering(warning: Warning, at: datetime) -> list[Authority]:
    """The rows that cover event, status, every place and the hour: those of real authority first.

    The trigger ``warnings_must_be_covered`` asks the same again.
    """
    rows = holding(at).filter(event=warning.event, delegate__is_active=True)
    if warning.status == Warning.Status.ACTUAL:
        rows = rows.filter(practice=False)
    paths = list(Area.objects.filter(warning=warning).values_list("place__path", flat=True))
    if not paths:
        return []
    found = rows.select_related("delegate").prefetch_related("places").order_by("practice", "pk")
    return [row for row in found if _covers(row, paths)]


def of_person(warning: Warning, person: Any, at: datetime) -> Authority | None:
    """The row by which this person approves, if there is one."""
    if not isinstance(person, User):
        return None
    return next((row for row in covering(warning, at) if row.delegate_id == person.pk), None)


def _covers(row: Authority, paths: list[str]) -> bool:
    held = [place.path for place in row.places.all()]
    return all(any(path.startswith(mine) for mine in held) for path in paths)
