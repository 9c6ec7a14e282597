"""The table of things: which columns it has, and a row of each as text."""

import json
from collections.abc import Iterable

from halong.context.documents import Document
from halong.context.models import Entity
from halong.context.queries import documents

NEEDED = ("id", "type", "name")
MORE = ("place", "agency", "lon", "lat", "public", "attributes")
READ_ONLY = ("sector", "simulated", "illustrative")  # exported; ignored when they come back
COLUMNS = (*NEEDED, *MORE, *READ_ONLY)
OWN_COLUMNS = {"id", "type", "scope", "@context", "name"}
CHUNK = 500


def entity_rows(entities: Iterable[Entity]) -> Iterable[list[object]]:
    """One row of ``COLUMNS`` a thing; the file can be imported again. Attributes are one JSON cell."""
    rows = list(entities)
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        for entity, document in zip(some, documents(some), strict=True):
            yield _row(entity, document)


def _row(entity: Entity, document: Document) -> list[object]:
    location = document.get("location")
    is_point = isinstance(location, dict) and location["value"]["type"] == "Point"
    left_out = OWN_COLUMNS | ({"location"} if is_point else set())
    rest = {name: value for name, value in document.items() if name not in left_out}
    return [
        entity.urn,
        entity.types[0],
        entity.name,
        entity.place.code if entity.place else "",
        entity.agency.code if entity.agency else "",
        entity.lon,
        entity.lat,
        str(entity.public).lower(),
        json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else "",
        entity.sector,
        str(entity.simulated).lower(),
        str(entity.illustrative).lower(),
    ]
