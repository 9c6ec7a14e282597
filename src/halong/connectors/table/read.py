"""Tables as they come: CSV of any usual kind, or the first sheet of an XLSX workbook. Pure: bytes in, rows of text out."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, islice

from openpyxl import load_workbook

from halong.connectors.text import NotTextError, decode_text

DELIMITERS = ";\t,|"
LOOKED_AT = 20  # lines by which the delimiter and the line of names are found
WORKBOOK = "xlsx"  # the encoding of tables whose numbers and times are no writing
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_UNPACKED = 100_000_000  # bytes that a workbook may unpack to


class NoTableError(ValueError):
    """The bytes are no table: the reason as a word of ``ingest.batch.Reason``."""


@dataclass(frozen=True)
class Table:
    """``head`` are the names of the columns, each once; ``rows`` the numbered lines below, each as long as the head.
    ``uneven`` are lines with more cells than names: nobody can say which cell belongs where.
    """

    head: list[str]
    rows: list[tuple[int, list[str]]]
    delimiter: str
    encoding: str
    uneven: list[tuple[int, list[str]]] = field(default_factory=list)


def read_table(payload: bytes, delimiter: str = "") -> Table:
    """The table. ``delimiter`` empty: the one by which the first lines agree best. Raises NoTableError."""
    if payload.startswith(b"PK\x03\x04"):
        return _table(_sheet(payload), "", WORKBOOK)
    try:
        text, encoding = decode_text(payload)
    except NotTextError as error:
        raise NoTableError("not_text") from error
    mark = delimiter or _delimiter(text)
    return _table(_lines(text, mark), mark, encoding)


def _delimiter(text: str) -> str:
    """The mark that most of the first lines have the same number of; of two such the one there is more of."""
    lines = [line for line in islice(io.StringIO(text), 200) if line.strip()][:LOOKED_AT]

    def agreement(mark: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(mark)))
        found, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return times, found

    return max(DELIMITERS, key=agreement)


def _lines(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise NoTableError("malformed") from error


def _sheet(payload: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that is shown; formulas count by the value that was last computed."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NoTableError("not_text") from error
    if size > MAX_UNPACKED:
        raise NoTableError("too_large")
    try:
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), book.worksheets[0])
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
            yield number, [_cell(cell) for cell in cells]
    except Exception as error:  # whatever the reader makes of what is no workbook
        raise NoTableError("not_text") from error


def _cell(value: object) -> str:
    """What a cell holds, as people would write it. Times are rounded: workbooks keep them as fractions of a day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value + timedelta(milliseconds=500)).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value).strip()


def _table(lines: Iterator[tuple[int, list[str]]], delimiter: str, encoding: str) -> Table:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first = list(islice(filled, LOOKED_AT))
    # a title or two may stand above the names
    start = next((at for at, (_number, cells) in enumerate(first) if sum(map(bool, cells)) > 1), 0)
    if not first:
        raise NoTableError("malformed")
    head = _names(first[start][1][:MAX_COLUMNS])
    table = Table(head, [], delimiter, encoding)
    width = len(head)
    for number, cells in chain(first[start + 1 :], filled):
        if len(table.rows) >= MAX_ROWS:
            raise NoTableError("too_large")
        if any(cells[width:]):
            table.uneven.append((number, cells))
        else:
            table.rows.append((number, (cells + [""] * width)[:width]))
    return table


def _names(cells: list[str]) -> list[str]:
    """The names of the columns; a column without one, or with that of an earlier one, gets a number."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        names.append(cell if cell and cell not in names else f"{cell}#{number}")
    return names
