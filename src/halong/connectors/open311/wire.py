"""What Open311 servers answer, read from XML or JSON as servers in the wild write it. Pure.

A row is a mapping of names to texts, whatever its form was; what a row says is read by ``moment_of``, ``point_of``,
``is_open``. A missing or wrong value costs that value, never the row.
"""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

Row = dict[str, str]
CLOSED = {
    "closed", "fixed", "resolved", "completed", "duplicate", "archived", "cancelled", "canceled", "rejected",
    "unable_to_fix", "not_responsible", "not_councils_responsibility", "no_further_action", "internal_referral",
}  # fmt: skip
OPEN = {
    "open", "new", "received", "acknowledged", "confirmed", "investigating", "in_progress", "planned",
    "action_scheduled", "started", "reopened", "for_triage",
}  # fmt: skip
MARK = re.compile(
    r"\[PA(\d{6,18})-([0-9a-f]{10})\]"
)  # of a report of ours, with a keyed hash that nobody can make up
LISTS = (
    "service_requests",
    "requests",
    "request",
    "services",
    "service_request_updates",
    "request_updates",
    "errors",
)


class UnreadableError(Exception):
    """An answer that is neither XML nor JSON as Open311 has it."""


def rows_of(payload: bytes) -> list[Row]:
    """The entries of an answer: requests, services, updates or errors. Raises UnreadableError."""
    text = payload.strip()
    if not text:
        return []
    if text[:1] in b"[{":
        return _from_json(text)
    return [row for child in _root(text) if (row := _row_of(child))]


def tree_of(payload: bytes) -> Any:
    """An answer with its depth: dicts, lists and texts (discovery). Raises UnreadableError."""
    text = payload.strip()
    if text[:1] in b"[{":
        return _loaded(text)
    return _depth(_root(text))


def payload_of(row: Row) -> bytes:
    """A row as it is held in quarantine and read again: a JSON array of it."""
    return json.dumps([row], ensure_ascii=False).encode()


def is_open(status: str) -> bool | None:
    """What a status means, also FixMyStreet's; None for words that nobody knows."""
    word = re.sub(r"[\s-]+", "_", status.strip().lower())
    if word in CLOSED or word.startswith(("fixed", "closed")):
        return False
    return True if word in OPEN or word.startswith("open") else None


def moment_of(text: str) -> datetime | None:
    """A moment, aware; None where it can't be read. Without an offset it is taken as UTC."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None
    if not 1990 <= found.year <= 9000:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def point_of(row: Row) -> tuple[float, float] | None:
    """Longitude and latitude; None where they are missing or no place on Earth. (0, 0) is what unset fields say."""
    try:
        lon, lat = float(row.get("long") or row.get("lon", "")), float(row.get("lat", ""))
    except ValueError:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    return None if lon == lat == 0 else (lon, lat)


def _from_json(text: bytes) -> list[Row]:
    value = _loaded(text)
    while isinstance(value, dict):
        inner = next((value[name] for name in LISTS if isinstance(value.get(name), (list, dict))), None)
        if inner is None:
            break
        value = inner
    found = value if isinstance(value, list) else [value]
    return [
        {str(name): _text(inner) for name, inner in row.items()} for row in found if isinstance(row, dict)
    ]


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def _text(value: Any) -> str:
    """A value of JSON as text; of a list or an object the first text in it (pictures come so)."""
    if isinstance(value, (list, dict)):
        inner = list(value.values()) if isinstance(value, dict) else value
        return next((text for part in inner if (text := _text(part))), "")
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).replace("\0", "").strip()


def _root(text: bytes) -> Element:
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError(str(error) or type(error).__name__) from error
    if _name(root) == "html":
        raise UnreadableError("HTML")
    return root


def _row_of(element: Element) -> Row:
    return {_name(child): " ".join(child.itertext()).strip() for child in element}


def _depth(element: Element) -> Any:
    if not len(element):
        return (element.text or "").strip()
    names = [_name(child) for child in element]
    if len(set(names)) < len(names) or _name(element) in {"endpoints", "formats"}:
        return [_depth(child) for child in element]
    return dict(zip(names, map(_depth, element), strict=True))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
