"""When somebody is told about a deadline: a day before, at the hour, then the superior. Pure."""

from datetime import datetime, timedelta

from halong.tasks.models import Task

Reminder = Task.Reminder
DAY = timedelta(days=1)
LEAST = timedelta(hours=1)


def first(created_at: datetime, due_at: datetime) -> tuple[datetime, str]:
    """The first reminder of a deadline: a day before, or at the hour where there is no such day left."""
    if due_at - DAY > created_at:
        return due_at - DAY, Reminder.DAY_BEFORE
    return due_at, Reminder.DUE


def after(reminder: str, created_at: datetime, due_at: datetime) -> tuple[datetime | None, str]:
    """The one after a reminder. The superior hears a day after the deadline; of a task that had less than a day, after
    as long as it had, but no sooner than after an hour.
    """
    if reminder == Reminder.DAY_BEFORE:
        return due_at, Reminder.DUE
    if reminder == Reminder.DUE:
        return due_at + min(DAY, max(due_at - created_at, LEAST)), Reminder.SUPERIOR
    return None, ""
