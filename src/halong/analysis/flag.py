"""What a flag says. Without numpy: the web process reads it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Step = TypeVar("Step")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Flag(Generic[Step]):
    """Something unusual from ``start`` up to and including ``end``, worst at ``peak``: indices of the judged array, or
    labels.

    ``score`` is 1 at the limit. ``value, expected, low, high`` are those of the peak in the unit of the series: ``low`` to
    ``high`` is where nine of ten values lie at such an hour. ``figures``: what else the words need. ``running``: it
    reaches the end.
    """

    kind: str
    start: Step
    end: Step
    peak: Step
    score: float
    value: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    figures: dict[str, float] = field(default_factory=dict)
    running: bool = False

    def at(self, name: Callable[[Step], Other]) -> "Flag[Other]":
        """The same flag with its steps named otherwise."""
        return Flag(
            self.kind, name(self.start), name(self.end), name(self.peak), self.score, self.value, self.expected,
            self.low, self.high, self.figures, self.running,
        )  # fmt: skip
