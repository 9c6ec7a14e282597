"""What other modules give to the hand-over note and to the quick report: they register, duty asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from halong.core.registry import Registry


@dataclass(frozen=True)
class Opening:
    """Something open at an hour: its words in the present language, where it stands, its status (``normal attention high
    critical``), and a few words more (who has it, until when).
    """

    title: str
    url: str = ""
    state: str = "normal"
    note: str = ""
    kind: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a quick report: what, how much ("12", "31,5 °C"), a few words more, its status."""

    text: str
    value: str = ""
    note: str = ""
    state: str = "normal"
    simulated: bool = False


@dataclass(frozen=True)
class QuickSection:
    """A part of the quick report. ``gather(now, since)`` gives its lines, said in the present language: what stands at
    ``now`` and what happened after ``since`` (the hour of the report before). No line: the part is left out.
    """

    key: str
    label: Any  # a lazy translation
    order: int
    gather: Callable[[datetime, datetime], list[Line]]


# (who asks, or None: everything; the hour) → what is open
openings: Registry[Callable[[Any, datetime], list[Opening]]] = Registry()
sections: Registry[QuickSection] = Registry()
