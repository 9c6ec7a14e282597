"""Rows of a table to readings: wide (a column a property) or long (a column of names, a column of values). Pure."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from halong.connectors.table.read import NoTableError, Table, read_table
from halong.connectors.values import LOCAL, parse_number, parse_time
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
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")


@dataclass(frozen=True)
class TableRule:
    """``columns`` are (column, property, unit); with ``property`` and ``value`` the table is long and they don't count.

    The thing is ``entity`` (a URN), or stands in the column ``entity_column`` by its URN or the last part of it.
    """

    time: str = ""
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
    """The readings of a table, and every row or cell that is none, with the head so that it can come again."""
    try:
        table = read_table(payload, rule.delimiter)
    except NoTableError as error:
        return Batch(rejected=[Rejected(Reason(str(error)), origin[-300:], origin, payload)])
    missing = [name for name in _needed(rule) if name not in table.head]
    if missing or not rule.time:
        return Batch(
            rejected=[Rejected(Reason.MALFORMED, f"? {', '.join(missing) or 'time'}", origin, payload)]
        )
    month_first = (rule.order or _order(table, rule.time)) == "mdy"
    batch = Batch()
    for number, cells in table.rows:
        row = dict(zip(table.head, cells, strict=True))
        faults: list[tuple[Reason, str]] = []
        _read_row(batch, row, rule, known, month_first=month_first, faults=faults)
        if faults:
            text = "; ".join(piece for _reason, piece in faults)[:300]
            batch.rejected.append(
                Rejected(faults[0][0], text, f"{origin[-480:]}:{number}", _again(table, cells))
            )
    if len(batch.rejected) > HELD_ROWS:
        first = batch.rejected[0]
        detail = f"{len(batch.rejected)}/{len(table.rows)}: {first.detail}"[:300]
        batch.rejected = [Rejected(first.reason, detail, origin, payload)]
    _add_things(batch, rule, known)
    return batch


def _needed(rule: TableRule) -> list[str]:
    names = [rule.time, rule.entity_column, rule.quality]
    names += (
        [rule.property, rule.value, rule.unit] if rule.value else [column for column, _p, _u in rule.columns]
    )
    return [name for name in names if name]


def _order(table: Table, column: str) -> str:
    """Whether days or months come first in dates that end with the year, as far as the table shows."""
    index = table.head.index(column)
    pairs = [match.groups() for _n, cells in table.rows[:1000] if (match := _DAY_FIRST.match(cells[index]))]
    return "mdy" if any(int(second) > 12 for _first, second in pairs) else "dmy"


def _read_row(
    batch: Batch,
    row: Mapping[str, str],
    rule: TableRule,
    known: Mapping[str, Known],
    *,
    month_first: bool,
    faults: list[tuple[Reason, str]],
) -> None:
    try:
        urn, types = _thing(row[rule.entity_column] if rule.entity_column else rule.entity, rule, known)
        time = _time(row[rule.time], rule, month_first=month_first)
        quality = _quality(row[rule.quality]) if rule.quality else 0
    except _Bad as bad:
        faults.append((bad.reason, str(bad)))
        return
    cells = (
        [(row[rule.value], row[rule.property], row[rule.unit] if rule.unit else "", rule.value)]
        if rule.value
        else [(row[column], name, unit, column) for column, name, unit in rule.columns]
    )
    for text, name, unit, column in cells:
        if not text:
            continue
        try:
            found = _property(name, types) or name
            batch.observations.append(
                Observation(urn, found, time, _number(text, rule), _code(unit), quality)
            )
        except _Bad as bad:
            faults.append((bad.reason, f"{column}: {bad}"))


def _thing(name: str, rule: TableRule, known: Mapping[str, Known]) -> tuple[str, tuple[str, ...]]:
    if not name:
        raise _Bad(Reason.UNKNOWN_ENTITY, rule.entity_column or "entity")
    there = known.get(station_key(name.rpartition(":")[2]))
    if there is not None and (there.urn == name or not name.startswith("urn:")):
        return there.urn, there.types
    parts = name.split(":")
    kind = find_type(rule.type) or (find_type(parts[2]) if len(parts) > 3 else None)
    types = kind.all_types if kind else ()
    return (name if name.startswith("urn:") else f"urn:ngsi-ld:{rule.type or 'Thing'}:{name}"), types


def _time(text: str, rule: TableRule, *, month_first: bool) -> datetime:
    try:
        return parse_time(text, rule.zone, month_first=month_first)
    except (ValueError, OverflowError, OSError):
        raise _Bad(Reason.BAD_TIME, text) from None


def _quality(text: str) -> int:
    if text not in {"", "0", "1", "2", "00", "01", "02"}:
        raise _Bad(Reason.BAD_QUALITY, text)
    return int(text or 0)


def _number(text: str, rule: TableRule) -> float:
    try:
        if rule.decimal == ".":
            return parse_number(text.replace(",", ""))
        return parse_number(text.replace(".", "") if rule.decimal == "," else text)
    except ValueError:
        raise _Bad(Reason.BAD_VALUE, text) from None


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
