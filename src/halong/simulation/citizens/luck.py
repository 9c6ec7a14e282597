"""Chance that can be asked again: draws in an order of their own, the same for the same names."""

from collections.abc import Sequence
from typing import TypeVar

from halong.simulation.noise import key_of, uniform

T = TypeVar("T")


class Luck:
    """Draws that depend on nothing but what names them."""

    def __init__(self, *names: object) -> None:
        self._key = key_of(*names)
        self._drawn = 0

    def draw(self) -> float:
        """The next of evenly spread values, 0 <= value < 1."""
        self._drawn += 1
        return uniform(self._key, self._drawn)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.draw() < share

    def between(self, low: float, high: float) -> float:
        """A value from low to high."""
        return low + (high - low) * self.draw()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.draw() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self.draw() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of them, the heavy ones more often."""
        left = self.draw() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]
