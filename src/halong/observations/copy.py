"""Readings in columns, and the bytes that binary COPY wants of them.

A million readings a second pass here, so that nothing is done for a row that can be done for a column.
"""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
# field count, then length and room for time int8, value float8, series_id int4, quality int2
ROW = b"\0\4\0\0\0\10" + bytes(8) + b"\0\0\0\10" + bytes(8) + b"\0\0\0\4" + bytes(4) + b"\0\0\0\2" + bytes(2)
PLACES = (("q", 6, 8), ("d", 18, 8), ("i", 30, 4), ("h", 38, 2))
COLUMNS = "(time, value, series_id, quality)"


@dataclass(slots=True)
class Columns:
    """Readings: ``times`` in microseconds since 2000-01-01 UTC, ``values`` in the series' units."""

    series: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    qualities: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.series)

    def extend(self, other: "Columns") -> None:
        """Append all readings of another."""
        self.series += other.series
        self.times += other.times
        self.values += other.values
        self.qualities += other.qualities

    def select(self, rows: Sequence[int]) -> "Columns":
        """The readings at these positions."""
        return Columns(
            [self.series[i] for i in rows],
            [self.times[i] for i in rows],
            [self.values[i] for i in rows],
            [self.qualities[i] for i in rows],
        )


def encode(columns: Columns) -> bytearray:
    """The readings as a whole binary COPY stream of time, value, series_id, quality.

    The rows are laid out from a template, and each byte of each column is written by one strided copy.
    """
    size = len(ROW)
    out = bytearray(HEADER + ROW * len(columns))
    data: tuple[Sequence[float], ...] = (columns.times, columns.values, columns.series, columns.qualities)
    for (code, place, width), column in zip(PLACES, data, strict=True):
        packed: array[float] = array(code, column)
        if sys.byteorder == "little":
            packed.byteswap()
        raw = packed.tobytes()
        for byte in range(width):
            out[len(HEADER) + place + byte :: size] = raw[byte::width]
    out += TRAILER
    return out
