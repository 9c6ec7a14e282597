"""The officers that the simulation acts as: accounts of their own that say what they are and that nobody can sign in to."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import ProtectedError

from halong.accounts.actions import GrantSpec, create_user
from halong.accounts.models import SIMULATED, Role, User
from halong.core.permissions import SYSTEM, Actor, require

ACCOUNTS = {  # their passwords are random and forgotten at once
    f"{SIMULATED}truc-ban": (Role.OPERATOR, "Mô phỏng: trực ban"),
    f"{SIMULATED}can-bo": (Role.OFFICER, "Mô phỏng: cán bộ xử lý"),
    f"{SIMULATED}lanh-dao": (Role.LEADER, "Mô phỏng: người duyệt"),
}


@dataclass(frozen=True)
class Staff:
    """Who receives, who works, who approves."""

    duty: User
    officer: User
    head: User

    @property
    def ids(self) -> frozenset[int]:
        """Their numbers: whatever anybody else has done, real people did."""
        return frozenset({self.duty.pk, self.officer.pk, self.head.pk})


@transaction.atomic
def simulated_staff(*, by: Actor = SYSTEM) -> Staff:
    """The accounts, made where they are missing."""
    require(by, "profile.manage")
    known = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
    for name, (role, words) in ACCOUNTS.items():
        if name not in known:
            known[name], _password = create_user(
                name, by=by, full_name=words, grants=[GrantSpec(role.value)], must_change_password=True
            )
    return Staff(*(known[name] for name in ACCOUNTS))


@transaction.atomic
def remove_staff(*, by: Actor) -> dict[str, int]:
    """Going live: the accounts go, after what they did (``citizens`` removes that). One that a real task or person refers to
    stays without any right.
    """
    require(by, "profile.manage")
    users = list(User.objects.filter(username__in=ACCOUNTS))
    for user in users:
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            user.grants.all().delete()
            User.objects.filter(pk=user.pk).update(is_active=False)
    return {"simulated officers": len(users)}
