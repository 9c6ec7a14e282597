"""What trainees did, looked for in the records of the instance: one small function a kind of expectation.

A criterion gets its ``settings`` and the span that counts, and returns the first thing that fulfils it. Where the
occasion never came (the alert was never raised) it returns ``VOID``: then nothing is expected and nothing counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from halong.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Found:
    """That something was done: when, by whom (user name), what. ``since`` when its own clock began, if it has one."""

    at: datetime | None
    by: str = ""
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when it counts; ``event`` is what was played before (its data), if the expectation follows one."""

    since: datetime
    until: datetime
    event: Mapping[str, Any] | None = None


VOID = Found(None, note="void")
Look = Callable[[Mapping[str, Any], Span], Found | None]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A kind of expectation: its name for people, and the function that looks for it."""

    key: str
    label: Any  # a lazy translation
    look: Look


criteria: "Registry[Criterion]" = Registry()
