"""Everything that happens to tasks. Each state is left by a conditional UPDATE: who comes second gets Conflict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.events import publish
from halong.core.live import touch
from halong.core.permissions import require
from halong.core.text import fold
from halong.places.models import Agency, Place
from halong.tasks import reminders, telling
from halong.tasks.events import TaskChanged
from halong.tasks.evidence import Evidence, check_files
from halong.tasks.models import UNDER_WAY, CoOwner, Task, TaskEvent, TaskFile
from halong.tasks.permissions import may_help, may_judge, may_work

Kind = TaskEvent.Kind
State = Task.State
NOTE = 4000
TOPIC = "tasks"


@dataclass(frozen=True)
class TaskDraft:
    """A task as it is given. ``origin`` and ``ref`` name what it came from, ``snapshot`` what the number said;
    ``co_owners`` take part beside the agency.
    """

    title: str
    agency: Agency
    due_at: datetime
    text: str = ""
    origin: str = ""
    ref: str = ""
    origin_url: str = ""
    snapshot: str = ""
    assignee: User | None = None
    place: Place | None = None
    sector: str = ""
    priority: int = Task.Priority.NORMAL
    simulated: bool = False
    co_owners: tuple[Agency, ...] = ()


@transaction.atomic
def create_task(draft: TaskDraft, *, by: Any) -> Task:
    """Give a task to an agency, with a deadline; its people hear of it. Needs ``tasks.assign`` where the task lies.

    Without a place it lies where the agency does.
    """
    now = timezone.now()
    task = Task(
        **{name: getattr(draft, name) for name in draft.__dataclass_fields__ if name != "co_owners"},
        created_by=by if isinstance(by, User) else None,
        created_at=now,
        changed_at=now,
    )
    task.title = " ".join(draft.title.split())[:300]
    task.folded = fold(task.title)
    task.place = draft.place or draft.agency.place
    require(by, "tasks.assign", task)
    _require_words(task.title, "title")
    _require_future(draft.due_at, now)
    task.remind_at, task.reminder = reminders.first(now, draft.due_at)
    task.save()
    event = _note(task, Kind.CREATED, by, draft.text)
    record(
        by, "tasks.create", task, agency=draft.agency.code, origin=f"{draft.origin}:{draft.ref}".strip(":")
    )
    telling.tell_workers(event, gettext_lazy("New task"), but=by)
    for agency in draft.co_owners:
        _involve(task, agency, "", by)
    return task


@transaction.atomic
def accept_task(task: Task, *, by: Any, note: str = "") -> Task:
    """The agency takes it on."""
    _require_worker(task, by)
    event = _move(task, [State.OPEN], Kind.ACCEPTED, by, note, state=State.ACCEPTED)
    telling.tell_giver(event, gettext_lazy("Task accepted"), but=by)
    return task


@transaction.atomic
def report_progress(task: Task, *, by: Any, progress: int, note: str = "") -> Task:
    """Say how far it is, in percent; takes the task on if nobody had."""
    _require_worker(task, by)
    if not 0 <= progress <= 100:
        raise _invalid("progress", _("Between 0 and 100 %."))
    _move(task, UNDER_WAY, Kind.PROGRESS, by, note, state=State.ACCEPTED, progress=progress)
    return task


@transaction.atomic
def finish_task(task: Task, *, by: Any, evidence: str, files: tuple[Evidence, ...] = ()) -> Task:
    """Report it as done, with words that show it and files if there are any; whoever gave it confirms."""
    _require_worker(task, by)
    _require_words(evidence, "evidence")
    check_files(files)
    changes = {"state": State.DONE, "progress": 100, "done_at": timezone.now(), "asked_due_at": None}
    event = _move(task, UNDER_WAY, Kind.DONE, by, evidence, remind_at=None, reminder="", **changes)
    TaskFile.objects.bulk_create(
        TaskFile(
            event=event, name=f.name[-200:], media_type=f.media_type, size=len(f.content), content=f.content
        )
        for f in files
    )
    telling.tell_giver(event, gettext_lazy("Task done, please confirm"), but=by)
    telling.tell_helpers(event, gettext_lazy("Task reported as done by its owner"), but=by)
    return task


@transaction.atomic
def return_task(task: Task, *, by: Any, reason: str) -> Task:
    """The agency isn't competent, or can't do it: it goes back to whoever gave it."""
    _require_worker(task, by)
    _require_words(reason, "reason")
    event = _close(task, UNDER_WAY, Kind.RETURNED, by, reason, state=State.RETURNED)
    telling.tell_giver(event, gettext_lazy("Task returned"), but=by)
    telling.tell_helpers(event, gettext_lazy("Task returned"), but=by)
    return task


@transaction.atomic
def confirm_task(task: Task, *, by: Any, note: str = "") -> Task:
    """Whoever gave it is content."""
    _require_judge(task, by)
    event = _close(task, [State.DONE], Kind.CONFIRMED, by, note, state=State.CONFIRMED)
    telling.tell_workers(event, gettext_lazy("Task confirmed as done"), but=by)
    return task


@transaction.atomic
def send_back(task: Task, *, by: Any, reason: str) -> Task:
    """What was reported as done isn't; it is under way again, with the deadline that it had."""
    _require_judge(task, by)
    _require_words(reason, "reason")
    now, remind_at, reminder = (
        timezone.now(),
        *reminders.after(Task.Reminder.DUE, task.created_at, task.due_at),
    )
    if task.due_at > now:
        remind_at, reminder = reminders.first(now, task.due_at)
    changes = {"state": State.ACCEPTED, "done_at": None, "remind_at": remind_at, "reminder": reminder}
    event = _move(task, [State.DONE], Kind.SENT_BACK, by, reason, **changes)
    telling.tell_workers(event, gettext_lazy("Task not done yet: sent back"), but=by)
    return task


@transaction.atomic
def cancel_task(task: Task, *, by: Any, reason: str) -> Task:
    """It isn't needed any more."""
    _require_judge(task, by)
    _require_words(reason, "reason")
    event = _close(task, [*UNDER_WAY, State.DONE], Kind.CANCELLED, by, reason, state=State.CANCELLED)
    telling.tell_workers(event, gettext_lazy("Task cancelled"), but=by)
    telling.tell_helpers(event, gettext_lazy("Task cancelled"), but=by)
    return task


@transaction.atomic
def ask_extension(task: Task, *, by: Any, due_at: datetime, reason: str) -> Task:
    """The agency asks for a later deadline, with a reason. The present one holds until it is approved."""
    _require_worker(task, by)
    _require_words(reason, "reason")
    _require_later(task, due_at)
    event = _move(task, UNDER_WAY, Kind.ASKED, by, reason, asked_due_at=due_at)
    telling.tell_giver(event, gettext_lazy("Extension asked for"), but=by)
    return task


@transaction.atomic
def extend_task(task: Task, *, by: Any, due_at: datetime, reason: str = "") -> Task:
    """Set a later deadline: what was asked for, or another one; reminders begin anew."""
    _require_judge(task, by)
    _require_later(task, due_at)
    remind_at, reminder = reminders.first(timezone.now(), due_at)
    event = _move(
        task, UNDER_WAY, Kind.EXTENDED, by, reason, due_at=due_at, asked_due_at=None, remind_at=remind_at,
        reminder=reminder,
    )  # fmt: skip
    telling.tell_workers(event, gettext_lazy("Deadline extended"), but=by)
    telling.tell_helpers(event, gettext_lazy("Deadline extended"), but=by)
    return task


@transaction.atomic
def refuse_extension(task: Task, *, by: Any, reason: str) -> Task:
    """The deadline stays."""
    _require_judge(task, by)
    _require_words(reason, "reason")
    if task.asked_due_at is None:
        raise Conflict(_("No extension is asked for."))
    event = _move(task, UNDER_WAY, Kind.REFUSED, by, reason, asked_due_at=None)
    telling.tell_workers(event, gettext_lazy("Extension refused"), but=by)
    return task


@transaction.atomic
def add_co_owner(task: Task, *, by: Any, agency: Agency, request: str = "") -> Task:
    """Let another agency take part: whoever works on the task or may judge it asks, in words what for. An agency that has
    finished its part is asked anew; one that hasn't is there already.
    """
    if not (may_work(task, by) or may_judge(task, by)):
        raise Forbidden(_("Only its owner, or whoever gave this task, can do this."))
    _lock(task, UNDER_WAY)
    _involve(task, agency, request, by)
    task.refresh_from_db()
    return task


@transaction.atomic
def remove_co_owner(part: CoOwner, *, by: Any, reason: str) -> Task:
    """The task goes on without this agency."""
    task = part.task
    if not (may_work(task, by) or may_judge(task, by)):
        raise Forbidden(_("Only its owner, or whoever gave this task, can do this."))
    _require_words(reason, "reason")
    _lock(task, UNDER_WAY)
    if not CoOwner.objects.filter(pk=part.pk, finished_at=None).delete()[0]:
        raise Conflict(_("This part is finished by now."))
    event = _note(task, Kind.LEFT_OUT, by, reason, agency=part.agency)
    record(by, "tasks.left-out", task, agency=part.agency.code)
    telling.tell_agency(event, part.agency, gettext_lazy("No longer part of the task"), but=by)
    return task


@transaction.atomic
def finish_part(part: CoOwner, *, by: Any, note: str) -> Task:
    """A co-owner reports that its part is done, in words; the owner and whoever asked for it hear of it."""
    task = part.task
    if not may_help(part, by):
        raise Forbidden(_("This part is another agency's."))
    _require_words(note, "note")
    _lock(task, (*UNDER_WAY, State.DONE))
    said = {"note": note.strip()[:NOTE], "finished_at": timezone.now(), "finished_by": by}
    if not CoOwner.objects.filter(pk=part.pk, finished_at=None).update(**said):
        raise Conflict(_("This part is finished by now."))
    event = _note(task, Kind.PART_DONE, by, note, agency=part.agency)
    record(by, "tasks.part-done", task, agency=part.agency.code)
    asked_by = [part.added_by] if part.added_by is not None else []
    telling.tell_people(
        event, [*telling.workers(task), *asked_by], gettext_lazy("A co-owner's part is finished"), but=by
    )
    return task


def _involve(task: Task, agency: Agency, request: str, by: Any) -> None:
    """Add a part, or ask for a finished one anew; its agency hears of it."""
    if agency == task.agency:
        raise _invalid("agency", _("This agency owns the task already."))
    person = by if isinstance(by, User) else None
    asked = {
        "request": request.strip()[:NOTE], "added_by": person, "added_at": timezone.now(),
        "finished_by": None, "finished_at": None, "note": "",
    }  # fmt: skip
    part, added = CoOwner.objects.get_or_create(task=task, agency=agency, defaults=asked)
    if not added:
        anew = CoOwner.objects.filter(pk=part.pk, finished_at__isnull=False)
        if not anew.update(**asked):
            raise _invalid("agency", _("This agency takes part already."))
    event = _note(task, Kind.INVOLVED, by, request, agency=agency)
    record(by, "tasks.involved", task, agency=agency.code)
    telling.tell_agency(event, agency, gettext_lazy("Take part in a task"), but=by)


def _lock(task: Task, states: Any) -> None:
    """Hold the task in one of these states until the end of the transaction."""
    state = Task.objects.select_for_update().values_list("state", flat=True).get(pk=task.pk)
    if state not in states:
        task.refresh_from_db()
        raise Conflict(_("This task is “{state}” by now.").format(state=task.get_state_display()))
    Task.objects.filter(pk=task.pk).update(changed_at=timezone.now())


@transaction.atomic
def remind_due(now: datetime | None = None, *, by: Any) -> int:
    """Tell about every deadline that is due for it; returns how many tasks it was. One indexed query finds them."""
    require(by, "system.manage")
    now = now or timezone.now()
    due = (
        Task.objects.under_way().filter(remind_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    )
    found = list(due.select_related("agency__parent", "assignee", "created_by").order_by("remind_at")[:200])
    for task in found:
        said = task.reminder
        task.remind_at, task.reminder = reminders.after(said, task.created_at, task.due_at)
        task.save(update_fields=["remind_at", "reminder"])
        event = _note(task, Kind.REMINDED, by, "")
        telling.remind(event, said)
    return len(found)


def _move(task: Task, states: Any, kind: str, by: Any, note: str, **changes: Any) -> TaskEvent:
    """Change a task that is still in one of these states, and write it down."""
    now = timezone.now()
    if not Task.objects.filter(pk=task.pk, state__in=states).update(changed_at=now, **changes):
        task.refresh_from_db()
        raise Conflict(_("This task is “{state}” by now.").format(state=task.get_state_display()))
    asked = changes.get("due_at") or changes.get("asked_due_at")
    task.refresh_from_db()
    event = _note(task, kind, by, note, progress=changes.get("progress"), due_at=asked)
    record(by, f"tasks.{kind}", task)
    return event


def _close(task: Task, states: Any, kind: str, by: Any, note: str, *, state: str) -> TaskEvent:
    now = timezone.now()
    return _move(
        task,
        states,
        kind,
        by,
        note,
        state=state,
        closed_at=now,
        remind_at=None,
        reminder="",
        asked_due_at=None,
    )


def _note(task: Task, kind: str, by: Any, note: str, **given: Any) -> TaskEvent:
    person = by if isinstance(by, User) else None
    event = TaskEvent.objects.create(
        task=task, kind=kind, by=person, note=note.strip()[:NOTE], at=timezone.now(), **given
    )
    touch(TOPIC, str(task.pk))
    publish(TaskChanged(task.pk, event.pk, kind))
    return event


def _require_worker(task: Task, by: Any) -> None:
    """Whoever it was given to, or who may work for the agency; always a person."""
    if not may_work(task, by):
        raise Forbidden(_("This task is another agency's."))


def _require_judge(task: Task, by: Any) -> None:
    if not may_judge(task, by):
        raise Forbidden(_("Only whoever gave this task, or a superior, can do this."))


def _require_words(words: str, name: str) -> None:
    if not words.strip():
        raise _invalid(name, _("Write something."))


def _require_future(due_at: datetime, now: datetime) -> None:
    if due_at <= now:
        raise _invalid("due", _("The deadline has passed already."))


def _require_later(task: Task, due_at: datetime) -> None:
    _require_future(due_at, timezone.now())
    if due_at <= task.due_at:
        raise _invalid("due", _("The new deadline must be later than the present one."))


def _invalid(name: str, words: str) -> Invalid:
    """What is wrong, to be shown beside the field that it is about."""
    return Invalid(words, fields={name: words})
