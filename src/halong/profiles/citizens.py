"""Reading a profile's ``citizens.toml``: what citizens may report, who answers and until when; every fault named by table,
number and field.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from halong.citizens.actions.catalogue import Catalogue
from halong.profiles.description import ProfileError, read_toml

Row = dict[str, Any]
Kinds = dict[str, type | tuple[type, ...]]
DATED: Kinds = {"valid_from": date, "valid_to": date, "source": str, "verified": bool}
TABLES: dict[str, tuple[Kinds, Kinds]] = {  # needed and optional fields
    "category": (
        {"code": str, "name": dict, "group": dict, "sector": str},
        {"description": dict, "icon": str, "exposure": str, "answering": str, "numbers_matter": bool, "urgent": bool,
         "order": int, "keywords": list, "field": list, **DATED},
    ),
    "route": ({}, {"category": str, "place": str, "agency": str, "together": list, **DATED}),
    "deadline": (
        {"triage_hours": (int, float), "accept_hours": (int, float), "answer_hours": (int, float)},
        {"category": str, "place": str, "urgent": bool, "clock": str, **DATED},
    ),
    "terms": ({"hours": list, "consent": dict}, {"reopen_days": int, "contact_days": int, "text_days": int, **DATED}),
    "channel": (
        {"matter": str, "name": dict, "words": dict},
        {"place": str, "phone": str, "address": str, "url": str, "order": int, **DATED},
    ),
    "template": ({"title": str, "body": str}, {"category": str, "agency": str}),
}  # fmt: skip
OF_FIELD: tuple[Kinds, Kinds] = (
    {"code": str, "datatype": str, "question": dict},
    {"hint": dict, "required": bool, "variable": bool, "values": list},
)
CHOICES: dict[str, tuple[str, ...]] = {
    "exposure": ("street", "unit", "hidden"),
    "answering": ("realtime", "batch"),
    "clock": ("working", "calendar"),
    "matter": ("complaint", "denunciation", "emergency", "regulation"),
    "datatype": ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"),
}
BY_LANGUAGE = ("name", "group", "description", "words", "consent", "question", "hint")


@dataclass
class _Reader:
    name: str
    places: Collection[str]
    agencies: Collection[str]
    categories: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def check(self, at: str, row: Row, kinds: tuple[Kinds, Kinds]) -> None:
        """Note what is missing, unknown or of another kind, and names that nobody has."""
        needed, optional = kinds
        self.faults += [f"{at}: {key} is missing" for key in needed if key not in row]
        for key, value in row.items():
            kind = needed.get(key) or optional.get(key)
            if kind is None:
                self.faults.append(f"{at}: {key} is not known")
            elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                self.faults.append(f"{at}: {key} can't be {value!r}")
            elif key in CHOICES and value not in CHOICES[key]:
                self.faults.append(f"{at}: {key} must be one of {', '.join(CHOICES[key])}")
            elif key in BY_LANGUAGE and isinstance(value, dict) and not value.get("vi"):
                self.faults.append(f"{at}: {key} needs its Vietnamese words")
        for key, known in (("place", self.places), ("agency", self.agencies), ("category", self.categories)):
            if row.get(key) and row[key] not in known:
                self.faults.append(f"{at}: there is no {key} {row[key]!r}")


def read_citizens(
    folder: Path, name: str, places: Collection[str], agencies: Collection[str]
) -> tuple[Catalogue, list[str]]:
    """The rows of the file, and its faults."""
    try:
        found = read_toml(folder / name)
    except ProfileError as error:
        return Catalogue(), [error.detail]
    reader = _Reader(name, places, agencies, {str(row.get("code")) for row in found.get("category", [])})
    common = found.pop("illustrative", {})
    rows: dict[str, list[Row]] = {}
    for table, kinds in TABLES.items():
        rows[table] = []
        for number, row in enumerate(found.get(table, []), start=1):
            at = f"{name}: {table} {row.get('code') or number}"
            reader.check(at, row, kinds)
            fields: list[Row] = row.get("field", []) if isinstance(row.get("field"), list) else []
            for one in fields:
                reader.check(f"{at}: field {one.get('code', '')}", one, OF_FIELD)
            if table == "route":
                unknown = set(row.get("together", [])) - set(agencies)
                reader.faults += [f"{at}: there is no agency {code!r}" for code in sorted(unknown)]
            rows[table].append(row if table == "template" else common | row)
    reader.faults += [f"{name}: {table} is not known" for table in found if table not in TABLES]
    if reader.faults:
        return Catalogue(), reader.faults
    return Catalogue(
        categories=[_category(row) for row in rows["category"]],
        routes=rows["route"],
        deadlines=rows["deadline"],
        terms=[_flat(row) for row in rows["terms"]],
        channels=[_flat(row) for row in rows["channel"]],
        templates=rows["template"],
    ), []


def _flat(row: Row) -> Row:
    """``name = {vi, en}`` as ``name`` and ``name_en``."""
    flat: Row = {}
    for key, value in row.items():
        if key in BY_LANGUAGE:
            flat |= {key: value["vi"], f"{key}_en": value.get("en", "")}
        else:
            flat[key] = value
    return flat


def _category(row: Row) -> Row:
    fields = [_flat(one) | {"order": number} for number, one in enumerate(row.get("field", []), start=1)]
    return _flat({key: value for key, value in row.items() if key != "field"}) | {"fields": fields}
