"""Noise as a pure function of a key and a time: no generator with a state, so that any moment can be
computed in any order and on any machine with the same result.
"""

from hashlib import blake2b
from math import floor

_MASK = (1 << 64) - 1


def key_of(*parts: object) -> int:
    """A 64-bit key for a seed and whatever names the thing that varies."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(key: int, number: int) -> int:
    """64 well mixed bits (the finaliser of splitmix64)."""
    z = (key + (number + 1) * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def uniform(key: int, number: int = 0) -> float:
    """The ``number``-th of evenly spread values, 0 <= value < 1."""
    return (_mixed(key, number) >> 11) / (1 << 53)


def normal(key: int, number: int = 0) -> float:
    """The ``number``-th of values around 0 with standard deviation 1, never beyond ±3."""
    bits = _mixed(key, number)
    return ((bits & 0x1FFFFF) + ((bits >> 21) & 0x1FFFFF) + (bits >> 43)) / 0x1FFFFF * 2 - 3


def pick(key: int, count: int, number: int = 0) -> int:
    """The ``number``-th of evenly spread whole numbers, 0 <= value < count."""
    return int(uniform(key, number) * count)


class Noise:
    """A smooth wave between -1 and 1 that changes its mind about once in ``period`` seconds.

    It keeps the two values it swings between; that only saves work and never changes a result.
    """

    __slots__ = ("_cell", "_from", "_key", "_period", "_phase", "_to")

    def __init__(self, key: int, period: float) -> None:
        self._key = key
        self._period = period
        self._phase = uniform(key, -1)
        self._cell: int | None = None
        self._from = self._to = 0.0

    def at(self, time: float) -> float:
        """The value at a time in seconds since 1970."""
        x = time / self._period + self._phase
        cell = floor(x)
        if cell != self._cell:
            self._cell = cell
            self._from = 2 * uniform(self._key, cell) - 1
            self._to = 2 * uniform(self._key, cell + 1) - 1
        part = x - cell
        return self._from + (self._to - self._from) * part * part * (3 - 2 * part)
