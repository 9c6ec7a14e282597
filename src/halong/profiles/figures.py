"""Reading a profile's ``indicators.toml``: what is measured and who sends which tables, with every fault named by
file, line and field.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from halong.core import registry
from halong.core.sector import find_type
from halong.profiles.description import ProfileError, read_toml

GRAINS = ("hour", "day", "month", "quarter", "year")
CHOICES: dict[str, tuple[object, ...]] = {
    "level": (1, 2, 3),
    "direction": ("up", "down", "none"),
    "kind": ("series", "records", "formula", "table"),
    "grain": GRAINS,
    "over_time": ("sum", "mean", "last", "max", "min"),
}
NEEDED: dict[str, type | tuple[type, ...]] = {
    "key": str, "sector": str, "name": dict, "meaning": dict, "owner": str, "level": int, "unit": str,
    "decimals": int, "direction": str, "kind": str, "grain": str, "over_time": str, "freshness_s": int,
    "valid_from": date, "spec": dict,
}  # fmt: skip
OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "scope_words": dict, "order": int, "shows_denominator": bool, "plausible": list, "bands": list,
    "target": dict, "source": str, "verified": bool,
}  # fmt: skip
OF_COLLECTION: dict[str, type | tuple[type, ...]] = {
    "key": str, "title": dict, "indicators": list, "agencies": list, "grain": str, "due_days": int,
    "approver": str,
}  # fmt: skip
TIMES = ("mean", "max", "min", "sum", "last", "count")
ACROSS = ("mean", "sum", "max", "min", "share", "count", "ratio", "alive")
OPERATORS = ("<=", "<", ">=", ">", "==")
STATES = ("attention", "high", "critical")
FIRST_LEVEL = 12  # what the panorama has room for
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
Row = dict[str, Any]


@dataclass
class Figures:
    """The indicators and collections of a profile, as the tables of its file."""

    indicators: list[Row] = field(default_factory=list)
    collections: list[Row] = field(default_factory=list)


def read_figures(folder: Path, name: str, agencies: Collection[str]) -> tuple[Figures, list[str]]:
    """The file's tables, and its faults. ``agencies`` are the codes that it may name."""
    try:
        found = read_toml(folder / name)
    except ProfileError as error:
        return Figures(), [error.detail]
    figures = Figures(found.get("indicator", []), found.get("collection", []))
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    checked = _Check(name, lines, figures, set(agencies))
    return figures, list(checked.faults())


class _Check:
    """What is wrong in one file."""

    def __init__(self, name: str, lines: list[str], figures: Figures, agencies: set[str]) -> None:
        self.name = name
        self.lines = lines
        self.figures = figures
        self.agencies = agencies
        self.kinds = {row.get("key"): row.get("kind") for row in figures.indicators}
        self.grains = {row.get("key"): row.get("grain") for row in figures.indicators}

    def faults(self) -> Iterator[str]:
        """Every fault in the order of the file."""
        for table, rows, check in (
            ("indicator", self.figures.indicators, self._indicator),
            ("collection", self.figures.collections, self._collection),
        ):
            starts = [n for n, line in enumerate(self.lines, 1) if line.strip() == f"[[{table}]]"]
            seen: set[object] = set()
            for start, row in zip(starts, rows, strict=True):
                key = row.get("key")
                for text in check(row):
                    yield f"{self.name}:{start}: {key or table}: {text}"
                if key in seen:
                    yield f"{self.name}:{start}: {key} stands twice"
                seen.add(key)
        if (first := sum(row.get("level") == 1 for row in self.figures.indicators)) > FIRST_LEVEL:
            yield f"{self.name}: level: {first} indicators of level 1, the panorama has room for {FIRST_LEVEL}"

    def _indicator(self, row: Row) -> Iterator[str]:
        yield from _shape(row, NEEDED, OPTIONAL)
        for name, allowed in CHOICES.items():
            if name in row and row[name] not in allowed:
                yield f"{name}: {row[name]!r} is none of {', '.join(map(str, allowed))}"
        if not KEY.fullmatch(str(row.get("key", ""))):
            yield "key: two or more words of a-z, 0-9 and _ with a dot between them"
        if row.get("sector") and row["sector"] not in registry.sectors:
            yield f"sector: there is no {row['sector']!r}"
        if row.get("owner") and row["owner"] not in self.agencies:
            yield f"owner: nothing has the code {row['owner']!r}"
        yield from _texts(row, ("name", "meaning", "scope_words"))
        yield from _bands(row)
        spec = row.get("spec")
        if isinstance(spec, dict):
            yield from (f"spec.{text}" for text in self._spec(str(row.get("kind")), spec))

    def _spec(self, kind: str, spec: Row) -> Iterator[str]:
        if kind == "series":
            yield from _series(spec)
        elif kind == "records" and not spec.get("measure"):
            yield "measure: is missing"
        elif kind == "formula":
            wanted = [
                word for word in re.findall(r"[a-z_][\w.]*", str(spec.get("expression", ""))) if "." in word
            ]
            if not wanted:
                yield "expression: names no indicator"
            yield from (
                f"expression: there is no indicator {key!r}" for key in wanted if key not in self.kinds
            )

    def _collection(self, row: Row) -> Iterator[str]:
        yield from _shape(row, OF_COLLECTION, {})
        yield from _texts(row, ("title",))
        if row.get("grain") not in GRAINS[1:]:
            yield f"grain: {row.get('grain')!r} is none of {', '.join(GRAINS[1:])}"
        for key in row.get("indicators", []):
            if self.kinds.get(key) != "table":
                yield f"indicators: there is no indicator {key!r} of kind table"
            elif self.grains[key] != row.get("grain"):
                yield f"indicators: {key} is by {self.grains[key]}, not by {row.get('grain')}"
        for code in (*row.get("agencies", []), row.get("approver", "")):
            if code and code not in self.agencies:
                yield f"agencies: nothing has the code {code!r}"


def _shape(
    row: Row, needed: dict[str, type | tuple[type, ...]], optional: dict[str, type | tuple[type, ...]]
) -> Iterator[str]:
    for name, kind in needed.items():
        if name not in row:
            yield f"{name}: is missing"
        elif not isinstance(row[name], kind):
            yield f"{name}: {row[name]!r} can't be read"
    for name, kind in optional.items():
        if name in row and not isinstance(row[name], kind):
            yield f"{name}: {row[name]!r} can't be read"
    for name in row:
        if name not in needed and name not in optional:
            yield f"{name}: there is no such field"


def _texts(row: Row, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        text = row.get(name)
        if isinstance(text, dict) and not text.get("vi"):
            yield f"{name}: vi is missing"


def _bands(row: Row) -> Iterator[str]:
    for band in row.get("bands", []):
        if not isinstance(band, dict) or band.get("state") not in STATES:
            yield f"bands: state: one of {', '.join(STATES)}"
        elif ("below" in band) == ("above" in band):
            yield "bands: either below or above"
    plausible = row.get("plausible")
    if isinstance(plausible, list) and (len(plausible) != 2 or plausible[0] >= plausible[1]):
        yield "plausible: the lowest and the highest value"


def _series(spec: Row) -> Iterator[str]:
    kinds = [(name, find_type(name)) for name in spec.get("types", [])]
    if not kinds:
        yield "types: is missing"
    yield from (f"types: no sector knows {name!r}" for name, kind in kinds if kind is None)
    for name, allowed in (("time", TIMES), ("across", ACROSS)):
        if spec.get(name) not in allowed:
            yield f"{name}: {spec.get(name)!r} is none of {', '.join(allowed)}"
    if (spec.get("across") in ("share", "count")) != ("where" in spec):
        yield "where: belongs to share and count"
    if "where" in spec and spec["where"].get("op") not in OPERATORS:
        yield f"where: op: one of {' '.join(OPERATORS)}"
    wanted = ["num_property"] if spec.get("across") == "ratio" else ["property"]
    wanted += ["den_property"] if spec.get("across") == "ratio" and "den_attribute" not in spec else []
    wanted += [
        name for name in ("property", "den_property", "den_attribute") if name in spec and name not in wanted
    ]
    for name in wanted:
        if name not in spec:
            yield f"{name}: is missing"
            continue
        for kind in (kind for _name, kind in kinds if kind is not None):
            known = kind.attribute(spec[name])
            if known is None or known.series == (name == "den_attribute"):
                yield f"{name}: {kind.name} has no {spec[name]!r} of this sort"
