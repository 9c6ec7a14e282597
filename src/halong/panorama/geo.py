"""Things and their states as GeoJSON for the map."""

from typing import Any

from django.urls import reverse

from halong.core.formats import format_number
from halong.core.sector import find_type
from halong.panorama.parts import View
from halong.panorama.things import AIR_NOW, WATER, Thing


def headline(thing: Thing, view: View) -> str:
    """The first thing to say of it: its index, else its first reading."""
    for key, name in ((AIR_NOW, "VN_AQI"), (WATER, "VN_WQI")):
        reading = thing.derived(key, view.now)
        if reading is not None and reading.value is not None:
            return f"{name} {format_number(reading.value, 0)}"
    for reading in thing.readings.values():
        if reading.value is not None and not reading.derived:
            return f"{reading.label} {format_number(reading.value, reading.decimals)}"
    return ""


def feature(thing: Thing, view: View) -> dict[str, Any]:
    """One thing as a GeoJSON feature."""
    kind = find_type(thing.type)
    return {
        "type": "Feature",
        "id": thing.entity.pk,
        "geometry": {"type": "Point", "coordinates": [thing.entity.lon, thing.entity.lat]},
        "properties": {
            "id": thing.entity.pk,
            "name": thing.entity.name,
            "kind": thing.type,
            "kindLabel": str(kind.label) if kind else thing.type,
            "sector": thing.entity.sector,
            "state": thing.state,
            "value": headline(thing, view),
            "place": thing.entity.place.name if thing.entity.place else "",
            "label": thing.entity.name,
            "href": reverse("entity", args=[thing.entity.pk]),
            "simulated": thing.entity.simulated,
            "illustrative": thing.entity.illustrative,
        },
    }


def features(view: View, *, few: bool = False) -> dict[str, Any]:
    """Every thing of the scope that has a position; ``few`` (a wall says little): the measuring ones and those in alarm."""
    placed = [t for t in view.things if t.entity.lon is not None and t.entity.lat is not None]
    if few:
        placed = [t for t in placed if t.entity.sector == "environment" or t.priority is not None]
    return {"type": "FeatureCollection", "features": [feature(t, view) for t in placed]}
