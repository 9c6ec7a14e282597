"""The tables of places and agencies: which columns they have, and a row of each as text."""

from collections.abc import Iterable

from halong.places.models import Agency, Place

PLACE_NEEDED = ("code", "name", "kind", "valid_from")
PLACE_MORE = ("parent", "valid_to", "lon", "lat", "area_km2", "population", "source")
AGENCY_NEEDED = ("code", "name", "valid_from")
AGENCY_MORE = ("short_name", "kind", "parent", "place", "valid_to", "phone", "successors", "source")
PLACE_COLUMNS = PLACE_NEEDED + PLACE_MORE
AGENCY_COLUMNS = AGENCY_NEEDED + AGENCY_MORE


def place_rows(places: Iterable[Place]) -> Iterable[list[object]]:
    """One row of ``PLACE_COLUMNS`` a place; the file can be imported again."""
    for p in places:
        yield [
            p.code,
            p.name,
            p.kind,
            p.valid_from,
            p.parent.code if p.parent else "",
            p.valid_to,
            p.lon,
            p.lat,
            p.area_km2,
            p.population,
            p.reference,
        ]


def agency_rows(agencies: Iterable[Agency]) -> Iterable[list[object]]:
    """One row of ``AGENCY_COLUMNS`` an agency; the file can be imported again."""
    for a in agencies:
        yield [
            a.code,
            a.name,
            a.valid_from,
            a.short_name,
            a.kind,
            a.parent.code if a.parent else "",
            a.place.code if a.place else "",
            a.valid_to,
            a.phone,
            " ".join(succession.present.code for succession in a.successors.all()),
            a.reference,
        ]
