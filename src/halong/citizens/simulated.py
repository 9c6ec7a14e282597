"""What is simulated: how the simulator says so at the public doors, and how the past that it makes gets its times.

A report, a suggestion or a notice carries ``simulated``; photos, followers, answers and proofs are simulated with the report
that they belong to. Going live removes all of it.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone

from halong.citizens import codes
from halong.core.errors import Forbidden
from halong.home import is_live

FIELD = "simulated"  # of a sending: the mark
_past: ContextVar[datetime | None] = ContextVar("past", default=None)


class Simulator:
    """The simulator's citizens, as the audit log names them."""

    actor_name = "simulation"

    def __repr__(self) -> str:
        return "SIMULATOR"


SIMULATOR = Simulator()


class Simulable(Protocol):
    """What may be simulated."""

    @property
    def simulated(self) -> bool:
        """Whether it is."""
        ...


def mark_of(own_id: object) -> str:
    """What the simulator sends along with its own number of a report or suggestion: only this installation can make it."""
    return codes.sign("simulated", str(own_id))


def is_marked(own_id: object, mark: object) -> bool:
    """Whether the simulator of this installation sent this. Raises Forbidden once the installation is live."""
    if not mark or not hmac.compare_digest(mark_of(own_id).encode(), str(mark).encode()):
        return False
    if is_live():
        raise Forbidden("This installation went live: nothing is simulated here any more.")
    return True


def moment() -> datetime:
    """The time that steps are dated by: now, or the step's own time while a simulated past is made."""
    return _past.get() or timezone.now()


def in_past() -> bool:
    """Whether a simulated past is being made: nobody is told of it, and the log has one entry for all of it."""
    return _past.get() is not None


@contextmanager
def past(at: datetime) -> Iterator[None]:
    """Date what is done inside by a time that is over. Only simulated rows can be written meanwhile."""
    if at > timezone.now():
        raise ValueError("the past lies before now")
    token = _past.set(at)
    try:
        yield
    finally:
        _past.reset(token)


def require_dated(row: Simulable | Any) -> None:
    """Raise Forbidden when something real would get another time than now."""
    if in_past() and not row.simulated:
        raise Forbidden("Only what is simulated has a past that is made.")
