"""How states of attributes are written: the present one, and each into the history. Called by ``actions``
only.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from halong.context.documents import Instance
from halong.context.geometry import point_of
from halong.context.models import Attribute, AttributeVersion, Entity
from halong.core.text import fold, sort_key

Change = AttributeVersion.Change
STATE_FIELDS = ["kind", "document", "observed_at", "created_at", "modified_at", "deleted_at"]


def write_states(states: Iterable[tuple[Entity, Instance]], at: datetime) -> None:
    """Make these the present states of their attribute instances, and note them in the history.

    An instance that exists keeps its ``created_at``; one that was deleted is created anew.
    """
    wanted = list(states)
    known = {
        (row.entity_id, row.name, row.dataset_id): row
        for row in Attribute.objects.filter(entity__in={entity.pk for entity, _ in wanted})
    }
    rows, versions = [], []
    for entity, instance in wanted:
        old = known.get((entity.pk, instance.name, instance.dataset_id))
        is_new = old is None or old.deleted_at is not None
        rows.append(
            Attribute(
                entity=entity,
                name=instance.name,
                dataset_id=instance.dataset_id,
                kind=instance.kind,
                document=instance.document,
                observed_at=instance.observed_at,
                created_at=at if old is None or is_new else old.created_at,
                modified_at=at,
            )
        )
        versions.append(_version(rows[-1], Change.CREATED if is_new else Change.UPDATED, at))
    Attribute.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["entity", "name", "dataset_id"],
        update_fields=STATE_FIELDS,
        batch_size=1000,
    )
    AttributeVersion.objects.bulk_create(versions, batch_size=1000)


def remove_states(rows: Collection[Attribute], at: datetime) -> None:
    """Note that these instances are deleted, now and in the history."""
    Attribute.objects.filter(pk__in=[row.pk for row in rows]).update(deleted_at=at, modified_at=at)
    AttributeVersion.objects.bulk_create([_version(row, Change.DELETED, at) for row in rows])


def repeat_in_columns(entity: Entity, instances: Iterable[Instance]) -> None:
    """Set the entity's columns that repeat its attributes (name, location), in memory."""
    for instance in instances:
        if instance.dataset_id:
            continue
        if instance.name == "name":
            entity.name = _text(instance)[:200]
            entity.folded, entity.sort_key = fold(entity.name)[:200], sort_key(entity.name)[:600]
        elif instance.name == "location" and instance.kind == "GeoProperty":
            entity.lon, entity.lat = point_of(instance.document["value"])


def clear_columns(entity: Entity, names: Collection[str]) -> None:
    """Empty the columns that repeated attributes which are gone, in memory."""
    if "name" in names:
        entity.name = entity.folded = entity.sort_key = ""
    if "location" in names:
        entity.lon = entity.lat = None


def _text(instance: Instance) -> str:
    """A name as one line: of several languages the Vietnamese one."""
    if instance.kind == "LanguageProperty":
        words = instance.document["languageMap"]
        found = words.get("vi") or words.get("@none") or next(iter(words.values()))
        return found[0] if isinstance(found, list) else str(found)
    value = instance.document.get("value", "")
    return value if isinstance(value, str) else ""


def _version(row: Attribute, change: Change, at: datetime) -> AttributeVersion:
    return AttributeVersion(
        entity_id=row.entity_id,
        name=row.name,
        dataset_id=row.dataset_id,
        kind=row.kind,
        document=row.document,
        observed_at=row.observed_at,
        change=change,
        at=at,
    )
