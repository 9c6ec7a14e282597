"""The question "may this person do this, here?", asked everywhere and answered by ``accounts``.

``by`` is whoever acts: a signed-in user, an API key, or ``SYSTEM`` for Halong's own jobs. An object is judged by its
``place_id``, ``agency_id`` and ``sector`` where it has them.
"""

from typing import Any, Protocol

from django.db.models import Q

from halong.core.errors import Forbidden


class Actor(Protocol):
    """Whoever may act. ``actor_name`` is what the audit log writes."""

    @property
    def actor_name(self) -> str:
        """What the audit log writes."""
        ...


class System:
    """Halong itself: jobs, doors and set-up act as it; it may do everything."""

    actor_name = "system"

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = System()


class Judge(Protocol):
    """What ``accounts`` provides: the answer for one object, and the same answer as a filter for lists."""

    def allows(self, by: Any, permission: str, obj: Any | None) -> bool:
        """The answer for one object; None: for any at all."""
        ...

    def scope(self, by: Any, permission: str, *, place: str, agency: str, sector: str) -> Q:
        """The objects that ``allows`` says yes to."""
        ...


_judge: Judge | None = None


def set_judge(judge: Judge) -> None:
    """Fill in the answer (called once by accounts when it is ready)."""
    global _judge  # noqa: PLW0603 -- the one slot that inverts the import order
    _judge = judge


def has_perm(by: Any, permission: str, obj: Any | None = None) -> bool:
    """Whether ``by`` may do ``permission`` to ``obj`` (None: anywhere at all). Denies when nobody can judge."""
    if by is SYSTEM:
        return True
    return _judge is not None and _judge.allows(by, permission, obj)


def require(by: Any, permission: str, obj: Any | None = None) -> None:
    """Raise Forbidden unless ``by`` may do ``permission`` to ``obj``."""
    if not has_perm(by, permission, obj):
        raise Forbidden(f"{permission} is needed")


def scope_q(
    by: Any, permission: str, *, place: str = "place", agency: str = "agency", sector: str = "sector"
) -> Q:
    """The same judgement as a filter, for ``visible_to``.

    ``place``, ``agency`` and ``sector`` are the lookups from the filtered model to its place, its agency and its sector
    (``"entity__place"`` for an alert); an empty string means that the model has no such side.
    """
    if by is SYSTEM:
        return Q()
    if _judge is None:
        return Q(pk__in=[])
    return _judge.scope(by, permission, place=place, agency=agency, sector=sector)
