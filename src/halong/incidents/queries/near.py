"""What is near an incident: hospitals, schools, stations, cameras and what else there is; who answers for it."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.urls import reverse

from halong.context.models import Entity
from halong.context.queries import values_of
from halong.core.permissions import has_perm
from halong.core.sector import all_types, find_type
from halong.duty.models import Contact
from halong.duty.queries import answerable
from halong.incidents.models import Incident

RADII_KM = (3.0, 10.0, 30.0)  # the next one where the one before has too little
ENOUGH = 8  # things
OF_A_KIND = 5
MOST = 1500  # things that are measured
DEGREE_KM = 111.32
EARTH_KM = 6371.0
# who helps and who is in danger stand first; every other type of thing follows in the order of its sector
FIRST = ("Hospital", "PoliceStation", "EmergencyCallCentre", "School", "Port")


@dataclass(frozen=True)
class NearThing:
    """A thing near an incident, how far away in metres, where its page is, its telephone."""

    label: str
    distance_m: int
    url: str
    telephone: str = ""


@dataclass(frozen=True)
class NearGroup:
    """Things of one type, the nearest first."""

    label: Any  # a lazy translation
    icon: str
    things: list[NearThing]


@dataclass(frozen=True)
class Near:
    """What is near, within how many kilometres, and whom to call."""

    groups: list[NearGroup]
    people: list[Contact]
    radius_km: float | None = None


def near(incident: Incident, user: Any) -> Near:
    """What is near, as far as the user may see it. Four or five queries."""
    people: list[Contact] = []
    if has_perm(user, "directory.view"):
        people = answerable(incident.place, incident.sector, incident.kind)
    point = middle_of(incident)
    if point is None:
        return Near([], people)
    radius, found = _within(point, user)
    phones = values_of([entity for _far, entity in found], {"telephone"})
    return Near(_grouped(found, phones), people, radius)


def middle_of(incident: Incident) -> tuple[float, float] | None:
    """Where it is: its point, else the middle of its area, else of its place."""
    if incident.lon is not None and incident.lat is not None:
        return incident.lon, incident.lat
    if incident.area:
        corners = _corners(incident.area["coordinates"])
        return sum(x for x, _y in corners) / len(corners), sum(y for _x, y in corners) / len(corners)
    place = incident.place
    if place is not None and place.lon is not None and place.lat is not None:
        return place.lon, place.lat
    return None


def _corners(shape: Any) -> list[tuple[float, float]]:
    if isinstance(shape[0], int | float):
        return [(float(shape[0]), float(shape[1]))]
    return [corner for part in shape for corner in _corners(part)]


def _within(point: tuple[float, float], user: Any) -> tuple[float, list[tuple[float, Entity]]]:
    found: list[tuple[float, Entity]] = []
    for radius in RADII_KM:
        found = _measured(point, user, radius)
        if len(found) >= ENOUGH:
            return radius, found
    return RADII_KM[-1], found


def _measured(point: tuple[float, float], user: Any, radius: float) -> list[tuple[float, Entity]]:
    lon, lat = point
    high, wide = radius / DEGREE_KM, radius / DEGREE_KM / max(0.05, cos(radians(lat)))
    box = Entity.objects.visible_to(user).filter(
        lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide)
    )
    found = []
    for entity in box.only("id", "urn", "types", "name", "lon", "lat")[:MOST]:
        if entity.lon is not None and entity.lat is not None:
            far = distance_km(point, (entity.lon, entity.lat))
            if far <= radius:
                found.append((far, entity))
    return sorted(found, key=lambda pair: pair[0])


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two points (lon, lat) on Earth's surface."""
    lon1, lat1, lon2, lat2 = (radians(degrees) for degrees in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def _grouped(found: list[tuple[float, Entity]], phones: dict[int, dict[str, Any]]) -> list[NearGroup]:
    by_type: dict[str, list[NearThing]] = {}
    for far, entity in found:
        kind = next((name for name in entity.types if find_type(name) is not None), None)
        things = by_type.setdefault(kind, []) if kind else None
        if things is not None and len(things) < OF_A_KIND:
            phone = phones.get(entity.pk, {}).get("telephone") or ""
            url = reverse("entity", args=[entity.pk])
            things.append(NearThing(entity.name or entity.urn, round(far * 1000), url, str(phone)))
    order = [*FIRST, *(kind.name for _sector, kind in all_types() if kind.name not in FIRST)]
    groups = []
    for name in order:
        found_type = find_type(name)
        if found_type is not None and by_type.get(name):
            groups.append(NearGroup(found_type.plural, found_type.icon, by_type[name]))
    return groups
