"""The rows that are measured with: the same ones whatever way they go."""

from datetime import UTC, datetime, timedelta
from typing import Any

from halong.observations.copy import Columns
from halong.observations.partitions import EPOCH

URN = "urn:ngsi-ld:AirQualityObserved:bench-{0:04d}"
PROPERTY = "pm25"


class Rows:
    """Row n: series ``n % series`` at ``start + (n // series) * step_s``, as a gateway of many devices reports."""

    def __init__(self, series: int, start: float, step_s: float) -> None:
        """``start``: epoch seconds of the first reading."""
        self._series, self._step = series, timedelta(seconds=step_s)
        self._start = datetime.fromtimestamp(start, UTC)
        self._urns = [URN.format(number) for number in range(series)]

    def time(self, n: int) -> datetime:
        """When row n was measured."""
        return self._start + (n // self._series) * self._step

    def value(self, n: int) -> float:
        """A plausible concentration with one decimal, below every limit."""
        return (n * 7919 % 600) / 10

    def item(self, n: int) -> dict[str, Any]:
        """Row n as a client sends it."""
        text = self.time(n).strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")
        return {
            "entity": self._urns[n % self._series],
            "property": PROPERTY,
            "time": text,
            "value": self.value(n),
        }

    def columns(self, first: int, count: int, ids: list[int]) -> Columns:
        """Rows as the store takes them; ``ids`` are those of the series, in order."""
        numbers = range(first, first + count)
        return Columns(
            [ids[n % self._series] for n in numbers],
            [(self.time(n) - EPOCH) // timedelta(microseconds=1) for n in numbers],
            [self.value(n) for n in numbers],
            [0] * count,
        )
