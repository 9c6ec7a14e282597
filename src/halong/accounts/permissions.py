"""The judge of ``core.permissions``: one set of grants gives both the answer for an object and the filter for a list.

An object is judged by its place and its agency (each with everything below it) and its sector. An object without a
place is only seen through grants without a place; so with agency and sector. A side that a model doesn't have isn't
judged. What has no side at all (a series, a held payload) is judged as the thing that it belongs to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from halong.accounts.models import ApiKey, DisplayToken, Grant, User
from halong.accounts.roles import CENTRAL, DISPLAY_PERMISSIONS, KEY_PERMISSIONS, ROLES, WIDE
from halong.places.models import Agency, Place

OWNERS = ("entity", "source", "series", "alert", "rule")
_CACHE = "_halong_scopes"
NOWHERE = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """Permissions that hold in one part of the province; an empty side is all of it."""

    permissions: frozenset[str]
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""
    role: str = ""

    @property
    def everywhere(self) -> bool:
        """Whether no side is limited."""
        return self.place is None and self.agency is None and not self.sector

    def gives(self, permission: str) -> bool:
        """Whether this scope gives the permission at all."""
        return permission in self.permissions and (self.everywhere or permission not in CENTRAL)

    @cached_property
    def place_ids(self) -> frozenset[int]:
        """The place and those below it: one query, then none however many objects are judged."""
        assert self.place is not None
        return frozenset(Place.objects.filter(path__startswith=self.place.path).values_list("pk", flat=True))

    @cached_property
    def agency_ids(self) -> frozenset[int]:
        """The agency and those below it."""
        assert self.agency is not None
        return frozenset(
            Agency.objects.filter(path__startswith=self.agency.path).values_list("pk", flat=True)
        )

    def holds(self, obj: Any) -> bool:
        """Whether the object lies inside."""
        if self.place is not None and not _side(obj, Place, "place_id", self, "place_ids"):
            return False
        if self.agency is not None and not _side(obj, Agency, "agency_id", self, "agency_ids"):
            return False
        return not self.sector or not hasattr(obj, "sector") or obj.sector == self.sector

    def q(self, place: str, agency: str, sector: str) -> Q:
        """The same as a filter; an empty lookup is a side that the model doesn't have."""
        inside = Q()
        if self.place is not None and place:
            inside &= Q(**{f"{place}__path__startswith": self.place.path})
        if self.agency is not None and agency:
            inside &= Q(**{f"{agency}__path__startswith": self.agency.path})
        if self.sector and sector:
            inside &= Q(**{sector: self.sector})
        return inside


def _side(obj: Any, tree: type[Place] | type[Agency], field: str, scope: Scope, ids: str) -> bool:
    """Whether one side of the object lies in the scope's subtree; a place lies where it is itself."""
    if isinstance(obj, tree):
        return obj.pk in getattr(scope, ids)
    return not hasattr(obj, field) or getattr(obj, field) in getattr(scope, ids)


def _judged(obj: Any) -> Any:
    """The object itself, or the nearest one that it belongs to and that has a side to be judged by."""
    while not (
        isinstance(obj, Place) or any(hasattr(obj, side) for side in ("place_id", "agency_id", "sector"))
    ):
        owner = next((name for name in OWNERS if getattr(obj, f"{name}_id", None) is not None), None)
        if owner is None:
            return obj
        obj = getattr(obj, owner)
    return obj


def scopes_of(by: Any) -> list[Scope]:
    """Everything that an actor may do and where: one query, kept on the actor (a user lives as long as a request)."""
    known = getattr(by, _CACHE, None)
    if known is None:
        known = list(_scopes(by))
        if isinstance(by, (User, ApiKey, DisplayToken)):
            setattr(by, _CACHE, known)
    return known


def forget(by: Any) -> None:
    """Drop what is kept on an actor whose grants have just changed."""
    if hasattr(by, _CACHE):
        delattr(by, _CACHE)


def _scopes(by: Any) -> Iterator[Scope]:
    if isinstance(by, User):
        if by.is_active and by.pk is not None:
            grants: Iterable[Grant] = by.grants.select_related("place", "agency").order_by("pk")
            yield from (
                Scope(ROLES.get(g.role, frozenset()), g.place, g.agency, g.sector, g.role) for g in grants
            )
    elif isinstance(by, ApiKey):
        if by.is_good_at(timezone.now()):
            held = frozenset[str]().union(
                *(KEY_PERMISSIONS.get(name, frozenset()) for name in by.permissions)
            )
            yield Scope(held, by.place, by.agency, by.sector)
    elif isinstance(by, DisplayToken) and by.revoked_at is None:
        yield Scope(DISPLAY_PERMISSIONS, by.place)


class Judge:
    """What ``core.permissions`` asks."""

    def allows(self, by: Any, permission: str, obj: Any | None) -> bool:
        """Whether ``by`` may do ``permission`` to ``obj``; None asks whether there is anything that he may do it to."""
        giving = [scope for scope in scopes_of(by) if scope.gives(permission)]
        if obj is None or permission in WIDE or any(scope.everywhere for scope in giving):
            return bool(giving)
        if not giving:
            return False
        subject = _judged(obj)
        return any(scope.holds(subject) for scope in giving)

    def scope(self, by: Any, permission: str, *, place: str, agency: str, sector: str) -> Q:
        """The objects that ``allows`` says yes to, as a filter."""
        giving = [scope for scope in scopes_of(by) if scope.gives(permission)]
        if not giving:
            return NOWHERE
        if permission in WIDE:
            return Q()
        inside = [scope.q(place, agency, sector) for scope in giving]
        if not all(inside):
            return Q()
        together = inside[0]
        for q in inside[1:]:
            together |= q
        return together
