"""What the rest of Halong shows of reports: who is late, and where on the map they lie.

Both are kept for all who have the same rights, so both go by grants alone: what somebody sees as a substitute or through
his agency's part in a report stands in his queue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from halong.citizens.models import WITH_AGENCY, Report, ReportQuerySet
from halong.context.scope import Scope
from halong.core.language import said_in
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place

ON_MAP = 3_000  # of each kind, the newest: a map of more is a matter for the figures' hot spots


@dataclass(frozen=True)
class LateReports:
    """An agency with late reports: how many, of how many that it has; ``url`` leads to them."""

    agency: Agency
    late: int
    open_: int
    url: str


def late_by_agency(
    user: Any, *, place: Place | None = None, agency: Agency | None = None, sector: str = "",
    now: datetime | None = None,
) -> list[LateReports]:  # fmt: skip
    """Agencies whose answers are late, the most late ones first. Two queries."""
    now = now or timezone.now()
    found = _held(user).within(Scope(sector, place, agency)).filter(state__in=WITH_AGENCY)
    rows = found.order_by().values("agency").annotate(
        late=Count("pk", filter=Q(due_at__lt=now)), open_=Count("pk")
    )  # fmt: skip
    counts = {row["agency"]: row for row in rows.filter(late__gt=0)}
    late = [
        LateReports(one, counts[one.pk]["late"], counts[one.pk]["open_"], late_url(one))
        for one in Agency.objects.filter(pk__in=counts)
    ]
    return sorted(late, key=lambda row: (-row.late, row.agency.sort_key))


def late_url(agency: Agency) -> str:
    """The late reports of an agency."""
    return f"{reverse('reports')}?{urlencode({'tab': 'late', 'agency': agency.pk})}"


@dataclass(frozen=True, slots=True)
class OnMap:
    """An open report as a point. ``exact`` False: the public's coarse place, for who may not see the report itself."""

    pk: int
    lon: float
    lat: float
    code: str  # of its category
    kind: str  # the category in the reader's language
    place: int
    state: str
    late: bool
    simulated: bool
    exact: bool


def on_map(user: Any, scope: Scope, now: datetime | None = None) -> Iterator[OnMap]:
    """The open reports of a scope: exactly where a person may see them, else as the public does. Two queries at most."""
    now, mine = now or timezone.now(), scope_q(user, "reports.view")
    held = Report.objects.filter(mine).within(scope).open()
    yield from _points(held, now, exact=True)
    if mine != Q():  # somebody who sees everything needs no other places
        others = Report.objects.shown().within(scope).open().exclude(pk__in=_held(user).values("pk"))
        yield from _points(others, now, exact=False)


def _points(found: ReportQuerySet, now: datetime, *, exact: bool) -> Iterator[OnMap]:
    lon, lat = ("lon", "lat") if exact else ("public_lon", "public_lat")
    placed = found.filter(**{f"{lon}__isnull": False, f"{lat}__isnull": False}).order_by("-created_at")
    kind = ("category__code", "category__name", "category__name_en")
    rows = placed.values_list("pk", lon, lat, *kind, "place_id", "state", "due_at", "simulated")
    for pk, x, y, code, name, name_en, place, state, due_at, simulated in rows[:ON_MAP]:
        words = said_in(name, name_en)
        yield OnMap(pk, x, y, code, words, place, state, due_at < now, simulated, exact)


def _held(user: Any) -> ReportQuerySet:
    return Report.objects.filter(scope_q(user, "reports.view"))
