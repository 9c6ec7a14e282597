"""Tables as they come: CSV of any usual kind, or the first sheet of an XLSX workbook. Pure: bytes in, rows of text out."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from halong.connectors.text import NotTextError, decode_text

DELIMITERS = ";\t,|"
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_UNPACKED = 300_000_000  # bytes that a workbook may unpack to


class NoTableError(ValueError):
    """The bytes are no table: the reason as a word of ``ingest.batch.Reason``."""


@dataclass(frozen=True)
class Table:
    """``head`` are the names of the columns; ``rows`` the numbered lines below, each as long as the head."""

    head: list[str]
    rows: list[tuple[int, list[str]]]
    delimiter: str
    encoding: str


def read_table(payload: bytes, delimiter: str = "") -> Table:
    """The table. ``delimiter`` empty: the one that the first line has most of. Raises NoTableError."""
    if payload.startswith(b"PK\x03\x04"):
        return _table(_sheet(payload), "", "xlsx")
    try:
        text, encoding = decode_text(payload)
    except NotTextError as error:
        raise NoTableError("not_text") from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = delimiter or max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    return _table(_lines(reader), mark, encoding)


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NoTableError("malformed") from error
        yield reader.line_num, cells


def _sheet(payload: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet; formulas count by the value that was last computed."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise NoTableError("too_large")
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield number, [_cell(cell) for cell in cells]
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        if isinstance(error, NoTableError):
            raise
        raise NoTableError("not_text") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return repr(value) if isinstance(value, float) else str(value)


def _table(lines: Iterator[tuple[int, list[str]]], delimiter: str, encoding: str) -> Table:
    head: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, cells in lines:
        stripped = [cell.strip() for cell in cells]
        if not any(stripped):
            continue
        if not head:
            head = stripped[:MAX_COLUMNS]
            while head and not head[-1]:
                head.pop()
            continue
        if len(rows) >= MAX_ROWS:
            raise NoTableError("too_large")
        rows.append((number, (stripped + [""] * len(head))[: len(head)]))
    if not head:
        raise NoTableError("malformed")
    return Table(head, rows, delimiter, encoding)
