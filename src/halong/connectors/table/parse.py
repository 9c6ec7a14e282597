"""Rows of a table to readings: wide (a column a property) or long (a column of names, a column of values). Pure."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from halong.connectors.table.read import WORKBOOK, NoTableError, Table, read_table
from halong.connectors.values import EARLIEST, LOCAL, parse_number, parse_time
from halong.core.sector import find_attribute, find_symbol, find_type, symbol_key
from halong.core.text import fold
from halong.core.units import UnknownUnitError, unit_code
from halong.ingest.batch import Batch, Observation, Reason, Rejected, Thing
from halong.ingest.connector import Known, station_key

HELD_ROWS = 1_000
TIME_NAMES = {"time", "datetime", "timestamp", "date", "thoi gian", "ngay gio", "ngay", "thoi diem", "gio"}
ENTITY_NAMES = {"entity", "station", "tram", "urn", "ma tram", "device", "id"}
# What the firmware of common low-cost sensors calls its columns: the particles of an SDS011 or a PMS sensor.
DEVICE_COLUMNS = {
    "sdsp1": "pm10",
    "sdsp2": "pm25",
    "pmsp1": "pm10",
    "pmsp2": "pm25",
    "hpmp1": "pm10",
    "hpmp2": "pm25",
}
_UNIT = re.compile(r"[(\[]([^)\]]+)[)\]]\s*$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}", re.ASCII)
_SERIAL = re.compile(r"\d{5}([.,]\d+)?", re.ASCII)  # a workbook's day number: nobody writes a time so
_GROUPS = {
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII),
}
# What people write where there is no value.
ABSENT = {"-", "--", "---", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none"}


@dataclass(frozen=True)
class TableRule:
    """``columns`` are (column, property, unit); with ``property`` and ``value`` the table is long and they don't count.

    The thing is ``entity`` (a URN), or stands in the column ``entity_column`` by its URN or the last part of it.
    ``clock``: the column of the time of day, where ``time`` is that of the day.
    """

    time: str = ""
    clock: str = ""
    columns: tuple[tuple[str, str, str], ...] = ()
    entity: str = ""
    entity_column: str = ""
    property: str = ""
    value: str = ""
    unit: str = ""
    quality: str = ""
    zone: tzinfo = LOCAL
    decimal: str = ""  # "." or ","; empty: a lone separator is the decimal mark
    order: str = ""  # "dmy" or "mdy"; empty: as the table shows
    delimiter: str = ""
    type: str = ""


class _Bad(Exception):
    def __init__(self, reason: Reason, piece: str) -> None:
        super().__init__(piece)
        self.reason = reason


def suggest(table: Table, types: tuple[str, ...] = ("AirQualityObserved",)) -> TableRule:
    """What the names of the columns say; a column that nobody knows, or that is empty throughout, stays unmapped."""
    time = next((name for name in table.head if fold(name) in TIME_NAMES), "")
    time = time or next(
        (name for name in table.head if any(word in fold(name).split() for word in TIME_NAMES)), ""
    )
    entity = next((name for name in table.head if fold(name) in ENTITY_NAMES and name != time), "")
    columns: list[tuple[str, str, str]] = []
    for index, name in enumerate(table.head):
        if name in {time, entity} or not any(cells[index] for _n, cells in table.rows[:500]):
            continue
        found = DEVICE_COLUMNS.get(symbol_key(name)) or _property(name, types)
        if found and found not in {known for _c, known, _u in columns}:
            columns.append((name, found, _column_unit(name, found, types)))
    return TableRule(time=time, columns=tuple(columns), entity_column=entity)


def parse_table(payload: bytes, origin: str, rule: TableRule, known: Mapping[str, Known]) -> Batch:
    """The readings of a table, and every row with a bad cell, with the head so that it can come again.

    Empty cells, and those that say that there is no value, are no readings; so is a row of nothing else.
    """
    try:
        table = read_table(payload, rule.delimiter)
    except NoTableError as error:
        return Batch(rejected=[Rejected(Reason(str(error)), origin[-300:], origin, payload)])
    missing = [name for name in _needed(rule) if name not in table.head]
    if missing or not rule.time:
        return Batch(
            rejected=[Rejected(Reason.MALFORMED, f"? {', '.join(missing) or 'time'}", origin, payload)]
        )
    reader = _Reader(table, rule, known)
    batch = reader.batch
    for number, cells in table.rows:
        faults = reader.read(cells)
        if faults:
            text = "; ".join(piece for _reason, piece in faults)[:300]
            batch.rejected.append(
                Rejected(faults[0][0], text, f"{origin[-480:]}:{number}", _again(table, cells))
            )
    for number, cells in table.uneven:
        detail = f"{len(cells)} > {len(table.head)}"
        batch.rejected.append(
            Rejected(Reason.MALFORMED, detail, f"{origin[-480:]}:{number}", _again(table, cells))
        )
    if len(batch.rejected) > HELD_ROWS:
        first = batch.rejected[0]
        detail = f"{len(batch.rejected)}/{len(table.rows) + len(table.uneven)}: {first.detail}"[:300]
        batch.rejected = [Rejected(first.reason, detail, origin, payload)]
    _add_things(batch, rule, known)
    return batch


def _is_long(rule: TableRule) -> bool:
    return bool(rule.value and rule.property)


def _needed(rule: TableRule) -> list[str]:
    names = [rule.time, rule.clock, rule.entity_column, rule.quality]
    long = [rule.property, rule.value, rule.unit]
    names += long if _is_long(rule) else [column for column, _p, _u in rule.columns]
    return [name for name in names if name]


class _Reader:
    """Reads the rows of one table; what is the same in many rows is found out once."""

    def __init__(self, table: Table, rule: TableRule, known: Mapping[str, Known]) -> None:
        self.batch = Batch()
        self._rule, self._known = rule, known
        self._at = {name: index for index, name in reversed([*enumerate(table.head)])}
        self._columns = [(self._at[column], column, name, unit) for column, name, unit in _wide(rule)]
        self._decimal = "" if table.encoding == WORKBOOK else rule.decimal
        self._month_first = (rule.order or _order(table, self._at[rule.time])) == "mdy"
        self._things: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._properties: dict[tuple[str, tuple[str, ...]], str] = {}

    def read(self, cells: list[str]) -> list[tuple[Reason, str]]:
        """Add the readings of a row; returns its faults."""
        values = self._values(cells)
        if not values:
            return []
        try:
            urn, types = self._thing(self._cell(cells, self._rule.entity_column) or self._rule.entity)
            time = self._time(cells)
            quality = _quality(self._cell(cells, self._rule.quality))
        except _Bad as bad:
            return [(bad.reason, str(bad))]
        faults = []
        for text, column, name, unit in values:
            try:
                number, code = _number(text, self._decimal), _code(unit)
                found = self._property(name, types)
            except _Bad as bad:
                faults.append((bad.reason, f"{column}: {bad}"))
            else:
                self.batch.observations.append(Observation(urn, found, time, number, code, quality))
        return faults

    def _values(self, cells: list[str]) -> list[tuple[str, str, str, str]]:
        """The cells that say a value: text, column, property and unit of each."""
        rule = self._rule
        if not _is_long(rule):
            return [
                (cells[at], column, name, unit)
                for at, column, name, unit in self._columns
                if cells[at] and fold(cells[at]) not in ABSENT
            ]
        text = self._cell(cells, rule.value)
        if not text or fold(text) in ABSENT:
            return []
        return [(text, rule.value, self._cell(cells, rule.property), self._cell(cells, rule.unit))]

    def _cell(self, cells: list[str], column: str) -> str:
        return cells[self._at[column]] if column else ""

    def _thing(self, name: str) -> tuple[str, tuple[str, ...]]:
        if not name:
            raise _Bad(Reason.UNKNOWN_ENTITY, self._rule.entity_column or "entity")
        found = self._things.get(name)
        if found is None:
            found = self._things[name] = _thing(name, self._rule, self._known)
        return found

    def _time(self, cells: list[str]) -> datetime:
        text = self._cell(cells, self._rule.time)
        if self._rule.clock:
            # a workbook's day is one at midnight
            text = f"{text.partition(' ')[0]} {self._cell(cells, self._rule.clock).rpartition(' ')[2]}"
        try:
            if _SERIAL.fullmatch(text):
                return from_serial(float(text.replace(",", ".")), self._rule.zone)
            return parse_time(text, self._rule.zone, month_first=self._month_first)
        except (ValueError, OverflowError, OSError):
            raise _Bad(Reason.BAD_TIME, text) from None

    def _property(self, name: str, types: tuple[str, ...]) -> str:
        found = self._properties.get((name, types))
        if found is None:
            if not name:
                raise _Bad(Reason.UNKNOWN_PROPERTY, self._rule.property)
            found = self._properties[name, types] = _property(name, types) or name
        return found


def _wide(rule: TableRule) -> tuple[tuple[str, str, str], ...]:
    return () if _is_long(rule) else rule.columns


def _order(table: Table, index: int) -> str:
    """Whether days or months come first in dates that end with the year, as far as the table shows: days, unless a second
    number can't be a month and no first number can't.
    """
    pairs = [match.groups() for _n, cells in table.rows if (match := _DAY_FIRST.match(cells[index]))]
    day_first = any(int(first) > 12 for first, _second in pairs)
    return "mdy" if not day_first and any(int(second) > 12 for _first, second in pairs) else "dmy"


def from_serial(days: float, zone: tzinfo) -> datetime:
    """The time that a workbook keeps as days since 30/12/1899, to the second, as aware UTC. Raises ValueError."""
    local = datetime(1899, 12, 30, tzinfo=zone) + timedelta(seconds=round(days * 86_400))
    if not EARLIEST <= local.year < 2100:
        raise ValueError(days)
    return local.astimezone(UTC)


def _thing(name: str, rule: TableRule, known: Mapping[str, Known]) -> tuple[str, tuple[str, ...]]:
    there = known.get(station_key(name.rpartition(":")[2]))
    if there is not None and (there.urn == name or not name.startswith("urn:")):
        return there.urn, there.types
    parts = name.split(":")
    kind = find_type(rule.type) or (find_type(parts[2]) if len(parts) > 3 else None)
    types = kind.all_types if kind else ()
    return (name if name.startswith("urn:") else f"urn:ngsi-ld:{rule.type or 'Thing'}:{name}"), types


def _quality(text: str) -> int:
    if text not in {"", "0", "1", "2", "00", "01", "02"}:
        raise _Bad(Reason.BAD_QUALITY, text)
    return int(text or 0)


def _number(text: str, decimal: str) -> float:
    """A number with the decimal mark that the source's settings name; the other mark then groups thousands."""
    other = {".": ",", ",": "."}.get(decimal, "")
    if other and other in text and not _GROUPS[decimal].fullmatch(text):
        raise _Bad(Reason.BAD_VALUE, text)
    try:
        return parse_number(text.replace(other, "") if other else text)
    except ValueError:
        raise _Bad(Reason.BAD_VALUE, text) from None


@lru_cache(maxsize=1024)
def _code(text: str) -> str | None:
    try:
        return unit_code(text) if text else None
    except UnknownUnitError:
        raise _Bad(Reason.UNKNOWN_UNIT, text) from None


def _property(name: str, types: tuple[str, ...]) -> str | None:
    """The NGSI-LD name that a column's name, or a cell, stands for."""
    if find_attribute(types, name) is not None:
        return name
    spec = find_symbol(name, types)
    return spec.name if spec is not None and spec.series and not spec.derived else None


def _column_unit(name: str, found: str, types: tuple[str, ...]) -> str:
    bracket = _UNIT.search(name)
    if bracket:
        try:
            return unit_code(bracket.group(1))
        except UnknownUnitError:
            pass
    spec = find_attribute(types, found)
    return spec.unit if spec else ""


def _again(table: Table, cells: list[str]) -> bytes:
    """A bad row as a small table of its own."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=table.delimiter or ";", lineterminator="\r\n")
    writer.writerow(table.head)
    writer.writerow(cells)
    return out.getvalue().encode()


def _add_things(batch: Batch, rule: TableRule, known: Mapping[str, Known]) -> None:
    """Things are opened where the settings name a type for them or bind the table to them, series of known things
    always.
    """
    series: dict[str, dict[str, str]] = {}
    for reading in batch.observations:
        series.setdefault(reading.entity, {}).setdefault(reading.property, reading.unit or "")
    for urn, found in series.items():
        there = known.get(station_key(urn.rpartition(":")[2]))
        bound = urn.split(":")[2] if urn == rule.entity and urn.count(":") > 2 else ""
        kind = find_type(rule.type) or find_type(bound)
        types = there.types if there is not None and there.urn == urn else (kind.all_types if kind else ())
        if types:
            pairs = tuple(
                (name, spec.unit if (spec := find_attribute(types, name)) else unit)
                for name, unit in found.items()
            )
            batch.things.append(Thing(urn, types, urn.rpartition(":")[2], pairs))
