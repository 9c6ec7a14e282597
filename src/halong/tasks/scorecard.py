"""How agencies, and one's own agency's people, did what they were given. For comparing inside the administration only.

What was given within the period is counted by how it stands; what is overdue now counts whenever it was given. Shares stand
on ``FEWEST`` finished tasks at least and medians on ``FEW``: fewer say nothing about an agency.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, cast

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.core.hours import working_between
from halong.core.permissions import has_perm, scope_q
from halong.core.tables import write_csv
from halong.places.models import Agency, Place
from halong.tasks.forms import SPANS, ScoreFilter
from halong.tasks.models import UNDER_WAY, CoOwner, Task, TaskEvent, TaskQuerySet
from halong.tasks.queries import narrowed

FEWEST = 20
FEW = 5
COLUMNS = (
    "agency_code", "agency", "given", "on_time", "late", "under_way", "overdue_now", "returned", "cancelled",
    "extensions_asked", "extensions_granted", "on_time_percent", "median_working_hours", "parts", "parts_finished",
    "simulated",
)  # fmt: skip


@dataclass
class Score:
    """Counts of tasks; ``asked`` and ``granted`` of extensions, ``parts`` of those taken in others' tasks, ``hours`` the
    working hours from giving to done, one a task.
    """

    given: int = 0
    on_time: int = 0
    late: int = 0
    under_way: int = 0
    overdue: int = 0
    returned: int = 0
    cancelled: int = 0
    asked: int = 0
    granted: int = 0
    parts: int = 0
    parts_done: int = 0
    simulated: int = 0
    hours: tuple[float, ...] = ()

    @property
    def share(self) -> float | None:
        """Per cent of what is done that was done in time; None for too few."""
        done = self.on_time + self.late
        return 100 * self.on_time / done if done >= FEWEST else None

    @property
    def median_hours(self) -> float | None:
        """Working hours within which half was done; None for too few."""
        return median(self.hours) if len(self.hours) >= FEW else None


@dataclass(frozen=True)
class Row:
    """A line of the table: an agency or a person, None being nobody by name."""

    who: Agency | User | None
    score: Score


def by_agency(
    user: object,
    since: datetime,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    now: datetime,
) -> list[Row]:
    """The agencies that the user may see, by name. Five queries."""
    found = narrowed(Task.objects.in_scope(user), place=place, agency=agency, sector=sector)
    scores = _scores(found, "agency", since, now)
    seen = scope_q(user, "tasks.view", place="task__place", agency="agency", sector="task__sector")
    parts = CoOwner.objects.filter(seen, added_at__gte=since)
    if place is not None:
        parts = parts.filter(task__place__path__startswith=place.path)
    if agency is not None:
        parts = parts.filter(agency__path__startswith=agency.path)
    if sector:
        parts = parts.filter(task__sector=sector)
    for pk, given, done in parts.values_list("agency").annotate(Count("pk"), Count("finished_at")).order_by():
        scores[pk].parts, scores[pk].parts_done = given, done
    known = Agency.objects.filter(pk__in=[*scores]).order_by("sort_key")
    return [Row(one, scores[one.pk]) for one in known]


def by_person(user: object, agency: Agency, since: datetime, *, now: datetime) -> list[Row]:
    """The people of one's own agency; who may not give tasks there sees himself only. Four queries."""
    found = Task.objects.in_scope(user).filter(agency=agency)
    if not has_perm(user, "tasks.assign", agency):
        found = found.filter(assignee=cast("User", user))
    scores = _scores(found, "assignee", since, now)
    people = User.objects.in_bulk([pk for pk in scores if pk is not None])
    rows = [Row(people[pk] if pk is not None else None, score) for pk, score in scores.items()]
    return sorted(rows, key=lambda row: (row.who is None, str(row.who)))


def own_agencies(user: User) -> list[Agency]:
    """Those that somebody has a role in himself, by name."""
    grants = user.grants.filter(agency__isnull=False).select_related("agency")
    found = {grant.agency_id: grant.agency for grant in grants if grant.agency is not None}
    return sorted(found.values(), key=lambda agency: agency.sort_key)


def _scores(found: TaskQuerySet, key: str, since: datetime, now: datetime) -> defaultdict[Any, Score]:
    """Counts by agency or person: three queries."""
    recent, done = Q(created_at__gte=since), Q(done_at__isnull=False, state__in=["done", "confirmed"])
    late = Q(state__in=UNDER_WAY, due_at__lt=now)
    ways = {
        "given": recent,
        "on_time": recent & done & Q(done_at__lte=F("due_at")),
        "late": recent & done & Q(done_at__gt=F("due_at")),
        "under_way": recent & Q(state__in=UNDER_WAY),
        "overdue": late,
        "returned": recent & Q(state=Task.State.RETURNED),
        "cancelled": recent & Q(state=Task.State.CANCELLED),
        "simulated": (recent | late) & Q(simulated=True),
    }
    scores: defaultdict[Any, Score] = defaultdict(Score)
    counted = found.filter(recent | late).order_by().values(key)
    for row in counted.annotate(**{f"n_{name}": Count("pk", filter=way) for name, way in ways.items()}):
        scores[row[key]] = Score(**{name: row[f"n_{name}"] for name in ways})
    _add_extensions(scores, found.filter(recent), key)
    _add_hours(scores, found.filter(recent & done), key)
    return scores


def _add_extensions(scores: dict[Any, Score], found: TaskQuerySet, key: str) -> None:
    kind = TaskEvent.Kind
    events = TaskEvent.objects.filter(
        task__in=found.order_by().values("pk"), kind__in=[kind.ASKED, kind.EXTENDED]
    )
    counted = (
        events.order_by()
        .values_list(f"task__{key}")
        .annotate(
            asked=Count("pk", filter=Q(kind=kind.ASKED)), granted=Count("pk", filter=Q(kind=kind.EXTENDED))
        )
    )
    for pk, asked, granted in counted:
        scores[pk].asked, scores[pk].granted = asked, granted


def _add_hours(scores: dict[Any, Score], found: TaskQuerySet, key: str) -> None:
    took: dict[Any, list[float]] = defaultdict(list)
    for pk, given, done in (
        found.order_by().values_list(key, "created_at", "done_at").iterator(chunk_size=2000)
    ):
        assert done is not None
        took[pk].append(working_between(given, done))
    for pk, hours in took.items():
        scores[pk].hours = tuple(hours)


def _rows(request: HttpRequest) -> tuple[ScoreFilter, list[Row], datetime, datetime]:
    form = ScoreFilter(request.GET)
    wanted, now = form.wanted(), timezone.now()
    since = now - timedelta(days=wanted.get("days") or SPANS[1])
    found = by_agency(
        request.user, since, now=now, place=wanted.get("place"), agency=wanted.get("agency"),
        sector=wanted.get("sector") or "",
    )  # fmt: skip
    return form, found, since, now


def context(request: HttpRequest) -> dict[str, Any]:
    """The page: the agencies, and the people of one's own."""
    user = cast("User", request.user)
    form, rows, since, now = _rows(request)
    own = [(agency, by_person(user, agency, since, now=now)) for agency in own_agencies(user)]
    return {
        "filter": form,
        "rows": rows,
        "own": [(agency, people) for agency, people in own if people],
        "since": since,
        "simulated": any(row.score.simulated for row in rows),
        "fewest": FEWEST,
        "few": FEW,
        "crumbs": [{"label": _("Tasks"), "url": reverse("tasks")}, {"label": _("Scorecard")}],
    }


def csv_response(request: HttpRequest) -> HttpResponse:
    """The agencies as a table; what stands on too few cases is left empty, as on the page."""
    _form, rows, _since, _now = _rows(request)
    lines = write_csv(COLUMNS, (_line(cast("Agency", row.who), row.score) for row in rows))
    response = HttpResponse("\ufeff" + lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="scorecard.csv"'
    return response


def _line(agency: Agency, score: Score) -> list[Any]:
    shown = ["" if value is None else round(value, 1) for value in (score.share, score.median_hours)]
    return [
        agency.code, agency.name, score.given, score.on_time, score.late, score.under_way, score.overdue, score.returned,
        score.cancelled, score.asked, score.granted, *shown, score.parts, score.parts_done, score.simulated,
    ]  # fmt: skip
