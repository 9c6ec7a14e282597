"""What handlers see: the duty officer's queue, the agency's queue by deadline, one report with all that may be done to it.

Every list starts from ``visible_to``, and nothing leads to who sent a report.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from halong.accounts.models import Grant, Role, User
from halong.citizens.actions.handling import decides_extension
from halong.citizens.models import (
    WITH_AGENCY,
    Answer,
    AnswerTemplate,
    CoAgency,
    Extension,
    Photo,
    Proof,
    Question,
    Report,
    ReportEvent,
    ReportQuerySet,
)
from halong.citizens.permissions import acts_for, visible_q
from halong.context.scope import Scope
from halong.core.permissions import has_perm, scope_q
from halong.core.text import fold
from halong.places.models import Agency

HANDLED = {
    "to-accept": ("routed",),
    "working": ("working",),
    "to-approve": ("answered",),
    "answered": ("resolved",),
    "closed": ("closed", "duplicate", "declined", "handed_over"),
}


def seen(user: Any, scope: Scope | None = None) -> ReportQuerySet:
    """The reports that a handler may see in what he has chosen to look at, with what a row shows."""
    found = Report.objects.visible_to(user)
    if scope is not None:
        found = found.within(scope)
    return found.select_related("category", "place", "agency", "assignee").defer("place__boundary")


def triage(user: Any, scope: Scope | None = None, *, tab: str = "waiting") -> ReportQuerySet:
    """The duty officer's queue: the urgent first, then as they came in; ``returned`` are those that agencies gave back."""
    found = seen(user, scope)
    if tab == "moderation":
        waiting = Photo.objects.filter(
            report=OuterRef("pk"), state=Photo.State.READY, released_at=None, use=Photo.Use.REPORT
        )
        return found.filter(Exists(waiting), state__in=[*WITH_AGENCY, "resolved", "sent"]).order_by(
            "-created_at"
        )
    found = (
        found.filter(state="returned") if tab == "returned" else found.filter(state__in=["sent", "returned"])
    )
    if tab == "urgent":
        found = found.filter(urgent=True)
    elif tab == "legal":
        found = found.exclude(legal="")
    return found.order_by("-urgent", "created_at", "pk")


def triage_counts(user: Any, scope: Scope | None = None, now: datetime | None = None) -> dict[str, int]:
    """How many wait in each tab, and how many are late; one query."""
    found = Report.objects.visible_to(user)
    if scope is not None:
        found = found.within(scope)
    counts: dict[str, int] = found.filter(state__in=["sent", "returned"]).aggregate(
        waiting=Count("pk"),
        returned=Count("pk", filter=Q(state="returned")),
        urgent=Count("pk", filter=Q(urgent=True)),
        legal=Count("pk", filter=~Q(legal="")),
        late=Count("pk", filter=Q(step_due_at__lt=now or timezone.now())),
    )
    return counts


def agency_queue(
    user: Any, scope: Scope | None = None, *, tab: str = "working", now: datetime | None = None
) -> ReportQuerySet:
    """An agency's queue: what is open by its deadline, what is over the latest first."""
    found = seen(user, scope)
    if tab == "late":
        return found.filter(state__in=WITH_AGENCY, due_at__lt=now or timezone.now()).order_by("due_at", "pk")
    if tab == "partner":
        parts = CoAgency.objects.filter(parts_q(user), report=OuterRef("pk"), done_at=None)
        return found.filter(Exists(parts), state__in=WITH_AGENCY).order_by("due_at", "pk")
    found = found.filter(state__in=HANDLED.get(tab, WITH_AGENCY))
    if tab in ("answered", "closed"):
        return found.order_by("-changed_at", "-pk")
    return found.order_by("step_due_at" if tab == "to-accept" else "due_at", "pk")


def agency_counts(user: Any, scope: Scope | None = None, now: datetime | None = None) -> dict[str, int]:
    """How many stand in each tab of what is open; one query."""
    found = Report.objects.visible_to(user)
    if scope is not None:
        found = found.within(scope)
    counts: dict[str, int] = found.filter(state__in=WITH_AGENCY).aggregate(
        **{
            tab.replace("-", "_"): Count("pk", filter=Q(state__in=HANDLED[tab]))
            for tab in ("to-accept", "working", "to-approve")
        },
        late=Count("pk", filter=Q(due_at__lt=now or timezone.now())),
    )
    return counts


def parts_q(user: Any) -> Q:
    """The parts of co-agencies that a person may finish."""
    return scope_q(user, "reports.handle", place="agency__place", agency="agency", sector="")


def waiting_approvals(user: Any, scope: Scope | None = None) -> "QuerySet[Answer]":
    """Answers that a head may approve: not those that he wrote."""
    approving = Report.objects.filter(_approve_q(user)).within(scope or Scope())
    found = Answer.objects.filter(state=Answer.State.WAITING, report__in=approving.filter(state="answered"))
    return (
        found.exclude(written_by=user)
        .select_related("report__category", "report__place", "agency", "written_by")
        .order_by("written_at")
    )


def waiting_extensions(user: Any, scope: Scope | None = None) -> list[Extension]:
    """Extensions that a person may decide about, the nearest deadline first."""
    found = Extension.objects.filter(state=Extension.State.WAITING).exclude(asked_by=user)
    reports = Report.objects.filter(visible_q(user)).within(scope or Scope())
    rows = found.filter(report__in=reports).select_related(
        "report__category", "report__place", "report__agency__parent", "agency", "asked_by"
    )
    return [
        row
        for row in rows.order_by("before")
        if decides_extension(user, row.report) or acts_for(user, "reports.approve", row.report)
    ]


def _approve_q(user: Any) -> Q:
    from halong.citizens.permissions import principals  # noqa: PLC0415

    found = scope_q(user, "reports.approve")
    if found == Q():
        return found
    for row in principals(user):
        found |= scope_q(row.principal, "reports.approve") & Q(agency__path__startswith=row.agency.path)
    return found


def photos_to_release(user: Any, scope: Scope | None = None) -> "QuerySet[Photo]":
    """Checked photos of public reports that wait for a moderator, the oldest first."""
    reports = Report.objects.filter(scope_q(user, "reports.moderate"), public=True)
    if scope is not None:
        reports = reports.within(scope)
    found = Photo.objects.filter(state=Photo.State.READY, released_at=None, report__in=reports)
    return found.select_related("report__category", "report__place").order_by("created_at")


@dataclass(frozen=True)
class DeskView:
    """One report for handlers, with the names of the actions that this person may take now."""

    report: Report
    events: list[ReportEvent]
    questions: list[Question]
    answers: list[Answer]
    extensions: list[Extension]
    parts: list[CoAgency]
    photos: list[Photo]
    merged: list[Report]
    templates: list[AnswerTemplate]
    can: frozenset[str]

    @property
    def waiting_answer(self) -> Answer | None:
        """The answer that waits for approval."""
        return next((row for row in self.answers if row.state == Answer.State.WAITING), None)

    @property
    def waiting_extension(self) -> Extension | None:
        """The extension that waits for a decision."""
        return next((row for row in self.extensions if row.state == Extension.State.WAITING), None)


def desk_view(user: Any, pk: int) -> DeskView | None:
    """Everything that a handler may see of a report; None when he may not see it at all."""
    report = seen(user).select_related("merged_into", "agency__parent").filter(pk=pk).first()
    if report is None:
        return None
    answers = list(
        report.answers.select_related("agency", "written_by", "decided_by")
        .prefetch_related(
            Prefetch("proofs", Proof.objects.defer("content").select_related("photo").order_by("pk"))
        )
        .order_by("written_at")
    )
    extensions = list(
        report.asked_extensions.select_related("agency", "asked_by", "decided_by").order_by("asked_at")
    )
    parts = list(report.co_agencies.select_related("agency", "invited_by").order_by("invited_at"))
    return DeskView(
        report=report,
        events=list(report.events.select_related("by", "agency").order_by("at", "pk")),
        questions=list(report.questions.select_related("asked_by").order_by("asked_at")),
        answers=answers,
        extensions=extensions,
        parts=parts,
        photos=list(report.photos.order_by("pk")),
        merged=list(report.merged.select_related("category", "place").order_by("pk")),
        templates=templates_for(report),
        can=_can(user, report, answers, extensions, parts),
    )


def templates_for(report: Report) -> list[AnswerTemplate]:
    """Templates for an answer: of this kind or of all, of this agency or of all; the most particular first."""
    kind = Q(category__isnull=True) | Q(category__code=report.category.code)
    whose = Q(agency__isnull=True) | Q(agency=report.agency_id)
    rows = AnswerTemplate.objects.filter(kind, whose, retired_at=None)
    return sorted(rows, key=lambda row: (row.category_id is None, row.agency_id is None, row.title))


BY_STATE: dict[str, tuple[tuple[str, str], ...]] = {
    "sent": (("reports.triage", "route change merge decline hand_over"),),
    "returned": (("reports.triage", "route change merge decline hand_over"),),
    "routed": (("reports.handle", "accept return assign invite"), ("reports.triage", "merge hand_over")),
    "working": (
        ("reports.handle", "answer ask assign invite extend attach"),
        ("reports.triage", "merge hand_over"),
    ),
    "answered": (("reports.handle", "assign"),),
    "duplicate": (("reports.triage", "unmerge"),),
    "declined": (("reports.triage", "restore"),),
}


def _can(
    user: Any, report: Report, answers: list[Answer], extensions: list[Extension], parts: list[CoAgency]
) -> frozenset[str]:
    """What may be done now: named as in the actions, without "_report"."""
    allowed = {name: has_perm(user, name, report) or acts_for(user, name, report) is not None
               for name in ("reports.triage", "reports.handle", "reports.approve", "reports.moderate")}  # fmt: skip
    can = {"note"}
    for permission, names in BY_STATE.get(report.state, ()):
        can |= set(names.split()) if allowed[permission] else set()
    if (
        any(row.state == "waiting" and row.written_by_id != user.pk for row in answers)
        and allowed["reports.approve"]
    ):
        can |= {"approve", "send_back"}
    if any(row.state == "waiting" and row.asked_by_id != user.pk for row in extensions) and (
        decides_extension(user, report) or acts_for(user, "reports.approve", report)
    ):
        can.add("decide_extension")
    if any(row.state == "waiting" for row in extensions):
        can.discard("extend")
    if any(row.done_at is None and has_perm(user, "reports.handle", row.agency) for row in parts):
        can.add("finish_part")
    if allowed["reports.moderate"] and report.state != "handed_over":
        can |= {"moderate"}
    return frozenset(can)


def narrowed(reports: ReportQuerySet, wanted: dict[str, Any]) -> ReportQuerySet:
    """Reports by category (code), sector, place and agency (with what is below), state, urgency and words ``q``."""
    plain = {"category": "category__code", "sector": "sector", "state": "state", "assignee": "assignee"}
    reports = reports.filter(**{lookup: wanted[key] for key, lookup in plain.items() if wanted.get(key)})
    if wanted.get("place"):
        reports = reports.filter(place__path__startswith=wanted["place"].path)
    if wanted.get("agency"):
        reports = reports.filter(agency__path__startswith=wanted["agency"].path)
    if wanted.get("urgent"):
        reports = reports.filter(urgent=True)
    words = fold(wanted.get("q") or "")
    if words.removeprefix("pa").isdigit():
        return reports.filter(pk=min(int(words.removeprefix("pa")), 2**62))
    for word in words.split():
        reports = reports.filter(folded__contains=word)
    return reports


def handlers_of(agency: Agency) -> list[User]:
    """Who handles reports in an agency: officers and leaders whose grant is of it."""
    grants = Grant.objects.filter(agency=agency, role__in=[Role.OFFICER, Role.LEADER], user__is_active=True)
    return list(User.objects.filter(pk__in=grants.values("user")).order_by("full_name", "username"))
