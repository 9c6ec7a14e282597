"""Geometries of GeoJSON (RFC 7946) as a GeoProperty may hold them: everything but a GeometryCollection."""

import math
from typing import Any

import shapely
from shapely.geometry import shape

# How deep the coordinates lie in lists, and how many positions the innermost list needs.
_SHAPES = {
    "Point": (0, 1),
    "MultiPoint": (1, 0),
    "LineString": (1, 2),
    "MultiLineString": (2, 2),
    "Polygon": (2, 4),
    "MultiPolygon": (3, 4),
}


def geometry_fault(value: Any) -> str | None:
    """None, or what is wrong with a GeoJSON geometry: type, positions in degrees, lengths, closed rings."""
    if not isinstance(value, dict):
        return "must be a GeoJSON geometry"
    kind = value.get("type")
    if kind not in _SHAPES:
        return f"the type of a geometry must be one of {', '.join(_SHAPES)}"
    depth, least = _SHAPES[kind]
    fault = _coordinates_fault(value.get("coordinates"), depth, least)
    return fault or (_rings_fault(value["coordinates"], depth) if kind.endswith("Polygon") else None)


def point_of(value: dict[str, Any]) -> tuple[float, float]:
    """Where to draw a valid geometry as one point (lon, lat): itself, or a point inside it."""
    if value["type"] == "Point":
        return float(value["coordinates"][0]), float(value["coordinates"][1])
    inside = shape(value).representative_point()
    if inside.is_empty:
        inside = shapely.Point(0, 0)
    return float(inside.x), float(inside.y)


def _coordinates_fault(value: Any, depth: int, least: int) -> str | None:
    if depth == 0:
        return _position_fault(value)
    if not isinstance(value, list):
        return "coordinates must be lists of positions"
    if depth == 1 and len(value) < least:
        return f"needs {least} positions at least, has {len(value)}"
    if not value:
        return "has no coordinates"
    return next((fault for part in value if (fault := _coordinates_fault(part, depth - 1, least))), None)


def _position_fault(value: Any) -> str | None:
    if not isinstance(value, list) or not 2 <= len(value) <= 3:
        return "a position is [longitude, latitude], perhaps with a height"
    if not all(_is_number(x) for x in value):
        return "a position consists of numbers"
    if not -180 <= value[0] <= 180:
        return f"the longitude {value[0]} isn't between -180 and 180"
    if not -90 <= value[1] <= 90:
        return f"the latitude {value[1]} isn't between -90 and 90"
    return None


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _rings_fault(coordinates: Any, depth: int) -> str | None:
    polygons = coordinates if depth == 3 else [coordinates]
    for polygon in polygons:
        for ring in polygon:
            if ring[0] != ring[-1]:
                return "a ring must end where it begins"
    return None
