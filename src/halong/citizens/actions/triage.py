"""What the duty officer does: send on, merge and undo, decline and undo, lead to the lawful channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens.actions.forgetting import NOTHING_LEFT, purge_around
from halong.citizens.actions.sending import public_place
from halong.citizens.actions.steps import Kind, State, advance, happened, promise_of, said
from halong.citizens.masking import mask, mask_public
from halong.citizens.models import (
    Category,
    CoAgency,
    Extension,
    Report,
    ReportEvent,
)
from halong.citizens.permissions import require_person
from halong.citizens.promises import destination_of
from halong.citizens.simulated import moment
from halong.core.errors import Conflict, HalongError, Invalid
from halong.core.text import fold
from halong.places.models import Agency, Place

WAITING = (State.SENT, State.RETURNED)
BEFORE_ANSWER = (State.SENT, State.RETURNED, State.ROUTED, State.WORKING)
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Routed:
    """How sending several at once went: which are on their way, and why the others aren't (number → words)."""

    done: list[Report]
    failed: dict[str, str]


@transaction.atomic
def route_report(
    report: Report,
    *,
    by: Any,
    agency: Agency | None = None,
    category: Category | None = None,
    urgent: bool | None = None,
    together: Iterable[Agency] = (),
    note: str = "",
) -> Report:
    """The report is valid: send it to the agency that answers for it (None: the one that is laid down).

    Category and urgency may be set right; the promise to the citizen then follows from these, counted from when it came in.
    From here on the public sees it, unless its kind or somebody withholds it.
    """
    person, _behalf = require_person(by, "reports.triage", report)
    changes = _set_right(report, category, urgent)
    laid_down = destination_of(report.category, report.place)
    target = agency or laid_down.agency
    if target is None:
        raise Invalid(
            _("No agency is laid down for this: choose one."), fields={"agency": _("Choose an agency.")}
        )
    if target.valid_to is not None and target.valid_to < timezone.localdate():
        raise Invalid(_("This agency has ended."), fields={"agency": _("This agency has ended.")})
    now, promise = moment(), promise_of(report)
    advance(
        report,
        WAITING,
        **changes,
        state=State.ROUTED,
        agency=target,
        assignee=None,
        routed_at=now,
        accepted_at=None,
        step_due_at=min(promise.after(now, promise.accept), max(report.due_at, now)),
        public=not report.withheld,
    )
    others = [*together, *(laid_down.together if agency is None else ())]
    for other in {other.pk: other for other in others if other.pk != target.pk}.values():
        _invite(report, other, person, note="")
    happened(
        report,
        Kind.ROUTED,
        by,
        note=note,
        public=True,
        agency=target,
        due_at=report.due_at,
        chosen=agency is not None,
    )
    return report


def route_many(reports: Iterable[Report], *, by: Any) -> Routed:
    """Send several on as proposed or laid down, each in its own transaction; returns which couldn't be, and why."""
    done, failed = [], {}
    for report in list(reports)[:MOST_AT_ONCE]:
        try:
            proposal = report.proposal or {}
            agency = Agency.objects.filter(pk=proposal.get("agency") or 0).first()
            category = Category.objects.filter(pk=proposal.get("category") or 0).first()
            done.append(route_report(report, by=by, agency=agency, category=category))
        except HalongError as error:
            failed[report.number] = error.detail
    return Routed(done, failed)


@transaction.atomic
def change_report(
    report: Report,
    *,
    by: Any,
    category: Category | None = None,
    urgent: bool | None = None,
    place: Place | None = None,
) -> Report:
    """Set category, urgency or place right while no agency has it; the promise follows."""
    require_person(by, "reports.triage", report)
    changes = _set_right(report, category, urgent)
    if place is not None and place.pk != report.place_id:
        report.place = place
        changes |= {
            "place": place,
            **public_place(report.category, place, report.lon, report.lat, report.address),
        }
    if not changes:
        return report
    advance(report, WAITING, **changes)
    happened(
        report, Kind.CHANGED, by, category=report.category.code, urgent=report.urgent, place=report.place_id
    )
    return report


def _set_right(report: Report, category: Category | None, urgent: bool | None) -> dict[str, Any]:
    """What changes with another category or urgency; the report already shows it."""
    changes: dict[str, Any] = {}
    if category is not None and category.pk != report.category_id:
        report.category = category
        changes |= {"category": category, "sector": category.sector}
        if category.exposure == Category.Exposure.HIDDEN:
            changes["withheld"] = True
        changes |= public_place(category, report.place, report.lon, report.lat, report.address)
        if not category.numbers_matter:
            changes |= _covered_again(report)
    if urgent is not None and urgent != report.urgent:
        changes["urgent"] = urgent
    for name, value in changes.items():
        setattr(report, name, value)
    if changes and report.extensions == 0 and report.reopenings == 0:
        promise = promise_of(report)
        due_at = promise.after(report.created_at, promise.answer)
        changes |= {"due_at": due_at, "first_due_at": due_at}
        report.due_at = report.first_due_at = due_at
    return changes


def _covered_again(report: Report) -> dict[str, str]:
    """The texts of a report whose former kind let telephone numbers stand."""
    text, public = mask(report.text).text, mask_public(report.public_text).text
    return {"text": text, "folded": fold(text), "public_text": public, "public_folded": fold(public)}


@transaction.atomic
def merge_report(report: Report, into: Report, *, by: Any) -> Report:
    """The report is the same as another one, which takes over its weight; its sender follows that one. Can be undone."""
    require_person(by, "reports.triage", report)
    require_person(by, "reports.triage", into)
    if into.pk == report.pk or into.state in (State.DUPLICATE, State.DECLINED, State.HANDED_OVER):
        words = _("It can't be merged into this report.")
        raise Invalid(words, fields={"into": words})
    if Report.objects.filter(merged_into=report).exists():
        words = _("Other reports are merged into this one: merge these first.")
        raise Invalid(words, fields={"into": words})
    before = report.state
    advance(report, BEFORE_ANSWER, state=State.DUPLICATE, merged_into=into, public=False, step_due_at=None)
    _end_waiting(report)
    Report.objects.filter(pk=into.pk).update(weight=F("weight") + report.weight)
    happened(report, Kind.MERGED, by, public=True, into=into.pk, before=before, weight=report.weight)
    happened(into, Kind.FOLLOWED, by, public=True, merged=report.pk)
    return report


@transaction.atomic
def unmerge_report(report: Report, *, by: Any) -> Report:
    """Undo a merge: the report is what it was before, and the other one loses the weight again."""
    require_person(by, "reports.triage", report)
    merged = _last(report, Kind.MERGED)
    into, before = report.merged_into, str(merged.data["before"])
    if into is None:
        raise Conflict(_("This report isn't merged."))
    with_agency = before in (State.ROUTED, State.WORKING)
    advance(
        report,
        [State.DUPLICATE],
        state=before,
        merged_into=None,
        public=with_agency and not report.withheld,
        step_due_at=_step_again(report, before),
    )
    Report.objects.filter(pk=into.pk).update(weight=F("weight") - int(merged.data["weight"]))
    happened(report, Kind.UNMERGED, by, public=True, into=into.pk)
    return report


@transaction.atomic
def decline_report(report: Report, *, by: Any, reason: str, note: str) -> Report:
    """The report is out of scope; the sender reads the reason and the note. Can be undone."""
    require_person(by, "reports.triage", report)
    if reason not in Report.Declined.values:
        raise Invalid(_("Choose a reason."), fields={"reason": _("Choose a reason.")})
    note, before = said(note, "note", least=10), report.state
    now = moment()
    advance(
        report,
        WAITING,
        state=State.DECLINED,
        declined=reason,
        agency=None,
        public=False,
        step_due_at=None,
        closed_at=now,
    )
    happened(report, Kind.DECLINED, by, note=note, public=True, reason=reason, before=before)
    return report


@transaction.atomic
def restore_report(report: Report, *, by: Any, note: str = "") -> Report:
    """Take a declined report up again: it waits for the duty officer once more."""
    require_person(by, "reports.triage", report)
    step = _step_again(report, State.SENT)
    advance(report, [State.DECLINED], state=State.SENT, declined="", closed_at=None, step_due_at=step)
    happened(report, Kind.RESTORED, by, note=note, public=True)
    return report


@transaction.atomic
def hand_over(report: Report, *, by: Any, matter: str) -> Report:
    """A complaint or denunciation: the sender is led to its lawful channel, and its text, photos and answers are purged;
    so are those of the reports that were merged into it, which tell the same.
    """
    require_person(by, "reports.triage", report)
    if matter not in ("complaint", "denunciation"):
        raise Invalid(_("Choose one of the two."), fields={"matter": _("Choose one of the two.")})
    _lead_away(report, BEFORE_ANSWER, by, matter)
    for same in Report.objects.select_related("category", "place").filter(merged_into=report):
        _lead_away(same, [State.DUPLICATE], by, matter)
    return report


def _lead_away(report: Report, states: Iterable[str], by: Any, matter: str) -> None:
    advance(
        report,
        states,
        **NOTHING_LEFT,
        state=State.HANDED_OVER,
        legal=matter,
        public=False,
        withheld=True,
        agency=None,
        assignee=None,
        merged_into=None,
        step_due_at=None,
        closed_at=moment(),
    )
    purge_around(report)
    happened(report, Kind.HANDED_OVER, by, public=False, matter=matter)


def _invite(report: Report, agency: Agency, person: Any, note: str) -> CoAgency:
    """Another agency works along; a second invitation of the same one changes nothing."""
    row, new = CoAgency.objects.get_or_create(
        report=report,
        agency=agency,
        defaults={"request": note, "invited_by": person, "invited_at": moment()},
    )
    if new:
        happened(report, Kind.INVITED, person, note=note, public=True, agency=agency)
    return row


def _end_waiting(report: Report) -> None:
    """What waits for somebody no longer does, now that the report is another one's."""
    Extension.objects.filter(report=report, state=Extension.State.WAITING).update(
        state=Extension.State.DROPPED, decided_at=moment()
    )


def _step_again(report: Report, state: str) -> Any:
    """When the next step is due after something was undone."""
    now, promise = moment(), promise_of(report)
    if state == State.WORKING:
        return None
    return promise.after(now, promise.accept if state == State.ROUTED else promise.triage)


def _last(report: Report, kind: str) -> ReportEvent:
    found = report.events.filter(kind=kind).order_by("-at", "-pk").first()
    if found is None:
        raise Conflict(_("Nothing of this kind was done to this report."))
    return found
