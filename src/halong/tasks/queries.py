"""Reads of tasks that join or count."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from halong.accounts.models import Grant, User
from halong.accounts.roles import ROLES
from halong.core.permissions import SYSTEM
from halong.core.registry import Cell
from halong.core.text import fold
from halong.places.models import Agency, Place
from halong.tasks.models import CoOwner, Task, TaskQuerySet, part_q

TABS = ("mine", "given", "all")


@dataclass(frozen=True)
class LateAgency:
    """An agency with what it is late with: ``late`` of ``open_`` tasks under way; ``url`` lists the late ones."""

    agency: Agency
    late: int
    open_: int
    url: str


def narrowed(
    found: TaskQuerySet, *, place: Place | None = None, agency: Agency | None = None, sector: str = ""
) -> TaskQuerySet:
    """The tasks of a scope: a place and an agency with everything below each."""
    if place is not None:
        found = found.filter(place__path__startswith=place.path)
    if agency is not None:
        found = found.filter(agency__path__startswith=agency.path)
    return found.filter(sector=sector) if sector else found


def late_by_agency(
    user: object,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    now: datetime | None = None,
) -> list[LateAgency]:
    """The agencies that are late, the most late tasks first. Two queries."""
    now = now or timezone.now()
    found = narrowed(Task.objects.visible_to(user).under_way(), place=place, agency=agency, sector=sector)
    counts = {
        row["agency"]: row
        for row in found.order_by()
        .values("agency")
        .annotate(late=Count("pk", filter=Q(due_at__lt=now)), open_=Count("pk"))
        .filter(late__gt=0)
    }
    late = [
        LateAgency(one, counts[one.pk]["late"], counts[one.pk]["open_"], _late_url(one))
        for one in Agency.objects.filter(pk__in=counts)
    ]
    return sorted(late, key=lambda row: (-row.late, row.agency.sort_key))


def _late_url(agency: Agency) -> str:
    return f"{reverse('tasks')}?{urlencode({'tab': 'all', 'state': 'late', 'agency': agency.pk})}"


def due_between(
    user: object,
    start: datetime,
    end: datetime,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
) -> TaskQuerySet:
    """What is under way and due after ``start`` and not after ``end``, the first deadline first."""
    found = narrowed(Task.objects.visible_to(user).under_way(), place=place, agency=agency, sector=sector)
    return (
        found.filter(due_at__gt=start, due_at__lte=end)
        .select_related("agency", "assignee", "place")
        .defer("place__boundary")
        .order_by("due_at", "priority", "pk")
    )


def for_origin(origin: str, ref: object) -> TaskQuerySet:
    """The tasks that were given because of something ("alert", 17), the latest first; narrow by ``visible_to``."""
    found = Task.objects.filter(origin=origin, ref=str(ref))
    return found.select_related("agency", "assignee").order_by("-created_at", "-pk")


def own(user: User) -> Q:
    """What is one's own to do: given to oneself, or to nobody by name at an agency or a place that one works for; and what
    one's agency still has a part in.
    """
    mine = Q(assignee=user)
    grants: Iterable[Grant] = user.grants.select_related("agency", "place")
    for grant in grants:
        if "tasks.work" not in ROLES[grant.role] or (grant.agency is None and grant.place is None):
            continue
        where = Q(assignee=None)
        if grant.agency is not None:
            where &= Q(agency__path__startswith=grant.agency.path)
        if grant.place is not None:
            where &= Q(place__path__startswith=grant.place.path)
        mine |= where & (Q(sector=grant.sector) if grant.sector else Q())
    if parts := part_q(user, "tasks.work"):
        mine |= Q(pk__in=CoOwner.objects.filter(parts, finished_at=None).values("task"))
    return mine


def in_tab(tab: str, user: User) -> TaskQuerySet:
    """The visible tasks of a tab: mine, given (by me), all."""
    visible = Task.objects.visible_to(user)
    if tab == "mine":
        return visible.filter(own(user))
    return visible.filter(created_by=user) if tab == "given" else visible


def wanted(found: TaskQuerySet, filters: dict[str, Any], now: datetime) -> TaskQuerySet:
    """The tasks that a filter asks for."""
    for word in (filters.get("q") or "").split():
        found = found.filter(folded__contains=fold(word))
    found = narrowed(
        found,
        place=filters.get("place"),
        agency=filters.get("agency"),
        sector=filters.get("sector") or "",
    )
    if filters.get("priority"):
        found = found.filter(priority=filters["priority"])
    state = filters.get("state") or ""
    if state == "late":
        return found.late(now)
    if state == "under-way":
        return found.under_way()
    if state == "waiting":
        return found.filter(Q(state__in=["done", "returned"]) | Q(asked_due_at__isnull=False))
    return found.filter(state=state) if state else found


def late_measure(_start: datetime, end: datetime) -> Iterator[Cell]:
    """``tasks.late``: late tasks of those under way at ``end``, by place and agency."""
    alive = Task.objects.visible_to(SYSTEM).filter(
        Q(done_at__isnull=True) | Q(done_at__gt=end),
        Q(closed_at__isnull=True) | Q(closed_at__gt=end),
        created_at__lte=end,
    )
    rows = alive.values_list("place", "agency").annotate(
        late=Count("pk", filter=Q(due_at__lt=end)), count=Count("pk")
    )
    for place, agency, late, count in rows.order_by():
        yield place, agency, float(late), float(count)


def on_time_measure(start: datetime, end: datetime) -> Iterator[Cell]:
    """``tasks.on_time``: of the tasks that were due in (start, end], those that were done by then."""
    due = (
        Task.objects.visible_to(SYSTEM)
        .exclude(state__in=[Task.State.RETURNED, Task.State.CANCELLED])
        .filter(due_at__gt=start, due_at__lte=end)
    )
    done = Count("pk", filter=Q(done_at__isnull=False, done_at__lte=F("due_at")))
    rows = due.values_list("place", "agency").annotate(kept=done, count=Count("pk"))
    for place, agency, kept, count in rows.order_by():
        yield place, agency, float(kept), float(count)
