"""Where a warning holds: units and drawn areas. Pure but for reading places."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import Polygon, box, shape

from halong.core.errors import Invalid
from halong.places.models import Place

MOST_POINTS = 100
REACH = 0.5  # degrees around the province's own map: its waters lie within


@dataclass(frozen=True)
class AreaDraft:
    """A unit, or a drawn ring ([lon, lat], closed) inside the unit ``place``."""

    place: Place
    name_vi: str
    name_en: str
    ring: list[list[float]] | None = None


def whole(place: Place) -> AreaDraft:
    """A whole unit."""
    return AreaDraft(place, place.qualified_name[:300], place.name[:300])


def drawn(points: Sequence[Sequence[float]], name: str = "") -> AreaDraft:
    """A drawn polygon; its ring is closed where it isn't. It belongs to the smallest unit whose exact boundary holds
    all of it, else (also on the sea) to the province. Raises Invalid for what is no area, or lies elsewhere.
    """
    ring = [[round(float(x), 5), round(float(y), 5)] for x, y in points]
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if not 4 <= len(ring) <= MOST_POINTS:
        raise _invalid(_("A drawn area needs 3 to 99 points."))
    polygon = Polygon(ring)
    if not polygon.is_valid or polygon.area == 0:
        raise _invalid(_("The lines of the drawn area cross each other."))
    if not reach().contains(polygon):
        raise _invalid(_("The drawn area lies outside of the province and its waters."))
    place = _smallest(polygon)
    if place is None:
        raise _invalid(_("No province is known to which the area belongs."))
    vi, en = f"Vùng vẽ trên bản đồ, {place.name}", f"Area drawn on the map, {place.name}"
    return AreaDraft(place, (name or vi)[:300], (name or en)[:300], ring)


def reach() -> Polygon:
    """The province with its waters, roughly."""
    west, south, east, north = settings.PROFILE["map"]["bounds"]
    return box(west - REACH, south - REACH, east + REACH, north + REACH)


def common_place(areas: Sequence[AreaDraft]) -> Place | None:
    """The smallest unit that holds all areas, by which permissions are judged; None without areas."""
    if not areas:
        return None
    paths = [[part for part in area.place.path.split("/") if part] for area in areas]
    together: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        together.append(parts[0])
    return Place.objects.filter(pk=int(together[-1])).first() if together else None


def _smallest(polygon: Polygon) -> Place | None:
    units = Place.objects.on(timezone.localdate())
    exact = units.filter(boundary__isnull=False, boundary_approximate=False).exclude(parent=None)
    holding = [unit for unit in exact if unit.boundary and shape(unit.boundary).contains(polygon)]
    if holding:
        return max(holding, key=lambda unit: len(unit.path.split("/")))
    return units.filter(parent=None).order_by("pk").first()


def _invalid(words: str) -> Invalid:
    return Invalid(words, fields={"polygon": words})
