"""Tables that people send and fetch: CSV read with the line of every fault, CSV written so that
spreadsheets are safe.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from halong.core.errors import Invalid, Malformed

MAX_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words, and where: the line of the file (the heading is line 1) and the column (""
    for the line).
    """

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("line %(line)d") % {"line": self.line}
        return f"{place}, {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file and its cells by column, stripped, ``""`` where empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class Preview:
    """What an import would do, or did: rows by what becomes of them, and every fault. With faults nothing
    is written.
    """

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """What becomes of the rows that aren't as they were, for pages."""
        return [(_("New"), self.created), (_("Changed"), self.changed)]


def read_csv(data: bytes, *, required: Collection[str], optional: Collection[str] = ()) -> list[Row]:
    """The rows of a CSV file: UTF-8 (with or without a mark) or UTF-16 with a mark; comma, semicolon or tab.

    Raises Malformed for bytes that are no text, Invalid for columns that miss, are unknown or stand twice.
    """
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(_("The file isn't UTF-8 text.")) from error
    if "\0" in text:
        raise Malformed(_("The file isn't a CSV table."))
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [cell.strip() for cell in next(reader, [])]
        _check_columns(columns, required, optional)
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(reader.line_num, columns, cells))
            if len(rows) > MAX_ROWS:
                raise Invalid(_("A table may have %(n)d rows at most.") % {"n": MAX_ROWS})
    except csv.Error as error:
        raise Malformed(_("line %(line)d") % {"line": reader.line_num} + f": {error}") from error
    return rows


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV text with a heading. Texts that a spreadsheet would take for a formula get an apostrophe
    before them.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe_cell(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; None is empty."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return "" if cell is None else cell


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(columns):
        raise Invalid(str(Fault(line, "", _("more cells than the heading has"))))
    clean = (cell.strip() for cell in cells)
    return Row(line, {column: _bare(cell) for column, cell in zip(columns, clean, strict=False)})


def _bare(cell: str) -> str:
    """The cell as it was before ``write_csv`` made it safe."""
    return cell[1:] if cell[:1] == "'" and safe_cell(cell[1:]) == cell else cell


def _check_columns(columns: Sequence[str], required: Collection[str], optional: Collection[str]) -> None:
    missing = [name for name in required if name not in columns]
    unknown = [name for name in columns if name not in required and name not in optional]
    if missing:
        raise Invalid(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if unknown:
        raise Invalid(_("Unknown columns: %(names)s") % {"names": ", ".join(unknown)})
    if len(set(columns)) != len(columns):
        raise Invalid(_("A column stands twice in the heading."))
