"""Who answers for a report and until when: the dated data of ``models.catalogue``, read for one place and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.utils import timezone

from halong.citizens.kept import kept
from halong.citizens.models import Category, Deadline, LawfulChannel, Report, Route, Terms
from halong.core import hours
from halong.core.formats import local
from halong.places.models import Agency, Place

R = TypeVar("R", Route, Deadline)
Reminder = Report.Reminder
HOURS_BEFORE = timedelta(hours=2)
DAY_BEFORE = timedelta(days=1)
FALLBACK = (2.0, 8.0, 40.0)  # working hours for triage, acceptance and answer where no deadline is laid down
FALLBACK_URGENT = (1.0, 2.0, 24.0)  # around the clock


@dataclass(frozen=True)
class Promise:
    """The steps of one report: hours for each, by which clock, and where that stands."""

    triage: float
    accept: float
    answer: float
    clock: str
    spans: hours.Spans
    source: str = ""
    verified: bool = False

    def after(self, start: datetime, length: float) -> datetime:
        """The moment at which that many hours after ``start`` are over, by this promise's clock."""
        if self.clock == Deadline.Clock.CALENDAR:
            return start + timedelta(hours=length)
        return hours.add_working(start, length, self.spans)


@dataclass(frozen=True)
class Destination:
    """The agency that a report goes to, those that work along, and the row that says so (None: nobody laid it down)."""

    agency: Agency | None
    together: tuple[Agency, ...] = ()
    route: Route | None = None


def terms_on(day: date) -> Terms | None:
    """The terms in force on a day."""
    found: Terms | None = Terms.objects.on(day).order_by("-valid_from").first()
    return found


def spans_on(day: date) -> hours.Spans:
    """Office hours on a day; those of ``hours.OFFICE`` where no terms are laid down."""
    terms = terms_on(day)
    return hours.read_spans(terms.hours) if terms and terms.hours else hours.OFFICE


def promise_for(category: Category, place: Place, *, urgent: bool, at: datetime | None = None) -> Promise:
    """The deadlines of a report of this kind in this place."""
    day = local(at or timezone.now()).date()
    spans = kept(("spans", day), lambda: spans_on(day))
    row = _most_particular(kept(("deadlines", day, urgent), lambda: _deadlines(day, urgent)), category, place)
    if row is None:
        clock = Deadline.Clock.CALENDAR if urgent else Deadline.Clock.WORKING
        return Promise(*(FALLBACK_URGENT if urgent else FALLBACK), clock=clock, spans=spans)
    return Promise(
        row.triage_hours, row.accept_hours, row.answer_hours, row.clock, spans, row.source, row.verified
    )


def _deadlines(day: date, urgent: bool) -> list[Deadline]:
    return list(Deadline.objects.on(day).filter(urgent=urgent).select_related("place", "category"))


def destination_of(category: Category, place: Place, at: datetime | None = None) -> Destination:
    """The agency that is laid down for a report of this kind in this place."""
    day = local(at or timezone.now()).date()
    rows = Route.objects.on(day).select_related("place", "category", "agency").prefetch_related("together")
    row = _most_particular(rows, category, place)
    if row is None:
        return Destination(committee_of(place, day))
    agency = row.agency or committee_of(place, day)
    together = tuple(other for other in row.together.all() if agency is None or other.pk != agency.pk)
    return Destination(agency, together, row)


def committee_of(place: Place, day: date) -> Agency | None:
    """The People's Committee of a unit, or of the nearest one above it; by its kind, not by its name."""
    chain = [int(part) for part in place.path.strip("/").split("/") if part]
    found = Agency.objects.on(day).filter(place__in=chain, kind__startswith="ubnd")
    ranked = sorted(found, key=lambda agency: (-chain.index(agency.place_id or 0), agency.pk))
    return ranked[0] if ranked else None


def channels_for(matter: str, place: Place | None, day: date) -> list[LawfulChannel]:
    """Where a matter lawfully goes, the nearest first."""
    chain = [int(part) for part in place.path.strip("/").split("/") if part] if place else []
    rows = [
        row
        for row in LawfulChannel.objects.on(day).filter(matter=matter).order_by("order", "pk")
        if row.place_id is None or row.place_id in chain
    ]
    return sorted(rows, key=lambda row: -chain.index(row.place_id) if row.place_id else 1)


def next_reminder(report: Report, now: datetime) -> tuple[datetime | None, str]:
    """When somebody must next be told about a deadline of a report, and of which: T−1 day, T−2 hours, late, and the step."""
    if not report.is_open:
        return None, ""
    found: list[tuple[datetime, str]] = [
        (report.due_at - DAY_BEFORE, Reminder.DAY_BEFORE),
        (report.due_at - HOURS_BEFORE, Reminder.HOURS_BEFORE),
        (report.due_at, Reminder.LATE),
    ]
    if report.step_due_at is not None and report.step_due_at < report.due_at:
        found.append((report.step_due_at, Reminder.STEP))
    ahead = sorted(row for row in found if row[0] > now)
    return ahead[0] if ahead else (None, "")


def _most_particular(rows: Iterable[R], category: Category, place: Place) -> R | None:
    """Of rows that hold here, those of this very category first; of these, the one of the nearest place."""
    here = [
        row
        for row in rows
        if (row.category is None or row.category.code == category.code)
        and (row.place is None or place.path.startswith(row.place.path))
    ]
    return max(
        here,
        key=lambda row: (row.category is not None, len(row.place.path) if row.place else 0, row.valid_from),
        default=None,
    )
