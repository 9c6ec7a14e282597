"""Accounts and their grants."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from halong.accounts.actions.sessions import end_sessions
from halong.accounts.models import Grant, Role, User
from halong.accounts.passwords import check_choice, random_password
from halong.accounts.permissions import forget
from halong.audit import actions as audit
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import Actor, require
from halong.core.registry import sectors
from halong.core.text import fold
from halong.places.models import Agency, Place

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,149}")
LIMITS = {"full_name": 200, "title": 200, "email": 254, "phone": 40}  # those of the columns
FIELDS = tuple(LIMITS)


@dataclass(frozen=True)
class GrantSpec:
    """A role and where it holds; an empty side is everywhere."""

    role: str
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""

    def __str__(self) -> str:
        sides = (
            self.place.code if self.place else "",
            self.agency.code if self.agency else "",
            self.sector,
        )
        return ":".join([self.role, *sides]).rstrip(":")


def normal_username(name: str) -> str:
    """The one form of a user name: lower case, NFKC, without spaces around."""
    return unicodedata.normalize("NFKC", name).strip().lower()


@transaction.atomic
def create_user(
    username: str,
    *,
    by: Actor,
    grants: Iterable[GrantSpec] = (),
    password: str | None = None,
    must_change_password: bool = True,
    **data: str,
) -> tuple[User, str]:
    """Make an account with its grants; ``data`` holds full_name, title, email, phone.

    Returns the user and the password, a random one unless given. Raises Invalid for a bad name, Conflict for a taken one.
    """
    require(by, "users.manage")
    name = normal_username(username)
    if not USERNAME.fullmatch(name):
        text = _(
            "A user name has letters without marks, digits, dots, hyphens or @, and starts with a letter or digit."
        )
        raise Invalid(text, fields={"username": text})
    user = User(username=name, must_change_password=must_change_password, **_known(data))
    user.folded = fold(user.full_name)
    if password is not None:
        check_choice(password, user)
    chosen = password or random_password()
    user.set_password(chosen)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        text = _("This user name is taken.")
        raise Conflict(text, fields={"username": text}) from error
    audit.record(by, "accounts.create_user", user, username=name)
    set_grants(user, grants, by=by)
    return user, chosen


@transaction.atomic
def change_user(user: User, *, by: Actor, **data: str) -> User:
    """Change an account's full_name, title, email or phone; people change their own e-mail and telephone themselves."""
    known = _known(data)
    if not (isinstance(by, User) and by.pk == user.pk and set(known) <= {"email", "phone"}):
        require(by, "users.manage")
    changed = [field for field, value in known.items() if getattr(user, field) != value]
    for field in changed:
        setattr(user, field, known[field])
    if changed:
        user.folded = fold(user.full_name)
        user.save(update_fields=[*changed, "folded"])
        audit.record(by, "accounts.change_user", user, fields=changed)
    return user


def _known(data: dict[str, str]) -> dict[str, str]:
    unknown = set(data) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such fields of a user: {', '.join(sorted(unknown))}")
    for field, value in data.items():
        limit = LIMITS[field]
        if len(value) > limit:
            text = _("At most %(limit)d characters.") % {"limit": limit}
            raise Invalid(text, fields={field: text})
    return data


@transaction.atomic
def set_grants(user: User, grants: Iterable[GrantSpec], *, by: Actor) -> None:
    """Replace what a person may do and where. Refuses to leave the installation without an administrator."""
    require(by, "users.manage")
    wanted = {str(spec): spec for spec in grants}
    for spec in wanted.values():
        if spec.role not in Role.values:
            raise Invalid(_("There is no such role."), fields={"role": _("There is no such role.")})
        if spec.sector and spec.sector not in sectors:
            raise Invalid(_("There is no such sector."), fields={"sector": _("There is no such sector.")})
    before = {str(_spec(grant)): grant for grant in user.grants.select_related("place", "agency")}
    gone = [grant.pk for key, grant in before.items() if key not in wanted]
    new = [spec for key, spec in wanted.items() if key not in before]
    if not gone and not new:
        return
    user.grants.filter(pk__in=gone).delete()
    Grant.objects.bulk_create(
        Grant(user=user, role=s.role, place=s.place, agency=s.agency, sector=s.sector) for s in new
    )
    forget(user)
    _require_administrator(by)
    audit.record(
        by,
        "accounts.set_grants",
        user,
        given=[str(s) for s in new],
        taken=[key for key in before if key not in wanted],
    )


def _spec(grant: Grant) -> GrantSpec:
    return GrantSpec(grant.role, grant.place, grant.agency, grant.sector)


def _require_administrator(by: Actor) -> None:
    """Somebody must be able to manage people afterwards, unless Halong itself acts (the first users are being made)."""
    if not isinstance(by, User):
        return
    central: dict[str, Any] = {"place": None, "agency": None, "sector": "", "role": Role.ADMINISTRATOR}
    keepers = User.objects.filter(pk__in=Grant.objects.filter(**central).values("user"), is_active=True)
    if not keepers.select_for_update().exists():
        raise Conflict(_("This would leave nobody who can manage accounts."))


@transaction.atomic
def reset_password(user: User, *, by: Actor) -> str:
    """Give a random password that must be changed at the next sign-in, unlock, and end every session. Returned once."""
    require(by, "users.manage")
    password = random_password()
    user.set_password(password)
    user.must_change_password = True
    user.failed_attempts, user.locked_until = 0, None
    user.save(update_fields=["password", "must_change_password", "failed_attempts", "locked_until"])
    audit.record(by, "accounts.reset_password", user)
    end_sessions(user, by=by)
    return password


@transaction.atomic
def change_password(user: User, *, by: Actor, old: str, new: str, keep_session: str = "") -> None:
    """Change one's own password; every other session ends. Raises Invalid for a wrong old or a weak new one."""
    if not isinstance(by, User) or by.pk != user.pk:
        raise Forbidden(_("Only the owner changes a password; others reset it."))
    if not user.check_password(old):
        text = _("The present password is not right.")
        raise Invalid(text, fields={"old": text})
    if old == new:
        text = _("The new password is the present one.")
        raise Invalid(text, fields={"password": text})
    check_choice(new, user)
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(by, "accounts.change_password", user)
    end_sessions(user, by=by, but=keep_session)


@transaction.atomic
def unlock_user(user: User, *, by: Actor) -> None:
    """Forget the failed sign-ins of an account, so that it opens again at once."""
    require(by, "users.manage")
    if (
        User.objects.filter(pk=user.pk)
        .exclude(failed_attempts=0, locked_until=None)
        .update(failed_attempts=0, locked_until=None)
    ):
        audit.record(by, "accounts.unlock_user", user)


@transaction.atomic
def deactivate_user(user: User, *, by: Actor) -> None:
    """Close an account and end its sessions; what the person did stays on record."""
    require(by, "users.manage")
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        user.is_active = False
        forget(user)
        _require_administrator(by)
        audit.record(by, "accounts.deactivate_user", user)
        end_sessions(user, by=by)


@transaction.atomic
def activate_user(user: User, *, by: Actor) -> None:
    """Open a closed account again."""
    require(by, "users.manage")
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        user.is_active = True
        forget(user)
        audit.record(by, "accounts.activate_user", user)


@transaction.atomic
def choose_look(user: User, *, by: Actor, language: str, theme: str) -> None:
    """Keep one's language ("vi", "en", "" as the browser's cookie says) and theme ("light", "dark", "auto", "")."""
    if not isinstance(by, User) or by.pk != user.pk:
        raise Forbidden
    if language not in {"", "vi", "en"} or theme not in {"", "light", "dark", "auto"}:
        raise Invalid(_("There is no such choice."))
    user.language, user.theme = language, theme
    user.save(update_fields=["language", "theme"])
    audit.record(by, "accounts.choose_look", user, language=language, theme=theme)
