"""Numbers about reports: flow, ageing, agencies and places side by side, what rises, where it gathers.

The public never gets small numbers: counts under ``SMALLEST`` are None (and one more, where a single hidden one could be
worked out from the sum), shares stand on ``FEWEST`` cases at least, and agencies are compared in public only under a
``Publication`` in force, without the Party, the police and the military.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Aggregate, Count, F, FloatField, IntegerField, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast, Extract, Floor, TruncDate
from django.utils import timezone

from halong.citizens.models import OPEN, Category, Publication, Report
from halong.core.formats import ZONE
from halong.core.text import fold
from halong.places.models import Agency, Place

SMALLEST = 5
FEWEST = 20
CELL = 0.005  # degrees: about 500 m
NOT_COMPARED = ("dang", "cong an", "quan su", "bien phong", "quan doi")
NOT_COUNTED = ("declined", "handed_over", "duplicate")


class Median(Aggregate):
    """The middle value (an ordered-set aggregate of PostgreSQL)."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Flow:
    """What came in, was answered and stands, in a span of time. ``on_first``: answered by the first promise, without any
    extension. A None is too small to be shown.
    """

    received: int | None = 0
    answered: int | None = 0
    on_time: int | None = 0
    on_first: int | None = 0
    open: int | None = 0
    overdue: int | None = 0
    extended: int | None = 0
    reopened: int | None = 0
    returned: int | None = 0
    satisfied: int | None = 0
    accept: int | None = 0
    dissatisfied: int | None = 0
    median_hours: float | None = None
    simulated: bool | None = False  # whether simulated reports are among those that were counted

    @property
    def rated(self) -> int:
        """How many were rated."""
        return (self.satisfied or 0) + (self.accept or 0) + (self.dissatisfied or 0)

    @property
    def on_time_share(self) -> float | None:
        """Per cent of the answered that were on time; None where there are too few to say."""
        return _share(self.on_time, self.answered)

    @property
    def on_first_share(self) -> float | None:
        """Per cent of the answered that were on time without any extension."""
        return _share(self.on_first, self.answered)

    @property
    def satisfied_share(self) -> float | None:
        """Per cent of the rated that are satisfied or accept."""
        return _share((self.satisfied or 0) + (self.accept or 0), self.rated)


@dataclass(frozen=True)
class StatRow:
    """An agency or a place with its flow. ``ranked``: there are cases enough to compare."""

    agency: Agency | None
    place: Place | None
    flow: Flow

    @property
    def name(self) -> str:
        """Whose numbers these are."""
        return str(self.agency or (self.place.qualified_name if self.place else ""))

    @property
    def ranked(self) -> bool:
        """Whether shares of it may be compared."""
        return (self.flow.answered or 0) >= FEWEST


@dataclass(frozen=True)
class Rising:
    """A category that is reported more than usual: now, the usual number, how often that."""

    category: Category
    now: int
    usual: float
    factor: float


@dataclass(frozen=True)
class HotSpot:
    """A square of about 500 m with many reports."""

    lon: float
    lat: float
    count: int
    weight: int
    categories: list[str]
    since: datetime
    simulated: bool = False  # whether some of them are


def _share(part: int | None, whole: int | None) -> float | None:
    return None if not whole or part is None or whole < FEWEST else 100 * part / whole


def _base(
    user: Any, place: Place | None, agency: Agency | None, sector: str, *, parts: bool = False
) -> "QuerySet[Report]":
    """The reports that are counted: with a person those that he may see, without one all that were really taken on; but in
    ``parts`` (of one place, agency or sector) only those on the public list, since what is more would tell of single ones
    that aren't.
    """
    if user is not None:
        found = Report.objects.visible_to(user)
    elif parts or place is not None or agency is not None or sector:
        found = Report.objects.shown()
    else:
        found = Report.objects.all()
    if place is not None:
        found = found.filter(place__path__startswith=place.path)
    if agency is not None:
        found = found.filter(agency__path__startswith=agency.path)
    if sector:
        found = found.filter(sector=sector)
    return found.exclude(state__in=NOT_COUNTED)


def _touched(start: datetime, end: datetime) -> Q:
    """The reports that ``_aggregates`` can count at all, so that indexes find them."""
    return (
        Q(created_at__gte=start, created_at__lt=end)
        | Q(resolved_at__gte=start, resolved_at__lt=end)
        | Q(rated_at__gte=start, rated_at__lt=end)
        | Q(state__in=OPEN)
    )


def _aggregates(start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    came = Q(created_at__gte=start, created_at__lt=end)
    done = Q(resolved_at__gte=start, resolved_at__lt=end)
    rated = Q(rated_at__gte=start, rated_at__lt=end)
    stands = Q(state__in=OPEN)
    return {
        "received": Count("pk", filter=came),
        "answered": Count("pk", filter=done),
        "on_time": Count("pk", filter=done & Q(resolved_at__lte=F("due_at"))),
        "on_first": Count("pk", filter=done & Q(resolved_at__lte=F("first_due_at"), extensions=0)),
        "open": Count("pk", filter=stands),
        "overdue": Count("pk", filter=stands & Q(due_at__lt=now)),
        "extended": Count("pk", filter=done & Q(extensions__gt=0)),
        "reopened": Count("pk", filter=came & Q(reopenings__gt=0)),
        "returned": Count("pk", filter=came & Q(returns__gt=0)),
        "satisfied": Count("pk", filter=rated & Q(rating="satisfied")),
        "accept": Count("pk", filter=rated & Q(rating="accept")),
        "dissatisfied": Count("pk", filter=rated & Q(rating="dissatisfied")),
        "median_hours": Median(Extract(F("resolved_at") - F("created_at"), "epoch") / 3600.0, filter=done),
        "simulated": BoolOr("simulated"),
    }


def flow(
    user: Any = None, *, start: datetime, end: datetime, place: Place | None = None, agency: Agency | None = None,
    sector: str = "", now: datetime | None = None,
) -> Flow:  # fmt: skip
    """The numbers of a span of time. Without a person (the public) small ones are None. One query."""
    found = _base(user, place, agency, sector).filter(_touched(start, end))
    whole = Flow(**found.aggregate(**_aggregates(start, end, now or timezone.now())))
    return whole if user is not None else hidden(whole)


def by_place(
    user: Any = None, *, start: datetime, end: datetime, place: Place | None = None, agency: Agency | None = None,
    sector: str = "", now: datetime | None = None,
) -> list[StatRow]:  # fmt: skip
    """Commune-level units with their numbers, the most received first. For the public: small numbers hidden, and what
    compares (times, satisfaction) only under the same decision as with agencies, since a unit is its People's Committee.
    """
    now = now or timezone.now()
    rows = list(
        _base(user, place, agency, sector, parts=True)
        .filter(_touched(start, end))
        .values("place")
        .annotate(**_aggregates(start, end, now))
        .order_by()
    )
    places = Place.objects.defer("boundary").in_bulk([row["place"] for row in rows])
    stats = [StatRow(None, places[row.pop("place")], Flow(**row)) for row in rows]
    if user is None:
        compared = publication_in_force(now) is not None
        stats = [replace(row, flow=hidden(row.flow if compared else _only_counts(row.flow))) for row in stats]
        stats = _hide_one_more(stats)
    return sorted(stats, key=lambda row: (-(row.flow.received or 0), row.name))


def by_agency(
    user: Any = None, *, start: datetime, end: datetime, place: Place | None = None, agency: Agency | None = None,
    sector: str = "", now: datetime | None = None,
) -> list[StatRow]:  # fmt: skip
    """Agencies with their numbers, those with the largest share on time first, those with few cases last and unranked.

    For the public only under a decision in force, from 20 cases up, without the Party, the police and the military.
    """
    now = now or timezone.now()
    if user is None and publication_in_force(now) is None:
        return []
    found = _base(user, place, agency, sector, parts=True)
    found = found.filter(_touched(start, end), agency__isnull=False)
    rows = list(found.values("agency").annotate(**_aggregates(start, end, now)).order_by())
    agencies = Agency.objects.in_bulk([row["agency"] for row in rows])
    stats = [StatRow(agencies[row.pop("agency")], None, Flow(**row)) for row in rows]
    if user is None:
        stats = [
            replace(row, flow=hidden(row.flow))
            for row in stats
            if row.ranked and row.agency is not None and is_compared(row.agency)
        ]
    return sorted(stats, key=lambda row: (not row.ranked, -(row.flow.on_time_share or 0), row.name))


def is_compared(agency: Agency) -> bool:
    """Whether an agency may stand in a public comparison: not the Party, the police, the military."""
    kind = fold(f"{agency.kind} {agency.name}")
    return not any(f" {word} " in f" {kind} " for word in NOT_COMPARED)


def publication_in_force(now: datetime | None = None) -> Publication | None:
    """The decision under which agencies are compared in public now."""
    now = now or timezone.now()
    rows = Publication.objects.filter(table=Publication.Table.AGENCIES).order_by("-effective_at")
    return next((row for row in rows if row.in_force_at(now)), None)


def hidden(whole: Flow) -> Flow:
    """The same without numbers that are too small to be shown; the median only on enough cases."""
    counts = {
        name: None if value is not None and 0 < value < SMALLEST else value
        for name, value in vars(whole).items()
        if name not in ("median_hours", "simulated")
    }
    few = (whole.answered or 0) < FEWEST
    if whole.rated < FEWEST:  # single voices can't be told apart
        counts |= {"satisfied": None, "accept": None, "dissatisfied": None}
    return Flow(**counts, median_hours=None if few else whole.median_hours, simulated=whole.simulated)


def _only_counts(whole: Flow) -> Flow:
    return Flow(
        received=whole.received, answered=whole.answered, open=whole.open, on_time=None, on_first=None, overdue=None,
        extended=None, reopened=None, returned=None, satisfied=None, accept=None, dissatisfied=None,
        simulated=whole.simulated,
    )  # fmt: skip


def _hide_one_more(stats: list[StatRow]) -> list[StatRow]:
    """Where one single number of a column is hidden, the sum would give it away: hide the next smallest, too."""
    for name in ("received", "answered", "open"):
        gone = [row for row in stats if getattr(row.flow, name) is None]
        left = [row for row in stats if getattr(row.flow, name)]
        if len(gone) == 1 and left:
            least = min(left, key=lambda row: getattr(row.flow, name))
            stats = [
                replace(row, flow=replace(row.flow, **{name: None})) if row is least else row for row in stats
            ]
    return stats


AGES = (("1", 1), ("3", 3), ("7", 7), ("15", 15), ("30", 30))


def ageing(user: Any, *, place: Place | None = None, agency: Agency | None = None, sector: str = "",
           now: datetime | None = None) -> list[tuple[str, int]]:  # fmt: skip
    """How many open reports are how old: (band, count), the band by its upper end in days, the last one without."""
    now = now or timezone.now()
    found = _base(user, place, agency, sector).filter(state__in=OPEN)
    bands, before = {}, now
    for name, days in AGES:
        after = now - timedelta(days=days)
        bands[name] = Count("pk", filter=Q(created_at__gt=after, created_at__lte=before))
        before = after
    counts = found.aggregate(
        **{f"a{name}": band for name, band in bands.items()},
        older=Count("pk", filter=Q(created_at__lte=before)),
    )
    return [*((f"≤ {name}", counts[f"a{name}"]) for name in bands), ("> 30", counts["older"])]


def by_day(user: Any = None, *, start: datetime, end: datetime, place: Place | None = None, agency: Agency | None = None,
           sector: str = "") -> list[tuple[date, int, int]]:  # fmt: skip
    """(day, received, answered) of every day; the public gets zeros and numbers from five up."""
    found = _base(user, place, agency, sector)
    came = _per_day(found.filter(created_at__gte=start, created_at__lt=end), "created_at")
    done = _per_day(found.filter(resolved_at__gte=start, resolved_at__lt=end), "resolved_at")
    least = SMALLEST if user is None else 0
    first, last = start.astimezone(ZONE).date(), end.astimezone(ZONE).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, _least(came[day], least), _least(done[day], least)) for day in days]


def _least(number: int, least: int) -> int:
    return number if number >= least else 0


def _per_day(found: "QuerySet[Report]", name: str) -> Counter[date]:
    rows = (
        found.annotate(day=TruncDate(name, tzinfo=ZONE)).values_list("day").annotate(n=Count("pk")).order_by()
    )
    return Counter(dict(rows))


def rising(user: Any, *, days: int = 7, place: Place | None = None, agency: Agency | None = None, sector: str = "",
           now: datetime | None = None) -> list[Rising]:  # fmt: skip
    """Categories that are reported more than in the eight spans before: at least half as much again, at least ten, and more
    than twice the square root of the usual number above it (what chance alone hardly does).
    """
    now = now or timezone.now()
    span = timedelta(days=days)
    found = _base(user, place, agency, sector).filter(created_at__gt=now - 9 * span)
    rows = found.values_list("category").annotate(
        now=Count("pk", filter=Q(created_at__gt=now - span)),
        before=Count("pk", filter=Q(created_at__lte=now - span)),
    )
    risen = [(pk, new, old / 8) for pk, new, old in rows.order_by() if new >= 10]
    risen = [row for row in risen if row[1] >= 1.5 * row[2] and row[1] - row[2] > 2 * sqrt(max(row[2], 1))]
    categories = Category.objects.in_bulk([row[0] for row in risen])
    found_ = [Rising(categories[pk], new, usual, new / max(usual, 0.5)) for pk, new, usual in risen]
    return sorted(found_, key=lambda row: -row.factor)


def hot_spots(user: Any = None, *, start: datetime, end: datetime, place: Place | None = None,
              agency: Agency | None = None, sector: str = "", limit: int = 20) -> list[HotSpot]:  # fmt: skip
    """Squares of about 500 m in which five reports or more came in, the heaviest first. The public's are of public reports
    by their coarse places.
    """
    found = _base(user, place, agency, sector).filter(created_at__gte=start, created_at__lt=end)
    sides = ("lon", "lat")
    if user is None:
        found, sides = found.filter(public=True), ("public_lon", "public_lat")
    x, y = (Floor(Cast(F(side) / CELL, FloatField()), output_field=IntegerField()) for side in sides)
    rows = (
        found.filter(**{f"{sides[0]}__isnull": False})
        .annotate(x=x, y=y)
        .values_list("x", "y")
        .annotate(
            n=Count("pk"),
            w=Sum("weight"),
            since=Min("created_at"),
            kinds=ArrayAgg("category", distinct=True),
            simulated=BoolOr("simulated"),
        )
        .filter(n__gte=SMALLEST)
        .order_by("-w")[:limit]
    )
    spots = list(rows)
    names = Category.objects.in_bulk({pk for row in spots for pk in row[5]})
    return [
        HotSpot(
            (cx + 0.5) * CELL, (cy + 0.5) * CELL, n, w, sorted(str(names[pk]) for pk in kinds), since, made_up
        )
        for cx, cy, n, w, since, kinds, made_up in spots
    ]
