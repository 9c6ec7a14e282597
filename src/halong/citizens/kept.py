"""What is laid down, kept in a process that hears of changes: asked for every report, changed a few times a year.

In a process that doesn't listen (a command, a test) nothing is kept.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from halong.core.live import heard

T = TypeVar("T")
TOPICS = ("catalogue", "places")
MOST = 5000
_kept: dict[Hashable, object] = {}
_version: tuple[int, ...] | None = None


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` gave for this key, until the catalogue or the places change."""
    global _version  # noqa: PLW0603 -- the one cache
    now = heard(*TOPICS)
    if now is None:
        return make()
    if now != _version or len(_kept) > MOST:
        _kept.clear()
        _version = now
    if key not in _kept:
        _kept[key] = make()
    return cast("T", _kept[key])
