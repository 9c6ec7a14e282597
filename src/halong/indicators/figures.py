"""Figures as people and spreadsheets write them: numbers of either convention, tables as CSV or XLSX."""

import io
import math
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from halong.core.errors import Invalid, Malformed
from halong.core.language import reader_language
from halong.core.tables import Fault, Row, read_csv

COLUMNS = ("indicator", "value")
OPTIONAL = ("place", "denominator", "name", "unit", "previous", "place_name")
MAX_UNPACKED = 20_000_000  # bytes that a workbook may unpack to
MAX_ROWS = 20_000
_SHAPE = re.compile(r"[-−]?\d[\d.,\s\u00a0\u202f]*%?")


def parse_figure(text: str) -> float | None:
    """A number as it is typed: "1.234,5", "1,234.5", "1234.5", "−3"; "" is None. Raises ValueError.

    Of two different marks the last one is the decimal mark; a mark that stands more than once groups thousands. A single
    mark before exactly three digits is ambiguous: it is what the language of the page groups thousands by (Vietnamese:
    the point), else the decimal mark.
    """
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).rstrip("%").replace("−", "-")
    if not bare:
        return None
    if not _SHAPE.fullmatch(text.strip()):
        raise ValueError(text)
    value = float(_plain(bare))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _plain(bare: str) -> str:
    marks = [char for char in bare if char in ".,"]
    if len(set(marks)) == 2:
        decimal = marks[-1]
        if marks.count(decimal) > 1:
            raise ValueError(bare)
        return bare.replace("." if decimal == "," else ",", "").replace(",", ".")
    if not marks:
        return bare
    mark = marks[0]
    if len(marks) > 1:
        return bare.replace(mark, "")
    whole, part = bare.split(mark)
    groups = "." if reader_language() == "vi" else ","
    if len(part) == 3 and mark == groups and whole.lstrip("-") not in ("", "0"):
        return whole + part
    return f"{whole or '0'}.{part or '0'}"


def typed(value: float) -> str:
    """A number as a field shows it for typing: every digit, no grouping; ``parse_figure`` reads the same number."""
    text = format(Decimal(repr(float(value))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if reader_language() == "vi" else text


def read_rows(payload: bytes) -> list[Row]:
    """The rows of a table of figures: CSV, or the first sheet of a workbook. Raises Malformed, Invalid."""
    if payload.startswith(b"PK\x03\x04"):
        return _workbook(payload)
    return read_csv(payload, required=COLUMNS, optional=OPTIONAL)


def _workbook(payload: bytes) -> list[Row]:
    cells = _cells(payload)
    head = [text.strip() for text in next(cells, [])]
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise Invalid(_("Columns are missing: %(names)s") % {"names": ", ".join(missing)})
    rows = []
    for line, texts in enumerate(cells, 2):
        if any(texts):
            rows.append(Row(line, {name: text for name, text in zip(head, texts, strict=False) if name}))
        if len(rows) > MAX_ROWS:
            raise Invalid(_("A table may have %(n)d rows at most.") % {"n": MAX_ROWS})
    return rows


def _cells(payload: bytes) -> Iterator[list[str]]:
    try:
        _check_size(payload)
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        rows = [
            [_text(cell) for cell in row]
            for row in book.worksheets[0].iter_rows(values_only=True, max_col=50)
        ]
    except Invalid:
        raise
    except Exception as error:
        raise Malformed(_("The file isn't a workbook.")) from error
    return iter(rows)


def _check_size(payload: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise Invalid(_("The file is too large."))


def _text(cell: Any) -> str:
    if isinstance(cell, bool) or cell is None:
        return ""
    return typed(cell) if isinstance(cell, (int, float)) else str(cell).strip()


def figures_of(
    rows: list[Row], known: set[str], places: set[str]
) -> dict[str, dict[str, list[float | None]]]:
    """A table as ``Submission.values``. Raises Invalid with every fault and its line."""
    found: dict[str, dict[str, list[float | None]]] = {}
    faults: list[Fault] = []
    for row in rows:
        key, place = row["indicator"], row["place"]
        if key not in known:
            faults.append(Fault(row.line, "indicator", _("unknown: %(text)s") % {"text": key or "–"}))
        elif place and place not in places:
            faults.append(Fault(row.line, "place", _("unknown: %(text)s") % {"text": place}))
        else:
            pair = [_number(row, name, faults) for name in ("value", "denominator")]
            if place in found.setdefault(key, {}):
                faults.append(Fault(row.line, "", _("this stands twice")))
            found[key][place] = pair
    if faults:
        raise Invalid("\n".join(str(fault) for fault in faults[:20]), fields={"file": str(faults[0])})
    return {
        key: {place: pair for place, pair in by.items() if pair[0] is not None} for key, by in found.items()
    }


def _number(row: Row, name: str, faults: list[Fault]) -> float | None:
    try:
        return parse_figure(row[name])
    except ValueError:
        faults.append(Fault(row.line, name, _("not a number: %(text)s") % {"text": row[name]}))
        return None
