"""Tables that agencies fill in: opening them each period, filling in, submitting, approving. Only what is approved
becomes values of indicators.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.core.workdays import add_workdays, end_of_office
from halong.indicators.actions import ImportRow, import_values
from halong.indicators.grains import code_of, day_of, labels_between, start_of
from halong.indicators.models import Collection, Definition, Grain, Indicator, Submission
from halong.indicators.reminders import first_reminder, tell_approver, tell_returned
from halong.indicators.specs import shape_of
from halong.places.models import Agency

TOPIC = "indicators"
BACK = {  # how far back periods are opened that nobody opened in time (the worker stood still)
    Grain.DAY: timedelta(days=14),
    Grain.MONTH: timedelta(days=100),
    Grain.QUARTER: timedelta(days=200),
    Grain.YEAR: timedelta(days=400),
}
Figures = dict[str, dict[str, list[float | None]]]  # indicator key → place code or "" → [num, den]


@dataclass
class CollectionDraft:
    """What the form of a collection says."""

    title: str
    indicators: list[Indicator]
    agencies: list[Agency]
    grain: str
    due_days: int
    title_en: str = ""
    approver: Agency | None = None
    starts: date | None = None

    def check(self) -> None:
        """Raises Invalid by field."""
        faults = {}
        if self.grain not in BACK:
            faults["grain"] = _("Nobody fills in a table every hour.")
        if not self.indicators:
            faults["indicators"] = _("Choose at least one indicator.")
        if not self.agencies:
            faults["agencies"] = _("Choose at least one agency.")
        if faults:
            raise Invalid(" ".join(faults.values()), fields=faults)


@transaction.atomic
def save_collection(draft: CollectionDraft, *, by: Any, collection: Collection | None = None) -> Collection:
    """Make a collection, or change one; periods that were opened before stay as they are."""
    require(by, "indicators.edit", collection)
    draft.check()
    made = collection or Collection(key=_free_key(draft.title))
    made.title, made.title_en, made.grain = draft.title, draft.title_en, draft.grain
    made.due_days, made.approver = draft.due_days, draft.approver
    made.starts = draft.starts or made.starts
    made.save()
    made.indicators.set(draft.indicators)
    made.agencies.set(draft.agencies)
    record(by, "collections.change" if collection else "collections.create", made, title=made.title)
    open_submissions(timezone.now(), collections=[made])
    return made


@transaction.atomic
def switch_collection(collection: Collection, *, by: Any, active: bool) -> None:
    """Stop asking agencies for it, or begin again; what was submitted stays."""
    require(by, "indicators.edit", collection)
    if not Collection.objects.filter(pk=collection.pk, active=not active).update(active=active):
        raise Conflict(_("Somebody else has changed this meanwhile."))
    record(by, "collections.switch", collection, active=active)


@transaction.atomic
def open_submissions(now: datetime, *, collections: Iterable[Collection] | None = None) -> int:
    """Open what each agency owes for every period that has ended; returns how many are new. Run as often as one likes.

    Due at 17:00 of the ``due_days``-th day after the period; on a day off, of the next working day (Civil Code 2015,
    article 148).
    """
    wanted = Collection.objects.filter(active=True) if collections is None else collections
    rows = [row for collection in wanted if collection.active for row in _owed(collection, now)]
    before = Submission.objects.count()
    Submission.objects.bulk_create(rows, ignore_conflicts=True)
    new = Submission.objects.count() - before
    if new:
        touch(TOPIC)
    return new


def _owed(collection: Collection, now: datetime) -> Iterable[Submission]:
    grain = collection.grain
    agencies = list(collection.agencies.all())
    for label in labels_between(now - BACK[Grain(grain)], now, grain):
        if label > now or day_of(start_of(label, grain) + timedelta(hours=12)) < collection.starts:
            continue
        due = end_of_office(add_workdays(day_of(label) + timedelta(days=collection.due_days), 0))
        for agency in agencies:
            yield Submission(
                collection=collection,
                agency=agency,
                label=label,
                due_at=due,
                remind_at=first_reminder(due, now),
            )


@transaction.atomic
def save_figures(submission: Submission, figures: Figures, *, by: Any, note: str = "") -> Submission:
    """Keep what was typed so far. Raises Conflict once it was submitted, Invalid by indicator for what can't be."""
    require(by, "indicators.submit", submission)
    _check(submission, figures)
    kept = Submission.objects.waiting().filter(pk=submission.pk).update(values=figures, note=note[:2000])
    if not kept:
        raise Conflict(_("This was submitted already."))
    submission.refresh_from_db()
    record(by, "submissions.save", submission, indicators=len(figures))
    return submission


@transaction.atomic
def submit_figures(submission: Submission, figures: Figures, *, by: Any, note: str = "") -> Submission:
    """Hand in the figures for approval; every indicator must have some, what isn't plausible must be explained."""
    save_figures(submission, figures, by=by, note=note)
    missing = {
        key: _("A figure is missing.")
        for key in submission.collection.indicators.values_list("key", flat=True)
        if not any(num is not None for num, _den in figures.get(key, {}).values())
    }
    if missing:
        raise Invalid(_("Figures are missing."), fields=missing)
    if not note.strip() and (doubtful := implausible(submission, figures)):
        words = _("Outside the plausible range: explain it in the note.")
        raise Invalid(words, fields=dict.fromkeys(doubtful, words))
    moved = (
        Submission.objects.waiting()
        .filter(pk=submission.pk)
        .update(
            state=Submission.State.SUBMITTED,
            submitted_at=timezone.now(),
            submitted_by=by if isinstance(by, User) else None,
            remind_at=None,
        )
    )
    if not moved:
        raise Conflict(_("This was submitted already."))
    submission.refresh_from_db()
    record(
        by, "submissions.submit", submission, period=code_of(submission.label, submission.collection.grain)
    )
    tell_approver(submission)
    touch(TOPIC)
    return submission


@transaction.atomic
def approve_submission(submission: Submission, *, by: Any) -> int:
    """The figures hold: they become values. Another person than the one who submitted them. Returns how many."""
    require(by, "indicators.approve", submission.collection.approver or submission.agency)
    if by is not SYSTEM and submission.submitted_by_id == getattr(by, "pk", None):
        raise Conflict(_("Whoever submits figures doesn't approve them."))
    moved = Submission.objects.filter(pk=submission.pk, state=Submission.State.SUBMITTED).update(
        state=Submission.State.APPROVED,
        approved_at=timezone.now(),
        approved_by=by if isinstance(by, User) else None,
    )
    if not moved:
        raise Conflict(_("This doesn't wait for approval."))
    submission.refresh_from_db()
    count = _import(submission, by)
    record(by, "submissions.approve", submission, values=count)
    touch(TOPIC)
    return count


@transaction.atomic
def return_submission(submission: Submission, *, by: Any, reason: str) -> None:
    """Back to the agency with the reason: before the approval or after it (a correction; the values stay until then)."""
    require(by, "indicators.approve", submission.collection.approver or submission.agency)
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    moved = Submission.objects.filter(
        pk=submission.pk, state__in=[Submission.State.SUBMITTED, Submission.State.APPROVED]
    ).update(
        state=Submission.State.RETURNED,
        reason=reason.strip()[:2000],
        remind_at=first_reminder(submission.due_at, timezone.now()),
    )
    if not moved:
        raise Conflict(_("This isn't there to be returned."))
    submission.refresh_from_db()
    record(by, "submissions.return", submission)
    tell_returned(submission)
    touch(TOPIC)


def implausible(submission: Submission, figures: Figures) -> list[str]:
    """The keys of the indicators with a figure outside of the range that their definition calls plausible."""
    found = []
    for indicator in submission.collection.indicators.prefetch_related("definitions"):
        definition = indicator.definition_on(day_of(submission.label))
        if definition is None:
            continue
        shown = [value_of(pair, definition) for pair in figures.get(indicator.key, {}).values()]
        if any(
            value is not None
            and (
                (definition.plausible_min is not None and value < definition.plausible_min)
                or (definition.plausible_max is not None and value > definition.plausible_max)
            )
            for value in shown
        ):
            found.append(indicator.key)
    return found


def value_of(pair: list[float | None], definition: Definition) -> float | None:
    """What the indicator says of a pair: the quotient where there is a denominator, else the number."""
    num, den = (*pair, None, None)[:2]
    shape = shape_of(definition)
    if num is None or den is None or shape.form != "quotient":
        return num
    return shape.scale * num / den if den else None


def _check(submission: Submission, figures: Mapping[str, Mapping[str, list[float | None]]]) -> None:
    known = set(submission.collection.indicators.values_list("key", flat=True))
    faults = {key: _("Unknown indicator.") for key in figures.keys() - known}
    for key, places in figures.items():
        filled = {place for place, (num, _den) in places.items() if num is not None}
        if "" in filled and len(filled) > 1:
            faults[key] = _(
                "Give either one figure for all, or one for each place: both would be counted twice."
            )
        if any(den is not None and den <= 0 for _num, den in places.values()):
            faults[key] = _("The denominator must be above zero.")
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)


def _import(submission: Submission, by: Any) -> int:
    period = code_of(submission.label, submission.collection.grain)
    indicators = {row.key: row for row in submission.collection.indicators.all()}
    count = 0
    for key, places in submission.values.items():
        if key not in indicators:
            continue
        rows = [
            ImportRow(place, submission.agency.code, period, num, den)
            for place, (num, den) in places.items()
            if num is not None
        ]
        import_values(
            indicators[key],
            rows,
            by=SYSTEM,
            source=str(submission.collection.title),
            came_at=submission.submitted_at,
        )
        count += len(rows)
    return count


def _free_key(title: str) -> str:
    base = slugify(title.replace("đ", "d").replace("Đ", "D"))[:60] or "collection"
    key, n = base, 1
    while Collection.objects.filter(key=key).exists():
        n += 1
        key = f"{base}-{n}"
    return key
