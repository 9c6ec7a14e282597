"""From JSON, or a bare number, to readings, as a source's settings say: which member is the value, the time, the thing.

Shared by the connectors whose partners choose their own format (MQTT, HTTP pull).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

import msgspec

from halong.connectors.values import LOCAL, parse_number, parse_time
from halong.core.sector import find_attribute, find_symbol, find_type
from halong.core.units import UnknownUnitError, unit_code
from halong.ingest.batch import Batch, Observation, Reason, Rejected, Thing
from halong.ingest.connector import Known, station_key

_PART = re.compile(r"\{([A-Za-z_]\w*)\}")
_MISSING = object()
_SECONDS_END = 1e11  # a number above is milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Rule:
    """Where in an item each thing stands: a JSON pointer ("/data/v"), else a text of its own.

    ``entity`` and ``property`` may be templates: "{station}" is the part of the topic or the member of that name.
    ``fields`` are (pointer, property, unit) of objects that carry several values at once. ``type``: things that aren't
    known are opened as of this type; empty: their readings are set aside.
    """

    items: str = ""
    entity: str = ""
    property: str = ""
    value: str = "/value"
    time: str = "/time"
    unit: str = "/unit"
    quality: str = "/quality"
    fields: tuple[tuple[str, str, str], ...] = ()
    type: str = ""
    zone: tzinfo = LOCAL


@dataclass(slots=True)
class _Reader:
    rule: Rule
    parts: Mapping[str, str]
    arrived: datetime
    known: Mapping[str, Known]
    origin: str
    batch: Batch = field(default_factory=Batch)


class _Bad(Exception):
    def __init__(self, reason: Reason, piece: object) -> None:
        super().__init__(str(piece))
        self.reason = reason


def parse_fields(text: str) -> tuple[tuple[str, str, str], ...]:
    """Lines "pointer = property [unit]" of a setting. Raises ValueError with the line that is none."""
    found = []
    for line in text.splitlines():
        if line.strip():
            pointer, equals, rest = (part.strip() for part in line.partition("="))
            name, _space, unit = rest.partition(" ")
            if not equals or not pointer or not name:
                raise ValueError(line)
            found.append((pointer if pointer.startswith("/") else f"/{pointer}", name, unit.strip()))
    return tuple(found)


def decode_json(
    payload: bytes,
    origin: str,
    rule: Rule,
    known: Mapping[str, Known],
    *,
    parts: Mapping[str, str] | None = None,
    arrived: datetime | None = None,
) -> Batch:
    """The readings of a message or document. ``parts`` are the named parts of its topic; ``arrived`` is the time of
    values that carry none.
    """
    reader = _Reader(rule, parts or {}, arrived or datetime.now(UTC), known, origin)
    try:
        document = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        document = payload.decode("utf-8", "replace").strip()
    found = pick(document, rule.items) if rule.items else document
    if found is _MISSING:
        reader.batch.rejected.append(Rejected(Reason.MALFORMED, rule.items, origin, payload))
        return reader.batch
    items = found if isinstance(found, list) else [found]
    for index, item in enumerate(items):
        _read_item(reader, item, payload if len(items) == 1 else None, index)
    return reader.batch


@lru_cache(maxsize=1024)
def _tokens(pointer: str) -> tuple[str, ...]:
    return tuple(
        token.replace("~1", "/").replace("~0", "~") for token in pointer.removeprefix("/").split("/")
    )


def pick(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to, or a mark that there is nothing."""
    if pointer == "/":
        return document
    for key in _tokens(pointer):
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return _MISSING
    return document


def _read_item(reader: _Reader, item: Any, payload: bytes | None, index: int) -> None:
    """``payload``: the item's own bytes, where the message is nothing but the item."""
    try:
        for value, name, unit in _values(reader, item):
            _read_value(reader, item, value, name, unit)
    except _Bad as bad:
        raw = msgspec.json.encode(item) if payload is None else payload
        origin = reader.origin if payload is not None else f"{reader.origin}:{index + 1}"
        reader.batch.rejected.append(Rejected(bad.reason, str(bad)[:300], origin, raw))


def _values(reader: _Reader, item: Any) -> Iterator[tuple[Any, str, Any]]:
    """The values of an item, each with its property and unit."""
    rule = reader.rule
    if rule.fields and isinstance(item, dict):
        there = [(pick(item, pointer), name, unit) for pointer, name, unit in rule.fields]
        some = [row for row in there if row[0] is not _MISSING and row[0] is not None]
        if not some:
            raise _Bad(Reason.MALFORMED, ", ".join(pointer for pointer, _name, _unit in rule.fields))
        yield from some
        return
    value = pick(item, rule.value) if isinstance(item, dict) else item
    if value is _MISSING:
        raise _Bad(Reason.MALFORMED, rule.value)
    yield value, _named(reader, item, rule.property, "property"), _member(item, rule.unit)


def _read_value(reader: _Reader, item: Any, value: Any, name: str, unit: Any) -> None:
    urn, types = _thing(reader, _named(reader, item, reader.rule.entity, "entity"))
    number, time = _number(value), _time(reader, _member(item, reader.rule.time))
    known_property = _property(name, types)
    code = _unit(unit)
    reading = Observation(
        urn, known_property, time, number, code, _quality(_member(item, reader.rule.quality))
    )
    reader.batch.observations.append(reading)
    if reader.rule.type and ((there := reader.known.get(_key(urn))) is None or there.urn != urn):
        spec = find_attribute(types, known_property)
        pair = (known_property, spec.unit if spec else code or "")
        reader.batch.things.append(Thing(urn, types, urn.rpartition(":")[2], (pair,)))


def _named(reader: _Reader, item: Any, rule: str, member: str) -> str:
    """The name of the thing or the property: from the rule, else the topic's part or the item's member of that name."""
    found: Any
    if rule.startswith("/"):
        found = pick(item, rule)
    elif rule:
        found = _filled(reader, item, rule)
    else:
        found = _part(reader, item, member)
        if found is _MISSING and member == "entity":
            found = _part(reader, item, "station")
    if found is _MISSING or not isinstance(found, str | int) or not str(found).strip():
        raise _Bad(Reason.UNKNOWN_ENTITY if member == "entity" else Reason.UNKNOWN_PROPERTY, rule or member)
    return str(found).strip()


def _filled(reader: _Reader, item: Any, template: str) -> Any:
    """A template with its parts put in; nothing if one of them is missing."""
    there = {name: _part(reader, item, name) for name in _PART.findall(template)}
    if _MISSING in there.values():
        return _MISSING
    return _PART.sub(lambda match: str(there[match.group(1)]), template)


def _part(reader: _Reader, item: Any, name: str) -> Any:
    found: Any = reader.parts.get(name)
    if found is None:
        found = item.get(name, _MISSING) if isinstance(item, dict) else _MISSING
    return found


def _thing(reader: _Reader, name: str) -> tuple[str, tuple[str, ...]]:
    """The URN and types of a thing that is named by its URN or by the last part of it."""
    there = reader.known.get(_key(name))
    if there is not None and (there.urn == name or not name.startswith("urn:")):
        return there.urn, there.types
    types = _types(reader.rule.type)
    if name.startswith("urn:"):
        return name, types
    return f"urn:ngsi-ld:{reader.rule.type or 'Thing'}:{name}", types


@lru_cache(maxsize=256)
def _types(name: str) -> tuple[str, ...]:
    """All types of things of a kind."""
    kind = find_type(name) if name else None
    return kind.all_types if kind else ()


@lru_cache(maxsize=8192)
def _key(name: str) -> str:
    return station_key(name.rpartition(":")[2])


@lru_cache(maxsize=8192)
def _property(name: str, types: tuple[str, ...]) -> str:
    """The NGSI-LD name of a property that is given by it or by a symbol ("PM2.5")."""
    if find_attribute(types, name) is not None:
        return name
    spec = find_symbol(name, types)
    return spec.name if spec else name


def _member(item: Any, rule: str) -> Any:
    """What a rule says about an item: a member, or the rule's own text; None where there is none."""
    if not rule.startswith("/"):
        return rule or None
    found = pick(item, rule) if isinstance(item, dict) else _MISSING
    return None if found is _MISSING else found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _Bad(Reason.BAD_VALUE, value)
    try:
        return float(value) if isinstance(value, int | float) else parse_number(value)
    except (ValueError, OverflowError):
        raise _Bad(Reason.BAD_VALUE, value) from None


def _time(reader: _Reader, value: Any) -> datetime:
    if value is None:
        return reader.arrived
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and len(str(int(value))) != 14:
            return datetime.fromtimestamp(value / 1000 if value > _SECONDS_END else value, UTC)
        return parse_time(str(value), reader.rule.zone)
    except (ValueError, OverflowError, OSError):
        raise _Bad(Reason.BAD_TIME, value) from None


def _unit(value: Any) -> str | None:
    if value is None or value == "":
        return None
    code = _code(str(value))
    if code is None:
        raise _Bad(Reason.UNKNOWN_UNIT, value)
    return code


@lru_cache(maxsize=1024)
def _code(text: str) -> str | None:
    try:
        return unit_code(text)
    except UnknownUnitError:
        return None


def _quality(value: Any) -> int:
    if value is None:
        return 0
    if str(value).strip() not in {"0", "1", "2", "00", "01", "02"}:
        raise _Bad(Reason.BAD_QUALITY, value)
    return int(value)
