"""What is near an incident: hospitals, schools, stations, cameras and what else there is; who answers for it."""

from dataclasses import dataclass
from math import cos, radians
from typing import Any

from django.urls import reverse
from shapely.geometry import shape

from halong.citizens.queries.similar import M_PER_DEGREE, metres
from halong.context.models import Entity
from halong.context.queries import values_of
from halong.core.permissions import has_perm
from halong.core.sector import all_types, find_type
from halong.duty.models import Contact
from halong.duty.queries import answerable
from halong.incidents.models import Incident

RADII_M = (3_000, 10_000, 30_000)  # the next one where the one before has too little
ENOUGH = 8  # things
OF_A_KIND = 5
MOST = 1500  # things that are measured
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
    """What is near, and whom to call."""

    groups: list[NearGroup]
    people: list[Contact]


def near(incident: Incident, user: Any) -> Near:
    """What is near, as far as the user may see it. Four or five queries."""
    people: list[Contact] = []
    if has_perm(user, "directory.view"):
        people = answerable(incident.place, incident.sector, incident.kind)
    point = _middle(incident)
    if point is None:
        return Near([], people)
    found = _within(point, user)
    phones = values_of([entity for _far, entity in found], {"telephone"})
    return Near(_grouped(found, phones), people)


def _middle(incident: Incident) -> tuple[float, float] | None:
    """Where it is: its point, else the middle of its area, else of its place."""
    if incident.lon is not None and incident.lat is not None:
        return incident.lon, incident.lat
    if incident.area:
        middle = shape(incident.area).representative_point()
        return middle.x, middle.y
    place = incident.place
    if place is not None and place.lon is not None and place.lat is not None:
        return place.lon, place.lat
    return None


def _within(point: tuple[float, float], user: Any) -> list[tuple[float, Entity]]:
    found: list[tuple[float, Entity]] = []
    for radius in RADII_M:
        found = _measured(point, user, radius)
        if len(found) >= ENOUGH:
            break
    return found


def _measured(point: tuple[float, float], user: Any, radius: float) -> list[tuple[float, Entity]]:
    lon, lat = point
    high = radius / M_PER_DEGREE
    wide = high / max(0.05, cos(radians(lat)))
    box = Entity.objects.visible_to(user).filter(
        lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide)
    )
    found = []
    for entity in box.only("id", "urn", "types", "name", "lon", "lat")[:MOST]:
        if entity.lon is not None and entity.lat is not None:
            far = metres(lon, lat, entity.lon, entity.lat)
            if far <= radius:
                found.append((far, entity))
    return sorted(found, key=lambda pair: pair[0])


def _grouped(found: list[tuple[float, Entity]], phones: dict[int, dict[str, Any]]) -> list[NearGroup]:
    by_type: dict[str, list[NearThing]] = {}
    for far, entity in found:
        kind = next((name for name in entity.types if find_type(name) is not None), None)
        things = by_type.setdefault(kind, []) if kind else None
        if things is not None and len(things) < OF_A_KIND:
            phone = phones.get(entity.pk, {}).get("telephone") or ""
            url = reverse("entity", args=[entity.pk])
            things.append(NearThing(entity.name or entity.urn, round(far), url, str(phone)))
    order = [*FIRST, *(kind.name for _sector, kind in all_types() if kind.name not in FIRST)]
    groups = []
    for name in order:
        found_type = find_type(name)
        if found_type is not None and by_type.get(name):
            groups.append(NearGroup(found_type.plural, found_type.icon, by_type[name]))
    return groups
