"""Reading a GeoJSON file of boundaries and finding whose each one is."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape
from shapely.validation import explain_validity

from halong.core.errors import Malformed
from halong.core.text import fold
from halong.places.models import Place
from halong.places.names import match_keys

CODE_KEYS = ("code", "ma", "maxa", "gso_code", "id")
NAME_KEYS = ("full_name", "name", "ten", "tenxa", "ten_xa")


@dataclass(slots=True)
class Boundaries:
    """What a file holds: geometries by the id of their place, the names of those that were repaired,
    those that nobody could be found for, and those whose geometry can't be used with the reason.
    """

    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)  # units of that day for which the file has nothing


def read_boundaries(data: bytes, *, on: date) -> Boundaries:
    """Match the features of a GeoJSON FeatureCollection with the lowest units of a day: by code, else by
    name.

    An invalid polygon (crossing itself) is repaired where that leaves an area. Raises Malformed.
    """
    try:
        features = json.loads(data)["features"]
        described = [(feature["properties"] or {}, feature["geometry"]) for feature in features]
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(_("The file isn't a GeoJSON FeatureCollection.")) from error
    units = list(Place.objects.on(on).defer("boundary"))
    codes = {unit.code: unit for unit in units}
    result = Boundaries()
    for properties, geometry in described:
        label = _first(properties, NAME_KEYS) or _first(properties, CODE_KEYS) or "?"
        unit = codes.get(_first(properties, CODE_KEYS)) or _by_name(units, label)
        if unit is None:
            result.unknown.append(label)
        else:
            _take(result, unit, geometry)
    parents = {unit.parent_id for unit in units}
    result.without = [u.name for u in units if u.pk not in parents and u.pk not in result.found]
    return result


def _take(result: Boundaries, unit: Place, geometry: Any) -> None:
    try:
        area = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        result.unusable.append(f"{unit.name}: " + _("not a GeoJSON geometry"))
        return
    if not shapely.is_valid(area):
        reason = explain_validity(area)
        area = _polygons(shapely.make_valid(area))
        if not area.is_empty:
            result.repaired.append(f"{unit.name}: {reason}")
    if area.is_empty or area.geom_type not in {"Polygon", "MultiPolygon"}:
        result.unusable.append(f"{unit.name}: " + _("no area"))
        return
    west, south, east, north = area.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        result.unusable.append(f"{unit.name}: " + _("not in degrees (WGS 84)"))
        return
    result.found[unit.pk] = mapping(area)


def _polygons(area: shapely.geometry.base.BaseGeometry) -> shapely.geometry.base.BaseGeometry:
    """Only the surfaces of what a repair left: no lines, no points."""
    surfaces = [part for part in shapely.get_parts(area) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.unary_union(surfaces)


def _first(properties: dict[str, Any], keys: tuple[str, ...]) -> str:
    lower = {key.lower(): value for key, value in properties.items()}
    return next((str(lower[key]).strip() for key in keys if lower.get(key) not in (None, "")), "")


def _by_name(units: list[Place], name: str) -> Place | None:
    exact = [unit for unit in units if fold(unit.name) == fold(name)]
    found = exact or [unit for unit in units if fold(name) in match_keys(unit.name)]
    return found[0] if len(found) == 1 else None
