"""Reading the trees: on a day, as a map, and which unit a point lies in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import cos, hypot, radians
from typing import Any, Generic, TypeVar

import shapely
from django.db.models import Count, Max
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from halong.core.language import reader_language
from halong.core.live import heard
from halong.places.models import Agency, Place

B = TypeVar("B", Place, Agency)
T = TypeVar("T")

KM_PER_DEGREE = 111.2
FARTHEST_KM = 60.0  # a point farther than this from every unit is outside the province
FARTHEST_FROM_BOUNDARY_KM = 25.0  # the sea before a coast belongs, approximately, to the nearest unit
SIMPLIFY_DEGREES = 0.0012  # about 120 m: half a pixel where the province fills the screen
SMALLEST_DEGREES2 = 1e-5  # about 0.1 km²: islets under it don't show on a map of a province


@dataclass(frozen=True, slots=True)
class Node(Generic[T]):
    """A branch of a tree with its depth (0 for the root), in the order in which a page shows them."""

    branch: T
    depth: int


@dataclass(frozen=True, slots=True)
class Location:
    """The unit that a point lies in. ``approximate``: by a rough boundary, or by the nearest point of a
    unit; ``distance_km`` is 0 inside a boundary.
    """

    place: Place
    approximate: bool
    distance_km: float


def tree(branches: Iterable[B]) -> list[Node[B]]:
    """The branches, parents before children, siblings in the order of the alphabet. A branch whose parent
    isn't among them stands at the top.
    """
    rows = sorted(branches, key=lambda b: b.sort_key)
    ids = {b.pk for b in rows}
    below: dict[int | None, list[B]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in ids else None, []).append(row)
    nodes: list[Node[B]] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in below.get(parent, []):
            nodes.append(Node(row, depth))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return nodes


def reforms(model: type[Place] | type[Agency]) -> list[date]:
    """The days on which units, or agencies, began, the latest first: where a tree begins that differs."""
    return list(
        model._default_manager.values_list("valid_from", flat=True).distinct().order_by("-valid_from")
    )


def version() -> str:
    """Changes whenever a place changes; cheap: a process that hears of changes asks once after each."""
    now = heard("places")
    return _counted_version() if now is None else _version_after(now)


@lru_cache(maxsize=1)
def _version_after(_heard: tuple[int, ...]) -> str:
    return _counted_version()


def _counted_version() -> str:
    totals = Place.objects.aggregate(n=Count("pk"), at=Max("modified_at"))
    return f"{totals['n']}-{totals['at'].timestamp() if totals['at'] else 0}"


def feature_collection(on: date) -> dict[str, Any]:
    """The lowest units of a day as GeoJSON for maps: a simplified boundary where there is one, else the
    unit's point.

    ``properties``: id, code, name, label, approximate. Shared borders stay shared.
    """
    return _feature_collection(on, version(), reader_language())


def locate(lon: float, lat: float, on: date) -> Location | None:
    """The unit of a day that a point lies in; None far from all of them."""
    units, boundaries, index = _lookup(on, version())
    point = shapely.Point(lon, lat)
    for position in sorted(int(i) for i in index.query(point, predicate="intersects")):
        unit = units[position]
        return Location(unit, unit.boundary_approximate, 0.0)
    best: Location | None = None
    for unit, boundary in zip(units, boundaries, strict=True):
        distance = _distance_km(point, boundary, unit)
        limit = FARTHEST_KM if boundary is None else FARTHEST_FROM_BOUNDARY_KM
        if distance is not None and distance <= limit and (best is None or distance < best.distance_km):
            best = Location(unit, True, round(distance, 2))
    return best


def _lowest(on: date) -> list[Place]:
    """The units of a day that have nothing below them on that day."""
    units = list(Place.objects.on(on).order_by("sort_key"))
    parents = {unit.parent_id for unit in units}
    return [unit for unit in units if unit.pk not in parents]


@lru_cache(maxsize=8)
def _feature_collection(on: date, _version: str, _language: str) -> dict[str, Any]:
    units = _lowest(on)
    bounded = [unit for unit in units if unit.boundary]
    shapes = shapely.coverage_simplify([_without_islets(unit) for unit in bounded], SIMPLIFY_DEGREES)
    drawn = {unit.pk: geometry for unit, geometry in zip(bounded, shapes, strict=True)}
    features = [_feature(unit, drawn.get(unit.pk), on) for unit in units]
    return {"type": "FeatureCollection", "features": [feature for feature in features if feature]}


def _without_islets(unit: Place) -> BaseGeometry:
    """The boundary without the parts that are too small to see; the largest part always stays."""
    parts = sorted(shapely.get_parts(shape(unit.boundary or {})), key=lambda part: part.area, reverse=True)
    return shapely.MultiPolygon(
        [part for n, part in enumerate(parts) if n == 0 or part.area >= SMALLEST_DEGREES2]
    )


def _feature(unit: Place, drawn: BaseGeometry | None, on: date) -> dict[str, Any] | None:
    if drawn is not None:
        geometry = shapely.geometry.mapping(shapely.set_precision(drawn, 1e-4, mode="pointwise"))
    elif unit.lon is not None and unit.lat is not None:
        geometry = {"type": "Point", "coordinates": [unit.lon, unit.lat]}
    else:
        return None
    properties = {
        "id": unit.pk,
        "code": unit.code,
        "name": unit.name,
        "label": unit.qualified_name_on(on),
        "kind": unit.kind,
        "lon": unit.lon,
        "lat": unit.lat,
        "approximate": drawn is None or unit.boundary_approximate,
    }
    return {"type": "Feature", "id": unit.pk, "geometry": geometry, "properties": properties}


@lru_cache(maxsize=4)
def _lookup(on: date, _version: str) -> tuple[list[Place], list[BaseGeometry | None], shapely.STRtree]:
    units = _lowest(on)
    boundaries = [shape(unit.boundary) if unit.boundary else None for unit in units]
    return units, boundaries, shapely.STRtree([b if b is not None else shapely.Point() for b in boundaries])


def _distance_km(point: shapely.Point, boundary: BaseGeometry | None, unit: Place) -> float | None:
    if boundary is not None:
        near = shapely.get_coordinates(shapely.shortest_line(point, boundary))[1]
    elif unit.lon is not None and unit.lat is not None:
        near = (unit.lon, unit.lat)
    else:
        return None
    east = (near[0] - point.x) * cos(radians(point.y))
    return float(hypot(east, near[1] - point.y)) * KM_PER_DEGREE
