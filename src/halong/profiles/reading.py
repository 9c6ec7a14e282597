"""Reading a profile's folder into plain rows, with every fault named by its file and line."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from halong.citizens.actions.catalogue import Catalogue
from halong.core.errors import HalongError
from halong.core.sector import EntityType, find_type
from halong.core.tables import Row, read_csv
from halong.places.models import Place
from halong.profiles.citizens import read_citizens
from halong.profiles.description import ProfileError, read_description, read_toml
from halong.profiles.duty import read_duty
from halong.profiles.figures import Figures, read_figures
from halong.profiles.playbooks import read_playbooks

PLACE_COLUMNS = (
    "code",
    "name",
    "kind",
    "parent",
    "valid_from",
    "valid_to",
    "lon",
    "lat",
    "area_km2",
    "population",
)
AGENCY_COLUMNS = (
    "code",
    "name",
    "short_name",
    "kind",
    "parent",
    "place",
    "valid_from",
    "valid_to",
    "successors",
    "phone",
)
THING_COLUMNS = (
    "id",
    "type",
    "name",
    "place",
    "lon",
    "lat",
    "agency",
    "public",
    "illustrative",
    "interval_s",
    "properties",
)
THING_OPTIONAL = ("attributes", "illustrative_attributes", "source", "verified")
PROJECT_COLUMNS = ("code", "kind", "name", "year", "year_assumed", "sector", "budget_vnd", "source")
INDEX_COLUMNS = ("index", "part", "year", "value", "value_verified", "rank", "verified", "source")
ORIGIN = ("source", "verified")


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the profile.

    ``at`` is its file and line; ``attributes`` are plain values by name, ``invented`` those that are
    illustrative.
    """

    at: str
    id: str
    kind: EntityType
    name: str
    place: str
    lon: float
    lat: float
    agency: str
    public: bool
    illustrative: bool
    interval_s: int | None
    properties: tuple[str, ...]
    attributes: dict[str, Any]
    invented: dict[str, Any]
    source: str

    @property
    def urn(self) -> str:
        """The same at every loading."""
        return f"urn:ngsi-ld:{self.kind.name}:{self.id}"


@dataclass(slots=True)
class Profile:
    """A whole profile, checked: what it refers to exists in it."""

    folder: Path
    description: dict[str, Any]
    places: list[dict[str, Any]] = field(default_factory=list)
    succession: list[dict[str, Any]] = field(default_factory=list)
    agencies: list[dict[str, Any]] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    projects: list[dict[str, Any]] = field(default_factory=list)
    indices: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    catalogue: Catalogue = field(default_factory=Catalogue)
    playbooks: list[dict[str, Any]] = field(default_factory=list)
    boundaries: dict[str, Any] | None = None


class _Reader:
    """Collects rows and faults of one profile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def rows(
        self, name: str, columns: Collection[str], optional: Collection[str] = ORIGIN
    ) -> list[tuple[str, Row]]:
        """The rows of a CSV file, each with ``file:line``; none, and a fault, where it can't be read."""
        try:
            data = (self.folder / name).read_bytes()
            return [
                (f"{name}:{row.line}", row) for row in read_csv(data, required=columns, optional=optional)
            ]
        except OSError as error:
            self.faults.append(f"{name}: {error.strerror}")
        except HalongError as error:
            self.faults.append(f"{name}: {error.detail}")
        return []

    def cell(self, at: str, row: Row, column: str, parse: Callable[[str], Any], empty: Any = None) -> Any:
        """One cell as a value; a fault where it can't be read."""
        text = row[column]
        if not text:
            return empty
        try:
            return parse(text)
        except (ValueError, KeyError):
            self.faults.append(f"{at}: {column}: {text!r} can't be read")
            return empty

    def needed(self, at: str, row: Row, column: str, parse: Callable[[str], Any]) -> Any:
        """One cell as a value that must be there."""
        if not row[column]:
            self.faults.append(f"{at}: {column}: is missing")
        return self.cell(at, row, column, parse)

    def unique(self, at: str, seen: set[Any], key: Any) -> None:
        """Note a key; a fault where it stands twice."""
        if key in seen:
            self.faults.append(f"{at}: {key} stands twice")
        seen.add(key)


def read_profile(folder: Path) -> Profile:
    """Everything in a profile's folder. Raises ProfileError naming every fault by file and line."""
    reader = _Reader(folder)
    profile = Profile(folder, read_description(folder))
    files = profile.description["files"]
    for name in files.get("places", []):
        profile.places += _places(reader, name)
    if "succession" in files:
        profile.succession = [
            {"at": at, **row.cells}
            for at, row in reader.rows(files["succession"], ("former", "present", "note"))
        ]
    for name in files.get("agencies", []):
        profile.agencies += _agencies(reader, name)
    for name in files.get("things", []):
        profile.things += _things(reader, name)
    _add_figures(reader, profile, files)
    _check_references(reader, profile)
    if reader.faults:
        raise ProfileError("\n".join(reader.faults))
    return profile


def _add_figures(reader: _Reader, profile: Profile, files: dict[str, Any]) -> None:
    """What a profile may bring beside its places, agencies and things."""
    if "projects" in files:
        profile.projects = _projects(reader, files["projects"])
    if "indices" in files:
        profile.indices = _indices(reader, files["indices"])
    if (reader.folder / "rules.toml").exists():
        profile.rules = read_toml(reader.folder / "rules.toml").get("rule", [])
    if "indicators" in files:
        codes = {row["code"] for row in profile.agencies}
        profile.figures, faults = read_figures(reader.folder, files["indicators"], codes)
        reader.faults += faults
    if "citizens" in files:
        places = {profile.description["province"]["code"], *(row["code"] for row in profile.places)}
        codes = {row["code"] for row in profile.agencies}
        profile.catalogue, faults = read_citizens(reader.folder, files["citizens"], places, codes)
        reader.faults += faults
    if (reader.folder / "playbooks").is_dir():
        codes = {row["code"] for row in profile.agencies}
        profile.playbooks, faults = read_playbooks(reader.folder / "playbooks", codes)
        reader.faults += faults
    try:
        read_duty(reader.folder)
    except ProfileError as error:
        reader.faults.append(error.detail)
    if "boundaries" in files and (reader.folder / files["boundaries"]).exists():
        profile.boundaries = _boundaries(reader, files["boundaries"])


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _origin(reader: _Reader, at: str, row: Row) -> str:
    """Where a row's data come from, with a word where that was not verified."""
    verified = reader.cell(at, row, "verified", _boolean, True)
    return row["source"] if verified else f"{row['source']} (chưa kiểm chứng)".strip()


def _places(reader: _Reader, name: str) -> list[dict[str, Any]]:
    return [
        {
            "at": at,
            "code": row["code"],
            "name": row["name"],
            "kind": reader.needed(at, row, "kind", Place.Kind),
            "parent": row["parent"],
            "valid_from": reader.needed(at, row, "valid_from", date.fromisoformat),
            "valid_to": reader.cell(at, row, "valid_to", date.fromisoformat),
            "lon": reader.cell(at, row, "lon", float),
            "lat": reader.cell(at, row, "lat", float),
            "area_km2": reader.cell(at, row, "area_km2", float),
            "population": reader.cell(at, row, "population", int),
            "reference": _origin(reader, at, row)[:300],
        }
        for at, row in reader.rows(name, PLACE_COLUMNS)
    ]


def _agencies(reader: _Reader, name: str) -> list[dict[str, Any]]:
    return [
        {
            "at": at,
            **{key: row[key] for key in ("code", "name", "short_name", "kind", "parent", "place", "phone")},
            "valid_from": reader.needed(at, row, "valid_from", date.fromisoformat),
            "valid_to": reader.cell(at, row, "valid_to", date.fromisoformat),
            "successors": row["successors"].split(),
            "reference": _origin(reader, at, row)[:300],
        }
        for at, row in reader.rows(name, AGENCY_COLUMNS)
    ]


def _things(reader: _Reader, name: str) -> list[Thing]:
    things = []
    seen: set[str] = set()
    for at, row in reader.rows(name, THING_COLUMNS, THING_OPTIONAL):
        reader.unique(at, seen, row["id"])
        kind = find_type(row["type"])
        if kind is None:
            reader.faults.append(f"{at}: type: no sector knows {row['type']!r}")
            continue
        properties = tuple(row["properties"].split())
        for missing in (p for p in properties if (spec := kind.attribute(p)) is None or not spec.series):
            reader.faults.append(f"{at}: properties: {kind.name} doesn't measure {missing!r}")
        things.append(
            Thing(
                at=at,
                id=row["id"],
                kind=kind,
                name=row["name"],
                place=row["place"],
                lon=reader.needed(at, row, "lon", float) or 0.0,
                lat=reader.needed(at, row, "lat", float) or 0.0,
                agency=row["agency"],
                public=reader.cell(at, row, "public", _boolean, False) and not kind.private,
                illustrative=reader.cell(at, row, "illustrative", _boolean, False),
                interval_s=reader.cell(at, row, "interval_s", int),
                properties=properties,
                attributes=_pairs(reader, at, row, "attributes", kind),
                invented=_pairs(reader, at, row, "illustrative_attributes", kind),
                source=_origin(reader, at, row),
            )
        )
    return things


def _pairs(reader: _Reader, at: str, row: Row, column: str, kind: EntityType) -> dict[str, Any]:
    """``name=value; name=value`` of a cell, as the type declares the attributes."""
    found = {}
    for part in filter(None, (part.strip() for part in row[column].split(";"))):
        name, equals, text = part.partition("=")
        if not equals or kind.attribute(name.strip()) is None:
            reader.faults.append(f"{at}: {column}: {part!r} isn't name=value of {kind.name}")
        else:
            found[name.strip()] = _value(text.strip())
    return found


def _value(text: str) -> Any:
    """A number, true or false where the text is one, else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (int, float, bool)) else text


def _projects(reader: _Reader, name: str) -> list[dict[str, Any]]:
    return [
        {
            **{key: row[key] for key in ("code", "kind", "name", "sector", "source")},
            "year": reader.cell(at, row, "year", int),
            "year_assumed": reader.cell(at, row, "year_assumed", _boolean, False),
            "budget_vnd": reader.cell(at, row, "budget_vnd", int),
        }
        for at, row in reader.rows(name, PROJECT_COLUMNS, ())
    ]


def _indices(reader: _Reader, name: str) -> list[dict[str, Any]]:
    return [
        {
            **{key: row[key] for key in ("index", "part", "source")},
            "year": reader.cell(at, row, "year", int),
            "value": reader.cell(at, row, "value", float),
            "value_verified": reader.cell(at, row, "value_verified", _boolean, True),
            "rank": reader.cell(at, row, "rank", int),
            "verified": reader.cell(at, row, "verified", _boolean, False),
        }
        for at, row in reader.rows(name, INDEX_COLUMNS, ())
    ]


def _boundaries(reader: _Reader, name: str) -> dict[str, Any] | None:
    try:
        return dict(json.loads((reader.folder / name).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        reader.faults.append(f"{name}: {error}")
        return None


def _check_references(reader: _Reader, profile: Profile) -> None:
    """A code that is referred to must exist, and a point must lie within the bounds of the map."""
    places = {profile.description["province"]["code"]} | {row["code"] for row in profile.places}
    agencies = {row["code"] for row in profile.agencies}
    wanted = [(row["at"], "parent", row["parent"], places) for row in profile.places]
    for row in profile.succession:
        wanted += [(row["at"], key, row[key], places) for key in ("former", "present")]
    for row in profile.agencies:
        wanted += [(row["at"], "parent", row["parent"], agencies), (row["at"], "place", row["place"], places)]
        wanted += [(row["at"], "successors", code, agencies) for code in row["successors"]]
    for thing in profile.things:
        wanted += [(thing.at, "place", thing.place, places), (thing.at, "agency", thing.agency, agencies)]
    reader.faults += [
        f"{at}: {column}: nothing has the code {code!r}"
        for at, column, code, known in wanted
        if code and code not in known
    ]
    west, south, east, north = profile.description["map"]["bounds"]
    reader.faults += [
        f"{thing.at}: lon, lat: {thing.lon}, {thing.lat} lies outside the bounds of the map"
        for thing in profile.things
        if not (west <= thing.lon <= east and south <= thing.lat <= north)
    ]
