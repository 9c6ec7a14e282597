"""The first users of an empty installation."""

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone

from halong.accounts.actions import GrantSpec, create_user
from halong.accounts.models import Role, User
from halong.core.permissions import SYSTEM
from halong.places.models import Agency

FIRST = {
    "leader": Role.LEADER,
    "operator": Role.OPERATOR,
    "officer": Role.OFFICER,
    "admin": Role.ADMINISTRATOR,
}


@transaction.atomic
def ensure_initial_users(officer_agency: str = "") -> list[tuple[str, str, str]]:
    """Make ``leader``, ``operator``, ``officer`` and ``admin`` with random passwords, unless anybody has an account.

    The officer works for the agency of the code ``officer_agency``, else for the department of the environment, else
    everywhere. Returns (user name, role, password) rows, which can't be had again; empty when there was nothing to do.
    """
    if User.objects.exists():
        return []
    made = []
    agency = _agency_of_the_officer(officer_agency)
    for name, role in FIRST.items():
        grant = GrantSpec(role.value, agency=agency if role is Role.OFFICER else None)
        _user, password = create_user(name, by=SYSTEM, grants=[grant], must_change_password=False)
        made.append((name, role.value, password))
    return made


def _agency_of_the_officer(code: str) -> Agency | None:
    """The agency of this code today; without a code the highest one that has the environment in its name."""
    today = Agency.objects.on(timezone.localdate())
    if code:
        return today.filter(code=code).first()
    return today.filter(folded__contains="moi truong").order_by(Length("path"), "pk").first()
