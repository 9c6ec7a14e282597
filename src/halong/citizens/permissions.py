"""Who may do what to a report: the judge's answer, plus co-agencies and substitutes."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from halong.accounts.models import User
from halong.citizens.models import CoAgency, Report, Substitute
from halong.core.errors import Forbidden
from halong.core.permissions import has_perm, require, scope_q

_CACHE = "_citizens_principals"


class Citizen:
    """Somebody without an account: may do nothing by permission; actions check his code."""

    actor_name = "citizen"

    def __repr__(self) -> str:
        return "CITIZEN"


CITIZEN = Citizen()


def principals(user: Any) -> list[Substitute]:
    """For whom a person acts now, and in which agency; one query, kept on the person while a request lasts."""
    if not isinstance(user, User) or user.pk is None or not user.is_active:
        return []
    known: list[Substitute] | None = getattr(user, _CACHE, None)
    if known is None:
        known = list(
            Substitute.objects.at(timezone.now())
            .filter(substitute=user, principal__is_active=True)
            .select_related("principal", "agency")
        )
        setattr(user, _CACHE, known)
    return known


def visible_q(user: Any) -> Q:
    """The reports that ``may_view`` says yes to, as a filter."""
    seen = scope_q(user, "reports.view")
    if seen == Q():
        return seen
    theirs = scope_q(user, "reports.view", place="report__place", sector="report__sector")
    seen |= Q(pk__in=CoAgency.objects.filter(theirs).values("report"))
    for row in principals(user):
        held = scope_q(row.principal, "reports.view")
        seen |= held & Q(agency__path__startswith=row.agency.path)
    return seen


def may_view(user: Any, report: Report) -> bool:
    """Whether a person may see a report as a handler."""
    return Report.objects.filter(pk=report.pk).filter(visible_q(user)).exists()


def acts_for(by: Any, permission: str, report: Report) -> User | None:
    """Whom a substitute stands in for when he does this to this report; None when nobody's place gives it."""
    agency = report.agency
    if agency is None:
        return None
    for row in principals(by):
        if agency.path.startswith(row.agency.path) and has_perm(row.principal, permission, report):
            return row.principal
    return None


def require_report(by: Any, permission: str, report: Report) -> User | None:
    """Raise Forbidden unless ``by``, or somebody whom he stands in for, may do this; returns that somebody, or None."""
    if has_perm(by, permission, report):
        return None
    principal = acts_for(by, permission, report)
    if principal is None:
        require(by, permission, report)
    return principal


def ids_of(person: User, behalf: User | None) -> set[int]:
    """The person who acts and whom he stands in for: neither may be the one whose work is judged."""
    return {person.pk, behalf.pk} if behalf is not None else {person.pk}


def require_person(by: Any, permission: str, report: Report) -> tuple[User, User | None]:
    """The same for what only a person may do: returns the person and whom he stands in for."""
    principal = require_report(by, permission, report)
    if not isinstance(by, User):
        raise Forbidden
    return by, principal
