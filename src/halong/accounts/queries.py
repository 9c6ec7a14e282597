"""Reads about people."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from halong.accounts.models import Grant, Role, SignIn, User
from halong.core.permissions import has_perm
from halong.core.text import fold
from halong.places.models import Agency


def people(by: object, *, search: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Accounts by name, with their grants; ``search`` looks in names, post and e-mail; ``state`` is active or closed."""
    found: QuerySet[User] = (
        User.objects.visible_to(by).order_by("username").prefetch_related("grants__place", "grants__agency")
    )
    for word in search.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(folded__contains=fold(word))
            | Q(title__icontains=word)
            | Q(email__icontains=word)
        )
    if role:
        found = found.filter(grants__role=role).distinct()
    if state in {"active", "closed"}:
        found = found.filter(is_active=state == "active")
    return found


def sessions_of(user: User) -> QuerySet[SignIn]:
    """A person's open sessions, the latest used first."""
    return user.sign_ins.order_by("-last_seen")


@dataclass(frozen=True)
class Person:
    """Somebody who answers for an agency: ``agency`` is the one that he sits in, which may be a superior one."""

    user: User
    agency: Agency
    leads: bool

    @property
    def name(self) -> str:
        """Full name."""
        return str(self.user)

    @property
    def title(self) -> str:
        """The post."""
        return self.user.title

    @property
    def phone(self) -> str:
        """His own number, else the agency's."""
        return self.user.phone or self.agency.phone


def answerable(agency: Agency) -> list[Person]:
    """Who answers for an agency: its leaders, the head (no sector of his own) first, then its officers.

    Where nobody has a role there, the people of the nearest superior agency. One query.
    """
    chain = [int(part) for part in agency.path.strip("/").split("/") if part] or [agency.pk]
    grants = (
        Grant.objects.filter(agency__in=chain, role__in=[Role.LEADER, Role.OFFICER], user__is_active=True)
        .select_related("user", "agency")
        .order_by("pk")
    )
    people: dict[int, list[Grant]] = {}
    for grant in grants:
        assert grant.agency_id is not None
        people.setdefault(grant.agency_id, []).append(grant)
    nearest = next((people[pk] for pk in reversed(chain) if pk in people), [])
    nearest.sort(
        key=lambda grant: (grant.role != Role.LEADER, bool(grant.sector), grant.place_id is not None)
    )
    found: dict[int, Person] = {}
    for grant in nearest:
        assert grant.agency is not None
        found.setdefault(grant.user_id, Person(grant.user, grant.agency, grant.role == Role.LEADER))
    return list(found.values())


def directory(by: object) -> QuerySet[User]:
    """Everybody who works here, with post and telephone: open to all who work here, and to nobody else."""
    working = Grant.objects.exclude(role=Role.CITIZEN).values("user")
    found: QuerySet[User] = User.objects.filter(pk__in=working, is_active=True)
    return found if has_perm(by, "directory.view") else found.none()
