"""Things that a payload tells of and nobody has registered: opened unplaced, for an officer to place."""

from collections.abc import Sequence

from django.db import connection, transaction

from halong.context.actions import create_entity
from halong.context.models import Entity
from halong.core.errors import Conflict, Invalid
from halong.core.permissions import SYSTEM
from halong.core.sector import sector_of
from halong.ingest.batch import Thing
from halong.ingest.directory import SourceRef
from halong.observations.actions import open_many_series
from halong.places.models import Agency


def ensure_things(things: Sequence[Thing], source: SourceRef) -> list[Entity]:
    """Register the things that don't exist, owned by the source's agency, and open the series that they lack.

    A thing has no place until an officer gives it one. A source that may write to some things only opens nothing outside
    its agency; a thing that can't be registered (its URN is none) is left out, and its readings end in quarantine.
    """
    found = [_ensure(thing, source) for thing in things]
    return [entity for entity in found if entity is not None]


def ensure_things_in_thread(things: Sequence[Thing], source: SourceRef) -> None:
    """The same in a thread that nobody keeps: its connection is closed, too."""
    try:
        ensure_things(things, source)
    finally:
        connection.close()


@transaction.atomic
def _ensure(thing: Thing, source: SourceRef) -> Entity | None:
    entity = Entity.objects.filter(urn=thing.urn, deleted_at__isnull=True).first()
    if entity is None:
        sector = sector_of(thing.types)
        agency = Agency.objects.filter(pk=source.agency_id).first() if source.agency_id else None
        try:
            with transaction.atomic():
                entity = create_entity(
                    thing.urn,
                    thing.types,
                    by=SYSTEM,
                    attributes={"name": {"type": "Property", "value": thing.name or thing.urn}},
                    agency=agency,
                    sector=sector.key if sector else "",
                    simulated=source.simulated,
                )
        except Conflict:
            entity = Entity.objects.filter(urn=thing.urn, deleted_at__isnull=True).first()
        except Invalid:
            return None
    if entity is not None:
        open_many_series(
            [(entity, name, {"unit": unit} if unit else {}) for name, unit in thing.properties], by=SYSTEM
        )
    return entity
