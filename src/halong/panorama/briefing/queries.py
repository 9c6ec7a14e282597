"""Finding briefings, and who may read one."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from halong.accounts.models import Grant, User
from halong.accounts.roles import ROLES
from halong.panorama.models import Briefing

READING = [role for role, permissions in ROLES.items() if "briefings.view" in permissions]


def own(user: User) -> Q:
    """The briefings of exactly the scopes that somebody has."""
    found = Q(pk__in=[])
    for grant in user.grants.filter(role__in=READING):
        found |= Q(place=grant.place_id, agency=grant.agency_id, sector=grant.sector)
    return found


def own_of_day(user: User, day: date | None) -> Briefing | None:
    """The briefing that somebody means by a day (None: the latest one there is): his own, else the widest he may see."""
    visible = Briefing.objects.visible_to(user)
    if day is not None:
        visible = visible.filter(day=day)
    mine = visible.filter(own(user)).order_by("-day", "pk").first()
    widest = visible.annotate(depth=Length("place__path")).order_by("-day", "depth", "pk")
    return mine or widest.first()


def readers_of(briefing: Briefing, but: Any) -> "QuerySet[User]":
    """Everybody who may see a briefing, by name: those whose scope holds all of it."""
    place_ids, agency_ids = _chain(briefing.place), _chain(briefing.agency)
    grants = Grant.objects.filter(
        Q(place=None) | Q(place__in=place_ids),
        Q(agency=None) | Q(agency__in=agency_ids),
        sector__in=["", briefing.sector],
        role__in=READING,
        user__is_active=True,
    )
    people: QuerySet[User] = User.objects.filter(grants__in=grants).exclude(pk=but.pk)
    return people.distinct().order_by("full_name", "username")


def _chain(branch: Any) -> list[int]:
    return [int(part) for part in branch.path.strip("/").split("/") if part] if branch is not None else []
