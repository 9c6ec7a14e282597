"""What the page of one task shows, and what the person who looks may do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from halong.accounts.queries import answerable
from halong.core.formats import format_datetime
from halong.tasks import actions
from halong.tasks.forms import (
    CoOwnerForm,
    DoneForm,
    ExtensionForm,
    NoteForm,
    PartForm,
    ProgressForm,
    ReasonForm,
)
from halong.tasks.models import UNDER_WAY, CoOwner, Task, TaskEvent, TaskFile
from halong.tasks.origins import origin_word
from halong.tasks.permissions import may_help, may_judge, may_work


@dataclass(frozen=True)
class Step:
    """Something that a person may do about a task: ``states`` in which, ``worker`` or judge (``either``: both of them), with
    which form and words.
    """

    key: str
    label: Any
    run: Callable[..., Task]
    form: type[forms.Form]
    states: tuple[str, ...]
    worker: bool
    icon: str
    kind: str = ""
    direct: bool = False  # without a form in between
    either: bool = False


STEPS = {
    step.key: step
    for step in (
        Step("accept", gettext_lazy("Accept the task"), actions.accept_task, NoteForm, ("open",), True, "check",
             "primary", True),
        Step("done", gettext_lazy("Report as done"), actions.finish_task, DoneForm, UNDER_WAY, True, "checks"),
        Step("progress", gettext_lazy("Report progress"), actions.report_progress, ProgressForm, UNDER_WAY, True,
             "progress"),
        Step("ask", gettext_lazy("Ask for an extension"), actions.ask_extension, ExtensionForm, UNDER_WAY, True,
             "calendar-clock", "quiet"),
        Step("return", gettext_lazy("Return"), actions.return_task, ReasonForm, UNDER_WAY, True, "arrow-back-up",
             "quiet"),
        Step("involve", gettext_lazy("Add a co-owner"), actions.add_co_owner, CoOwnerForm, UNDER_WAY, True, "users",
             "quiet", either=True),
        Step("confirm", gettext_lazy("Confirm as done"), actions.confirm_task, NoteForm, ("done",), False, "check",
             "primary", True),
        Step("send-back", gettext_lazy("Not done yet"), actions.send_back, ReasonForm, ("done",), False,
             "arrow-back-up"),
        Step("extend", gettext_lazy("Extend the deadline"), actions.extend_task, ExtensionForm, UNDER_WAY, False,
             "calendar-clock"),
        Step("refuse", gettext_lazy("Refuse the extension"), actions.refuse_extension, ReasonForm, UNDER_WAY, False,
             "x"),
        Step("cancel", gettext_lazy("Cancel the task"), actions.cancel_task, ReasonForm, (*UNDER_WAY, "done"), False,
             "ban", "quiet"),
    )
}  # fmt: skip
PART_STEPS = {
    "finish": Step("finish", gettext_lazy("Report the part as finished"), actions.finish_part, PartForm,
                   (*UNDER_WAY, "done"), True, "checks"),
    "remove": Step("remove", pgettext_lazy("co-owner", "Take out"), actions.remove_co_owner, ReasonForm, UNDER_WAY, True,
                   "x", "quiet", either=True),
}  # fmt: skip


def part_steps(part: CoOwner, task: Task, user: Any) -> list[Step]:
    """What this person may do about a co-owner's part now."""
    if part.finished_at is not None:
        return []
    may = {"finish": may_help(part, user), "remove": may_work(task, user) or may_judge(task, user)}
    return [step for key, step in PART_STEPS.items() if may[key] and task.state in step.states]


def steps_of(task: Task, user: Any) -> list[Step]:
    """What this person may do now."""
    works, judges = may_work(task, user), may_judge(task, user)
    return [
        step
        for step in STEPS.values()
        if task.state in step.states
        and ((works or judges) if step.either else works if step.worker else judges)
        and (step.key != "refuse" or task.asked_due_at is not None)
    ]


def context(task: Task, user: Any) -> dict[str, Any]:
    """The page."""
    events = list(task.events.select_related("by", "agency").order_by("-at", "-pk"))
    parts = list(
        task.co_owners.select_related("agency", "added_by", "finished_by").order_by("added_at", "pk")
    )
    files = TaskFile.objects.filter(event__task=task).defer("content").order_by("pk")
    return {
        "task": task,
        "steps": steps_of(task, user),
        "people": answerable(task.agency),
        "parts": [{"part": part, "steps": part_steps(part, task, user)} for part in parts],
        "finished": sum(part.finished_at is not None for part in parts),
        "origin_word": origin_word(task.origin),
        "timeline": [_entry(event) for event in events],
        "files": files,
        "crumbs": [{"label": _("Tasks"), "url": reverse("tasks")}, {"label": task.title}],
    }


def _entry(event: TaskEvent) -> dict[str, Any]:
    said = [event.note] if event.note else []
    if event.due_at is not None:
        said.insert(0, _("Deadline {due}").format(due=format_datetime(event.due_at)))
    if event.agency is not None:
        said.insert(0, event.agency.name)
    if event.progress is not None:
        said.insert(0, f"{event.progress}%")
    states = {"confirmed": "normal", "part-done": "normal", "returned": "attention", "cancelled": "attention"}
    return {
        "at": event.at,
        "title": event.get_kind_display(),
        "text": " · ".join(said),
        "by": str(event.by) if event.by else "Halong",
        "state": states.get(event.kind, ""),
    }
