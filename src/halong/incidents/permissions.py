"""Who may do what in an incident: by permission where it lies, or by the role that one has in it."""

from typing import Any

from halong.accounts.models import User
from halong.core.errors import Forbidden
from halong.core.permissions import SYSTEM, has_perm, require
from halong.incidents.models import Incident, Role

LEADING = ("commander", "coordinator")


def roles_of(by: Any, incident: Incident) -> set[str]:
    """The roles that somebody has in it now."""
    if not isinstance(by, User) or not by.is_active:
        return set()
    held = Role.objects.filter(incident=incident, person=by, until__isnull=True)
    return set(held.values_list("kind", flat=True))


def may_work(by: Any, incident: Incident) -> bool:
    """Whether somebody may write into it, add parts, say what is known."""
    return has_perm(by, "incidents.work", incident) or bool(roles_of(by, incident))


def may_lead(by: Any, incident: Incident) -> bool:
    """Whether somebody may give roles, close, re-open, dismiss, split, merge and link it."""
    return has_perm(by, "incidents.declare", incident) or bool(roles_of(by, incident) & set(LEADING))


def require_work(by: Any, incident: Incident) -> None:
    """Raise Forbidden unless ``by`` may work on it."""
    if not may_work(by, incident):
        require(by, "incidents.work", incident)


def require_lead(by: Any, incident: Incident) -> None:
    """Raise Forbidden unless ``by`` may lead it."""
    if not may_lead(by, incident):
        require(by, "incidents.declare", incident)


def require_person(by: Any) -> User:
    """Raise Forbidden unless a person acts; returns the person."""
    if by is SYSTEM or not isinstance(by, User) or not by.is_active:
        raise Forbidden
    return by
