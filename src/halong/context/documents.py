"""What an attribute may look like: NGSI-LD instances in their normalized and concise forms, checked and
made canonical.

After ETSI GS CIM 009 v1.8.1: clause 4.5 (representations), 4.6 (names, supported values), 5.5.12
(merging). Pure functions; the canonical form is the normalized one without what the system adds
(createdAt, modifiedAt, deletedAt).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from halong.context.geometry import geometry_fault
from halong.core.errors import Invalid

Document = dict[str, Any]

NULL = "urn:ngsi-ld:null"  # what a patch writes for "take this away" (clause 4.5.0)
DEPTH = 8  # sub-attributes of sub-attributes; nobody means more

# The member that holds the value of each kind.
VALUE_MEMBER = {
    "Property": "value",
    "Relationship": "object",
    "GeoProperty": "value",
    "LanguageProperty": "languageMap",
    "JsonProperty": "json",
    "VocabProperty": "vocab",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
_KIND_OF_MEMBER = {
    member: kind for kind, member in VALUE_MEMBER.items() if kind not in {"Property", "GeoProperty"}
}
GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}

# Members that only the system writes; a client may send back what it read, so they are dropped.
SYSTEM_MEMBERS = {"createdAt", "modifiedAt", "deletedAt", "instanceId"} | {
    f"previous{name[0].upper()}{name[1:]}" for name in {*VALUE_MEMBER.values()}
}
RESERVED = {"id", "type", "@context", "scope", "@id", "@type", "@graph", "@value", "@vocab", "@language"}
_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,199}(:[A-Za-z_][\w.\-]*)?\Z", re.ASCII)
_LANGUAGE = re.compile(r"(@none|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)\Z")


@dataclass(frozen=True, slots=True)
class Instance:
    """One checked instance of an attribute: its name, dataset ("" is the default instance), kind,
    canonical document.
    """

    name: str
    dataset_id: str
    kind: str
    document: Document
    observed_at: datetime | None = None


class Faults(dict[str, str]):
    """What is wrong, by the path of the member: ``{"PM25.unitCode": "…"}``."""

    def raise_if_any(self) -> None:
        """Raise Invalid naming every fault."""
        if self:
            raise Invalid("; ".join(f"{path}: {text}" for path, text in self.items()), fields=dict(self))


def is_uri(text: object) -> bool:
    """Whether this is an absolute URI, as ids, datasets and relationships must be."""
    if (
        not isinstance(text, str)
        or len(text) > 300
        or re.search(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff<>\"{}|\\^`]", text)
    ):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.\-]*\Z", parts.scheme)) and bool(parts.netloc or parts.path)


def is_name(text: object) -> bool:
    """Whether this can name an attribute or a type: a short term, a prefixed one, or a URI (clause 4.6.2)."""
    return (
        isinstance(text, str)
        and len(text) <= 200
        and text not in RESERVED
        and (bool(_NAME.match(text)) or is_uri(text))
    )


def parse_datetime(text: object) -> datetime | None:
    """A DateTime of clause 4.6.3 (ISO 8601 with a zone) in UTC; None if it isn't one."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        time = datetime.fromisoformat(text.replace(",", "."))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def format_datetime(time: datetime) -> str:
    """A DateTime as documents write it: UTC with ``Z``, fractions only where there are some."""
    text = (
        time.astimezone(UTC)
        .replace(tzinfo=None)
        .isoformat(timespec="microseconds" if time.microsecond else "seconds")
    )
    return f"{text.rstrip('0') if '.' in text else text}Z"


def read_attributes(raw: Mapping[str, Any]) -> list[Instance]:
    """Every instance of ``{name: instance or list of instances}``, checked. Raises Invalid naming every
    fault.
    """
    faults = Faults()
    instances: list[Instance] = []
    for name, value in raw.items():
        if not is_name(name):
            faults[str(name)[:200]] = "not a name that an attribute may have"
            continue
        many = value if isinstance(value, list) and _is_instances(value) else [value]
        own = [
            _instance(name, one, faults, f"{name}[{i}]" if len(many) > 1 else name)
            for i, one in enumerate(many)
        ]
        if len({one.dataset_id for one in own}) < len(own):
            faults[name] = "two instances have the same datasetId"
        instances += own
    faults.raise_if_any()
    return instances


def read_document(raw: object, path: str = "") -> Document:
    """The canonical form of one instance. Raises Invalid."""
    faults = Faults()
    document = _document(raw, faults, path or "attribute", 0)
    faults.raise_if_any()
    return document


def merge(old: Document, fragment: Mapping[str, Any], path: str = "attribute") -> Document:
    """A partial update (clause 5.6.4): members of the fragment replace those of the old document,
    ``urn:ngsi-ld:null`` takes one away; the kind stays. The result is checked. Raises Invalid.
    """
    if "type" in fragment and fragment["type"] != old["type"]:
        raise Invalid(fields={f"{path}.type": f"is {old['type']} and can't become {fragment['type']}"})
    member = VALUE_MEMBER[old["type"]]
    if fragment.get(member) == NULL:
        raise Invalid(fields={f"{path}.{member}": "an attribute can't be left without a value: delete it"})
    merged = {key: value for key, value in old.items() if fragment.get(key) != NULL}
    merged |= {key: value for key, value in fragment.items() if value != NULL}
    return read_document(merged, path)


def _is_instances(values: list[Any]) -> bool:
    """Whether a list means several instances (and isn't the value of one in concise form)."""
    return bool(values) and all(isinstance(one, dict) and ("type" in one or _kind_of(one)) for one in values)


def _instance(name: str, raw: Any, faults: Faults, path: str) -> Instance:
    document = _document(raw, faults, path, 0)
    return Instance(
        name=name,
        dataset_id=document.get("datasetId", ""),
        kind=document["type"],
        document=document,
        observed_at=parse_datetime(document.get("observedAt")),
    )


def _kind_of(raw: Mapping[str, Any]) -> str | None:
    """The kind of an instance in concise form, told by the member that holds its value (clause 4.5.1)."""
    if "value" in raw:
        value = raw["value"]
        is_geometry = isinstance(value, dict) and value.get("type") in GEOMETRIES and "coordinates" in value
        return "GeoProperty" if is_geometry else "Property"
    return next((kind for member, kind in _KIND_OF_MEMBER.items() if member in raw), None)


def _document(raw: Any, faults: Faults, path: str, depth: int) -> Document:
    """Check one instance and return it in canonical form; what is wrong goes to ``faults``."""
    raw = _unfolded(raw)
    kind = raw.get("type") or _kind_of(raw)
    if depth > DEPTH:
        faults[path] = f"more than {DEPTH} levels of sub-attributes"
    elif kind not in VALUE_MEMBER:
        faults[f"{path}.type"] = f"must be one of {', '.join(VALUE_MEMBER)}"
    if kind not in VALUE_MEMBER or depth > DEPTH:
        return {"type": "Property", "value": ""}
    member = VALUE_MEMBER[kind]
    if fault := _VALUE_CHECKS[kind](raw[member]) if member in raw else f"a {kind} needs it":
        faults[f"{path}.{member}"] = fault
    document: Document = {"type": kind}
    for key, value in raw.items():
        if key == member:
            document[key] = _storable(value, faults, f"{path}.{key}")
        elif key in _METADATA:
            if fault := _METADATA[key](value, kind):
                faults[f"{path}.{key}"] = fault
            document[key] = _storable(value, faults, f"{path}.{key}")
        elif key not in {"type", *SYSTEM_MEMBERS}:
            document[key] = _sub_attribute(key, value, faults, path, depth)
    return document


def _unfolded(raw: Any) -> dict[str, Any]:
    """An instance that is only a value or a geometry (concise form) with its member around it."""
    if not isinstance(raw, dict) or not ("type" in raw or _kind_of(raw)):
        return {"value": raw}
    if raw.get("type") in GEOMETRIES and "coordinates" in raw:
        return {"value": raw}
    return raw


def _sub_attribute(key: str, value: Any, faults: Faults, path: str, depth: int) -> Any:
    if not is_name(key) or key in VALUE_MEMBER.values():
        faults[f"{path}.{key}"] = "doesn't belong to this kind of attribute"
        return value
    if isinstance(value, list) and _is_instances(value):
        return [_document(one, faults, f"{path}.{key}[{i}]", depth + 1) for i, one in enumerate(value)]
    return _document(value, faults, f"{path}.{key}", depth + 1)


# The values of each kind: None, or what is wrong.


def _property_fault(value: Any) -> str | None:
    if value is None:
        return "must not be null"
    return _json_fault(value)


def _json_fault(value: Any, depth: int = 0) -> str | None:
    if depth > 60:
        return "nested too deeply"
    if isinstance(value, float) and not math.isfinite(value):
        return "isn't a finite number"
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return "has a key that isn't a text"
        return next((f for v in value.values() if (f := _json_fault(v, depth + 1))), None)
    if isinstance(value, list):
        return next((f for v in value if (f := _json_fault(v, depth + 1))), None)
    return None if value is None or isinstance(value, (str, int, float, bool)) else "isn't JSON"


def _relationship_fault(value: Any) -> str | None:
    targets = value if isinstance(value, list) else [value]
    if not targets or not all(is_uri(target) for target in targets):
        return "must be a URI, or a list of them"
    return None


def _language_fault(value: Any) -> str | None:
    if not isinstance(value, dict) or not value:
        return "must map language tags to texts"
    for tag, text in value.items():
        if not isinstance(tag, str) or not _LANGUAGE.match(tag):
            return f"{tag!r} isn't a language tag (BCP 47)"
        if not isinstance(text, str) and not (
            isinstance(text, list) and text and all(isinstance(t, str) for t in text)
        ):
            return f"the text of {tag!r} must be a text or a list of texts"
    return None


def _vocab_fault(value: Any) -> str | None:
    words = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str) and word for word in words):
        return "must be a term or URI, or a list of them"
    return None


def _list_fault(value: Any) -> str | None:
    return _json_fault(value) if isinstance(value, list) else "must be a list"


def _object_list_fault(value: Any) -> str | None:
    if not isinstance(value, list):
        return "must be a list"
    targets = [one.get("object") if isinstance(one, dict) else one for one in value]
    return None if all(is_uri(target) for target in targets) else 'must list URIs, each as {"object": URI}'


_VALUE_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "Property": _property_fault,
    "Relationship": _relationship_fault,
    "GeoProperty": geometry_fault,
    "LanguageProperty": _language_fault,
    "JsonProperty": _json_fault,
    "VocabProperty": _vocab_fault,
    "ListProperty": _list_fault,
    "ListRelationship": _object_list_fault,
}


def _observed_fault(value: Any, kind: str) -> str | None:
    return None if parse_datetime(value) else "must be a DateTime with a zone: 2026-11-23T14:05:00Z"


def _dataset_fault(value: Any, kind: str) -> str | None:
    return None if is_uri(value) else "must be a URI"


def _unit_fault(value: Any, kind: str) -> str | None:
    if kind not in {"Property", "ListProperty"}:
        return f"a {kind} has no unit"
    return None if isinstance(value, str) and 0 < len(value) <= 10 else "must be a UN/CEFACT code"


def _object_type_fault(value: Any, kind: str) -> str | None:
    if kind not in {"Relationship", "ListRelationship"}:
        return f"a {kind} has no object"
    names = value if isinstance(value, list) else [value]
    return None if names and all(is_name(name) for name in names) else "must name types"


def _value_type_fault(value: Any, kind: str) -> str | None:
    return None if isinstance(value, str) and value else "must be a text"


_METADATA: dict[str, Callable[[Any, str], str | None]] = {
    "observedAt": _observed_fault,
    "datasetId": _dataset_fault,
    "unitCode": _unit_fault,
    "objectType": _object_type_fault,
    "valueType": _value_type_fault,
}


def _storable(value: Any, faults: Faults, path: str) -> Any:
    """PostgreSQL's JSON can't hold U+0000 nor lone surrogates: say so instead of failing at the database."""
    for text in _texts(value):
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            faults[path] = "holds a character that can't be stored (U+0000 or half a pair)"
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []
