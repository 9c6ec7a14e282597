"""A table of things, taken in all or not at all."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.context import sheets
from halong.context.actions.attributes import merge_attributes
from halong.context.actions.entities import KEEP, create_entity, edit_entity
from halong.context.documents import is_uri
from halong.context.models import Entity
from halong.context.queries import documents
from halong.core.errors import HalongError, Invalid
from halong.core.permissions import Actor
from halong.core.sector import EntityType, find_type, sector_of
from halong.core.tables import Fault, Preview, Row, read_csv
from halong.places.models import Agency, Place

B = TypeVar("B", Place, Agency)
TRUTH = {"true": True, "1": True, "x": True, "có": True, "false": False, "0": False, "không": False}


@dataclass(frozen=True, slots=True)
class _Line:
    """What one row says; a value is KEEP where the table has no such column."""

    urn: str
    kind: EntityType
    name: str
    place: Any
    agency: Any
    position: Any
    public: Any
    attributes: dict[str, Any]


def import_entities(data: bytes, *, by: Actor, dry_run: bool) -> Preview:
    """Add and change things by a CSV table (``sheets.COLUMNS``), known by their id: a URN, or what stands
    at the end of it.

    With ``dry_run``, or with any fault, nothing is written; the preview tells what would be, and every
    fault by its line.
    """
    rows = read_csv(data, required=sheets.NEEDED, optional=(*sheets.MORE, *sheets.READ_ONLY))
    preview = Preview()
    seen: set[str] = set()
    with transaction.atomic():
        places, agencies = _by_code(Place), _by_code(Agency)
        for row in rows:
            try:
                with transaction.atomic():
                    line = _read(row, places, agencies)
                    _refuse_twice(line.urn, seen)
                    _take(line, by, preview)
            except HalongError as error:
                faults = error.fields or {"": error.detail}
                preview.faults += [Fault(row.line, column, text) for column, text in faults.items()]
        if dry_run or preview.faults:
            transaction.set_rollback(True)
    return preview


def _read(row: Row, places: Mapping[str, Place], agencies: Mapping[str, Agency]) -> _Line:
    kind = find_type(row["type"])
    if kind is None:
        raise Invalid(fields={"type": _("no sector knows the type %(type)s") % {"type": f"“{row['type']}”"}})
    for column in ("id", "name"):
        if not row[column]:
            raise Invalid(fields={column: _("is missing")})
    return _Line(
        urn=row["id"] if is_uri(row["id"]) else f"urn:ngsi-ld:{kind.name}:{row['id']}",
        kind=kind,
        name=row["name"],
        place=_find(row, "place", places),
        agency=_find(row, "agency", agencies),
        position=_position(row),
        public=_cell(row, "public", lambda text: TRUTH[text.lower()], empty=False),
        attributes=_cell(row, "attributes", _attributes, empty={}) if "attributes" in row.cells else {},
    )


def _take(line: _Line, by: Actor, preview: Preview) -> None:
    label = f"{line.name} · {line.urn}"
    entity = Entity.objects.living().filter(urn=line.urn).select_related("place", "agency").first()
    if entity is None:
        _create(line, by)
        preview.created.append(label)
        return
    before = documents([entity])[0], entity.place_id, entity.agency_id, entity.public, entity.types
    here = (entity.lon, entity.lat) if entity.lon is not None and entity.lat is not None else None
    entity = edit_entity(
        entity,
        by=by,
        name=line.name,
        types=entity.types if line.kind.name in entity.types else line.kind.all_types,
        place=entity.place if line.place is KEEP else line.place,
        agency=entity.agency if line.agency is KEEP else line.agency,
        position=here if line.position is KEEP else line.position,
        public=entity.public if line.public is KEEP else line.public,
    )
    present = before[0]
    changed = {name: value for name, value in line.attributes.items() if present.get(name) != value}
    if changed:
        merge_attributes(entity, changed, by=by)
    after = documents([entity])[0], entity.place_id, entity.agency_id, entity.public, entity.types
    (preview.unchanged if before == after else preview.changed).append(label)


def _create(line: _Line, by: Actor) -> None:
    attributes: dict[str, Any] = {**line.attributes, "name": {"type": "Property", "value": line.name}}
    if line.position not in (None, KEEP):
        point = {"type": "Point", "coordinates": list(line.position)}
        attributes["location"] = {"type": "GeoProperty", "value": point}
    sector = sector_of(line.kind.name)
    create_entity(
        line.urn,
        line.kind.all_types,
        by=by,
        attributes=attributes,
        place=None if line.place is KEEP else line.place,
        agency=None if line.agency is KEEP else line.agency,
        sector=sector.key if sector else "",
        public=line.public is True,
    )


def _refuse_twice(urn: str, seen: set[str]) -> None:
    if urn in seen:
        raise Invalid(fields={"id": _("stands twice in the table")})
    seen.add(urn)


def _position(row: Row) -> Any:
    if "lon" not in row.cells or "lat" not in row.cells:
        return KEEP
    lon, lat = (_cell(row, column, lambda text: float(text.replace(",", "."))) for column in ("lon", "lat"))
    if (lon is None) != (lat is None):
        raise Invalid(fields={"lon": _("Give both coordinates, or none.")})
    return None if lon is None else (lon, lat)


def _attributes(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise Invalid(fields={"attributes": _("must be a JSON object")})
    return found


def _cell(row: Row, column: str, parse: Callable[[str], Any], empty: Any = None) -> Any:
    if column not in row.cells:
        return KEEP
    try:
        return parse(row[column]) if row[column] else empty
    except (ValueError, KeyError):
        raise Invalid(
            fields={column: _("%(text)s can't be read") % {"text": f"“{row[column][:80]}”"}}
        ) from None


def _find(row: Row, column: str, known: Mapping[str, B]) -> Any:
    if column not in row.cells or not row[column]:
        return None if column in row.cells else KEEP
    if row[column] not in known:
        raise Invalid(fields={column: _("nothing has the code %(code)s") % {"code": f"“{row[column]}”"}})
    return known[row[column]]


def _by_code(model: type[B]) -> dict[str, B]:
    """By code the one of today, else the latest."""
    today = timezone.localdate()
    rows = list(model._default_manager.all())
    return {b.code: b for b in sorted(rows, key=lambda b: (b.valid_on(today), b.valid_from))}
