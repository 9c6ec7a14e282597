"""What a handler may do about a report: one entry a step, with its form, its words and the action behind it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.citizens.actions import answering, handling, moderation, triage
from halong.citizens.forms import steps as forms
from halong.citizens.models import Answer, CoAgency, Extension, Report
from halong.core.errors import Conflict
from halong.core.permissions import has_perm


@dataclass(frozen=True)
class Step:
    """Something that may be done: ``can`` is its name in ``DeskView.can``; ``direct`` ones need no form in between.

    ``key`` is a letter of the triage screen.
    """

    name: str
    can: str
    label: Any
    run: Callable[..., Any]
    form: type[forms.StepForm]
    icon: str
    kind: str = ""
    direct: bool = False
    note: Any = ""
    danger: bool = False


def _answer(report: Report) -> Answer:
    found = (
        report.answers.filter(state=Answer.State.WAITING)
        .select_related("report__agency", "report__category")
        .first()
    )
    if found is None:
        raise Conflict(gettext("No answer waits for approval."))
    return found


def _extension(report: Report) -> Extension:
    rows = report.asked_extensions.filter(state=Extension.State.WAITING)
    found = rows.select_related("report__agency__parent", "report__category", "agency").first()
    if found is None:
        raise Conflict(gettext("No extension waits for a decision."))
    return found


def _approve(report: Report, *, by: Any) -> Any:
    return answering.approve_answer(_answer(report), by=by)


def _send_back(report: Report, *, by: Any, note: str) -> Any:
    return answering.send_back_answer(_answer(report), by=by, note=note)


def _grant(report: Report, *, by: Any, note: str) -> Any:
    return handling.decide_extension(_extension(report), by=by, grant=True, note=note)


def _refuse(report: Report, *, by: Any, note: str) -> Any:
    return handling.decide_extension(_extension(report), by=by, grant=False, note=note)


def _finish(report: Report, *, by: Any, note: str) -> Any:
    parts: Iterable[CoAgency] = report.co_agencies.filter(done_at=None).select_related("agency", "report")
    part = next((row for row in parts if has_perm(by, "reports.handle", row.agency)), None)
    if part is None:
        raise Conflict(gettext("No part of your agency is open."))
    return handling.finish_part(part, by=by, note=note)


def _invite(report: Report, *, by: Any, agency: Any, request: str) -> Any:
    return handling.invite_agency(report, by=by, agency=agency, request=request)


def _urgency(report: Report, *, by: User, urgent: bool) -> Any:
    return triage.change_report(report, by=by, urgent=urgent)


STEPS = {
    step.name: step
    for step in (
        Step("accept", "accept", _("Take it on"), handling.accept_report, forms.DirectForm, "check", "primary", True),
        Step("return", "return", _("Return: not competent"), handling.return_report, forms.ReturnForm,
             "arrow-back-up"),
        Step("approve", "approve", _("Approve the answer"), _approve, forms.DirectForm, "rubber-stamp", "primary",
             True),
        Step("send-back", "send_back", _("Send the answer back"), _send_back, forms.SendBackForm, "arrow-back-up"),
        Step("grant", "decide_extension", _("Grant the extension"), _grant, forms.OptionalNoteForm, "calendar-clock"),
        Step("refuse", "decide_extension", _("Refuse the extension"), _refuse, forms.RefuseForm, "x"),
        Step("assign", "assign", _("Give to an officer"), handling.assign_report, forms.AssignForm, "user-check",
             "quiet"),
        Step("ask", "ask", _("Ask the citizen"), handling.ask_citizen, forms.AskForm, "message-circle", "quiet"),
        Step("invite", "invite", _("Invite an agency"), _invite, forms.InviteForm, "users-group", "quiet"),
        Step("finish", "finish_part", _("Our part is done"), _finish, forms.PartForm, "checks"),
        Step("extend", "extend", _("Ask for an extension"), handling.ask_extension, forms.ExtendForm,
             "calendar-clock", "quiet"),
        Step("route", "route", _("Send to the agency"), triage.route_report, forms.RouteForm, "send", "primary"),
        Step("change", "change", _("Set right"), triage.change_report, forms.ChangeForm, "edit", "quiet"),
        Step("urgency", "change", _("Urgency"), _urgency, forms.UrgencyForm, "urgent", "quiet", True),
        Step("merge", "merge", _("Merge: same matter"), triage.merge_report, forms.MergeForm, "git-merge"),
        Step("unmerge", "unmerge", _("Undo the merge"), triage.unmerge_report, forms.DirectForm, "arrow-back-up",
             direct=True),
        Step("decline", "decline", _("Out of scope"), triage.decline_report, forms.DeclineForm, "ban"),
        Step("restore", "restore", _("Take it up again"), triage.restore_report, forms.DirectForm, "arrow-back-up",
             direct=True),
        Step("hand-over", "hand_over", _("Lead to the lawful channel"), triage.hand_over, forms.HandOverForm, "gavel",
             note=_("The text, the photos and every answer are deleted for good; the sender is told where the matter "
                     "lawfully goes. This can't be undone."), danger=True),
        Step("edit-text", "moderate", _("Edit the public text"), moderation.edit_public_text, forms.PublicTextForm,
             "edit", "quiet"),
        Step("withhold", "moderate", _("Keep from the public"), moderation.withhold_report, forms.WithholdForm,
             "eye-off", "quiet"),
        Step("show", "moderate", _("Show to the public"), moderation.show_report, forms.DirectForm, "eye", "quiet",
             True),
        Step("note", "note", pgettext_lazy("verb", "Add a note"), handling.add_note, forms.NoteForm, "note", "quiet"),
    )
}  # fmt: skip
ELSEWHERE = frozenset({"urgency"})  # drawn by the triage screen only
FIRST = frozenset({"accept", "return", "approve", "send-back", "grant", "refuse", "finish", "route", "decline", "unmerge",
                   "restore"})  # fmt: skip


def steps_of(report: Report, can: Iterable[str]) -> list[Step]:
    """The steps that may be taken now, as the page shows them."""
    allowed = set(can)
    unfit = {"withhold"} if report.withheld else {"show"}
    return [step for step in STEPS.values() if step.can in allowed and step.name not in (ELSEWHERE | unfit)]
