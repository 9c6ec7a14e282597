"""Who hears about what happens to a task."""

from collections.abc import Iterable
from typing import Any, cast

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.accounts.queries import answerable
from halong.core.formats import format_datetime
from halong.notify.actions import Words, tell
from halong.places.models import Agency
from halong.tasks.models import Task, TaskEvent


def workers(task: Task) -> list[User]:
    """Whom a task is given to: the person, else who answers for the agency."""
    if task.assignee is not None:
        return [task.assignee]
    return [person.user for person in answerable(task.agency)]


def helpers(task: Task) -> list[User]:
    """Those who answer for the co-owners whose parts aren't finished."""
    parts = task.co_owners.filter(finished_at=None).select_related("agency").order_by("pk")
    return [person.user for part in parts for person in answerable(part.agency)]


def givers(task: Task) -> list[User]:
    """Whoever gave it; of a task that Halong gave by itself (a step of a playbook), who leads the agency above."""
    return [task.created_by] if task.created_by is not None else superiors(task)


def superiors(task: Task) -> list[User]:
    """Who hears that a deadline has passed: whoever gave the task, and who answers for the agency above."""
    parent = cast("Agency | None", task.agency.parent)
    above = answerable(parent) if parent is not None else []
    given_by = [task.created_by] if task.created_by is not None else []
    return [*given_by, *(person.user for person in above if person.leads)]


def tell_workers(event: TaskEvent, what: Words, *, but: Any) -> None:
    """Tell those who work on it, without the one who did it himself."""
    tell_people(event, workers(event.task), what, but=but)


def tell_giver(event: TaskEvent, what: Words, *, but: Any) -> None:
    """Tell whoever gave it."""
    tell_people(event, givers(event.task), what, but=but)


def tell_helpers(event: TaskEvent, what: Words, *, but: Any) -> None:
    """Tell the co-owners whose parts aren't finished."""
    tell_people(event, helpers(event.task), what, but=but)


def tell_agency(event: TaskEvent, agency: Agency, what: Words, *, but: Any) -> None:
    """Tell those who answer for one co-owner."""
    tell_people(event, (person.user for person in answerable(agency)), what, but=but)


def tell_people(event: TaskEvent, users: Iterable[User], what: Words, *, but: Any) -> None:
    """Tell people, without the one who did it himself."""
    _tell(event, (user for user in users if user != but), what)


def remind(event: TaskEvent, reminder: str) -> None:
    """Tell about a deadline: those who work on it or still on a part of it, and at the end their superiors."""
    if reminder == Task.Reminder.SUPERIOR:
        _tell(event, superiors(event.task), _("Task late"))
    elif reminder == Task.Reminder.DUE:
        _tell(event, [*workers(event.task), *helpers(event.task)], _("Task due now"))
    else:
        _tell(event, [*workers(event.task), *helpers(event.task)], _("Task due within a day"))


def _tell(event: TaskEvent, users: Iterable[User], what: Words) -> None:
    task = event.task
    tell(
        users,
        kind="task",
        title=format_lazy("{}: {}", what, task.title),
        text=format_lazy(
            _("Deadline {due} · {agency}{note}"),
            due=format_datetime(task.due_at),
            agency=task.agency.called,
            note=f"\n{event.note}" if event.note else "",
        ),
        url=reverse("task", args=[task.pk]),
        key=f"task:{task.pk}:{event.pk}",
    )
