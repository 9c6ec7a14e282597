"""What the pages of collections show: who owes what, the table of figures with what stood there before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.core.permissions import has_perm
from halong.indicators.collecting import Figures, implausible
from halong.indicators.figures import typed
from halong.indicators.forms.collecting import FiguresForm
from halong.indicators.grains import day_of, period_words
from halong.indicators.models import Collection, Indicator, Submission
from halong.places.models import Agency, Place

SHEET = ("indicator", "name", "unit", "place", "place_name", "previous", "value", "denominator")
WAITING = (Submission.State.DUE, Submission.State.RETURNED)


@dataclass(frozen=True)
class Owed:
    """A submission as lists show it."""

    submission: Submission
    period: str
    state: str  # as a status: normal, attention (late, returned)
    words: str
    mine: bool


def owed(rows: "QuerySet[Submission]", user: Any, now: datetime) -> list[Owed]:
    """Submissions with their period and state in words, and whether this person fills them in."""
    found = rows.select_related("collection", "agency", "collection__approver")
    return [_owed(row, user, now) for row in found]


def _owed(row: Submission, user: Any, now: datetime) -> Owed:
    waiting = row.state in WAITING
    late = row.due_at < now if waiting else bool(row.submitted_at and row.submitted_at > row.due_at)
    if waiting and late:
        days = max(1, (now - row.due_at).days)
        words = _("%(days)d days late") % {"days": days}
    else:
        words = str(row.get_state_display()) + (_(", late") if late else "")
    return Owed(
        row,
        period_words(row.label, row.collection.grain),
        "attention" if waiting and late else "",
        words,
        waiting and has_perm(user, "indicators.submit", row) and is_his(user, row.agency),
    )


def is_his(user: Any, agency: Agency) -> bool:
    """Whether somebody has a role in the agency or one above it: whoever may do everything everywhere isn't meant."""
    paths = getattr(user, "_agency_paths", None)
    if paths is None:
        grants = user.grants.exclude(agency=None).select_related("agency") if isinstance(user, User) else []
        paths = user._agency_paths = [grant.agency.path for grant in grants if grant.agency]
    return any(agency.path.startswith(path) for path in paths)


def collections_of(user: Any) -> "QuerySet[Collection]":
    """Every collection with how many agencies and indicators it has, how many tables wait, and its latest period."""
    waiting = Q(submissions__state__in=WAITING)
    return (
        Collection.objects.select_related("approver")
        .annotate(
            asked=Count("agencies", distinct=True),
            wanted=Count("indicators", distinct=True),
            open=Count("submissions", filter=waiting, distinct=True),
            late=Count(
                "submissions", filter=waiting & Q(submissions__due_at__lt=timezone.now()), distinct=True
            ),
            to_approve=Count(
                "submissions", filter=Q(submissions__state=Submission.State.SUBMITTED), distinct=True
            ),
            latest=Max("submissions__label"),
        )
        .order_by("-active", "title")
    )


def may_approve(user: Any, submission: Submission) -> bool:
    """Whether this person decides on it: not the one who submitted it."""
    decider = submission.collection.approver or submission.agency
    return has_perm(user, "indicators.approve", decider) and submission.submitted_by_id != getattr(
        user, "pk", None
    )


class Sheet:
    """The table of one submission."""

    def __init__(self, submission: Submission, data: Any = None, *, figures: Figures | None = None) -> None:
        self.submission = submission
        rows = submission.collection.indicators.order_by("order", "key").prefetch_related("definitions")
        self.indicators: list[Indicator] = list(rows)
        self.day = day_of(submission.label)
        stored = submission.values if figures is None else figures
        self.form = FiguresForm(self.indicators, self.day, stored=stored, data=data)

    @property
    def previous(self) -> Submission | None:
        """The agency's latest approved table before this one."""
        rows = Submission.objects.filter(
            collection=self.submission.collection,
            agency=self.submission.agency,
            label__lt=self.submission.label,
            state=Submission.State.APPROVED,
        )
        return rows.order_by("-label").first()

    def places(self, wanted: bool) -> list[tuple[str, str]]:
        """The units that figures may be given for: all of today where they are wanted, else those that have some."""
        units = Place.objects.on(self.day).exclude(parent=None).order_by("sort_key")
        if not wanted:
            used = {code for by in self.form.figures.values() for code in by if code}
            units = units.filter(code__in=used)
        return [(code, name) for code, name in units.values_list("code", "name")]

    def lines(self, *, by_place: bool) -> list[Any]:
        """The lines of the table, with what stood there before and what is doubtful."""
        before = self.previous
        doubtful = implausible(self.submission, self.form.figures)
        return list(self.form.lines(self.places(by_place), before.values if before else {}, doubtful))

    def csv_rows(self, *, by_place: bool) -> Iterator[list[Any]]:
        """The table to fill in with a spreadsheet; it can be imported again."""
        for line in self.lines(by_place=by_place):
            num, den = self.form.figures.get(line.indicator.key, {}).get(line.place, [None, None])
            yield [
                line.indicator.key, str(line.definition), line.unit, line.place, line.place_name,
                _cell(line.previous), _cell(num), _cell(den),
            ]  # fmt: skip


def _cell(value: float | None) -> str:
    return "" if value is None else typed(value)
