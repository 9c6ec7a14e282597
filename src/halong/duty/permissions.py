"""Who may do what about duty, where it is more than a question of one permission."""

from typing import Any

from halong.accounts.models import User
from halong.core.errors import Forbidden
from halong.core.permissions import has_perm, require
from halong.duty.models import Member, Page, Team


def may_lead(team: Team, by: Any) -> bool:
    """Whether somebody may change a team's rota from day to day: who handles duty there, or sets it up."""
    return has_perm(by, "duty.handle", team) or has_perm(by, "duty.set_up", team)


def require_lead(team: Team, by: Any) -> None:
    """Raise Forbidden unless somebody may change a team's rota."""
    if not may_lead(team, by):
        raise Forbidden("duty.handle is needed")


def may_swap(team: Team, replaced: User | None, by: Any) -> bool:
    """Whether somebody may exchange a turn: who leads the team, or whose turn it is, among the members."""
    if may_lead(team, by):
        return True
    return (
        isinstance(by, User)
        and by.is_active
        and replaced is not None
        and replaced.pk == by.pk
        and Member.objects.filter(team=team, person=by).exists()
    )


def may_page(team: Team, by: Any) -> bool:
    """Whether somebody may have a team told: who handles duty, or works on incidents there."""
    return has_perm(by, "duty.handle", team) or has_perm(by, "incidents.work", team)


def may_answer(page: Page, by: Any) -> bool:
    """Whether somebody may answer a page: whom it was for, or who handles the team's duty."""
    if isinstance(by, User) and by.is_active and page.person_id == by.pk:
        return True
    return has_perm(by, "duty.handle", page.run.team)


def require_set_up(team: Team | None, by: Any) -> None:
    """Raise Forbidden unless somebody may set up a team (None: teams at all)."""
    require(by, "duty.set_up", team)
