"""Who may judge a task that is more than a question of one permission."""

from typing import Any

from halong.accounts.models import User
from halong.core.permissions import has_perm
from halong.tasks.models import CoOwner, Task, part_q


def may_judge(task: Task, by: Any) -> bool:
    """Whether somebody may confirm, extend or cancel: whoever gave the task, or may give tasks to the agency above the one
    that works on it. A director can't confirm what the chairman gave to his own department.
    """
    if not isinstance(by, User):
        return False
    if task.created_by_id == by.pk and by.is_active:
        return True
    above = Task(place_id=task.place_id, sector=task.sector)
    if task.agency.parent_id is not None:
        above.agency_id = task.agency.parent_id
    return has_perm(by, "tasks.assign", above)


def may_work(task: Task, by: Any) -> bool:
    """Whether somebody may accept it, report and finish."""
    return isinstance(by, User) and (task.assignee_id == by.pk or has_perm(by, "tasks.work", task))


def may_help(part: CoOwner, by: Any) -> bool:
    """Whether somebody may report a co-owner's part as finished: who works for that agency, whatever the task's sector."""
    if not isinstance(by, User):
        return False
    if has_perm(by, "tasks.work", part.agency):
        return True
    mine = part_q(by, "tasks.work")
    return bool(mine) and CoOwner.objects.filter(mine, pk=part.pk).exists()
