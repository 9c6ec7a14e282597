"""The things that files and topics may speak of, by the last part of their URN, kept in memory."""

from collections.abc import Iterable, Mapping

from django.db.models import Count, Max, Q

from halong.context.models import Entity
from halong.ingest.batch import Thing
from halong.ingest.connector import Known, station_key


class Stations:
    """``known`` is what connectors decode with. ``refresh`` reads the registry again when it changed."""

    def __init__(self) -> None:
        self.known: Mapping[str, Known] = {}
        self._seen: object = None

    def refresh(self) -> None:
        """Read the things from the database if any was made, changed or deleted since the last time."""
        state = Entity.objects.aggregate(
            changed=Max("modified_at"), alive=Count("pk", filter=Q(deleted_at__isnull=True))
        )
        if state != self._seen:
            self.known = load_known()
            self._seen = state

    def add(self, things: Iterable[Thing]) -> None:
        """Note things that were just opened, so that the next file finds them."""
        new = {
            station_key(thing.urn.rpartition(":")[2]): Known(thing.urn, thing.types)
            for thing in things
            if station_key(thing.urn.rpartition(":")[2]) not in self.known
        }
        if new:
            self.known = {**self.known, **new}


def load_known() -> dict[str, Known]:
    """Every thing that isn't deleted; of two with the same last part the older one has the name."""
    rows = Entity.objects.filter(deleted_at__isnull=True).order_by("-pk").values_list("urn", "types")
    return {station_key(urn.rpartition(":")[2]): Known(urn, tuple(types)) for urn, types in rows}
