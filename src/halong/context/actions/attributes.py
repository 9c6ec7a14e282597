"""Changing attributes. What an update, an append or a patch means follows ETSI GS CIM 009, clause 5.6."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.context import store
from halong.context.documents import NULL, Instance, merge, read_attributes
from halong.context.models import Attribute, Entity
from halong.core.errors import Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import Actor, require


@transaction.atomic
def append_attributes(
    entity: Entity, attributes: Mapping[str, Any], *, by: Actor, overwrite: bool = True
) -> list[str]:
    """Add attribute instances (clause 5.6.3); those that exist are replaced, or left with
    ``overwrite=False``.

    Returns the names that were left as they were.
    """
    entity = locked(entity, by)
    instances = read_attributes(attributes)
    known = _present_keys(entity)
    taken = [i for i in instances if overwrite or (i.name, i.dataset_id) not in known]
    apply_changes(entity, taken, by=by, action="append_attributes")
    return sorted({i.name for i in instances} - {i.name for i in taken})


@transaction.atomic
def update_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> list[str]:
    """Replace attribute instances that exist (clause 5.6.2). Returns the names of those that don't, left
    out.
    """
    entity = locked(entity, by)
    instances = read_attributes(attributes)
    known = _present_keys(entity)
    taken = [i for i in instances if (i.name, i.dataset_id) in known]
    apply_changes(entity, taken, by=by, action="update_attributes")
    return sorted({i.name for i in instances} - {i.name for i in taken})


@transaction.atomic
def replace_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> None:
    """Make these the entity's only attributes (clause 5.6.18): what isn't named is deleted, what is equal
    stays untouched.
    """
    entity = locked(entity, by)
    instances = read_attributes(attributes)
    wanted = {(i.name, i.dataset_id): i for i in instances}
    present = {(row.name, row.dataset_id): row for row in present_states(entity)}
    gone = [row for key, row in present.items() if key not in wanted]
    new = [i for key, i in wanted.items() if key not in present or present[key].document != i.document]
    apply_changes(entity, new, by=by, action="replace_attributes", gone=gone)


@transaction.atomic
def patch_attribute(
    entity: Entity, name: str, fragment: Mapping[str, Any], *, by: Actor, dataset_id: str = ""
) -> None:
    """Change members of one attribute instance (clause 5.6.4): those given replace, ``urn:ngsi-ld:null``
    takes away.

    Raises NotFound, Invalid.
    """
    entity = locked(entity, by)
    row = present_states(entity).filter(name=name, dataset_id=dataset_id).first()
    if row is None:
        raise NotFound(_("There is no such attribute."))
    document = merge(row.document, fragment, name)
    if document.get("datasetId", "") != dataset_id:
        raise Invalid(fields={f"{name}.datasetId": _("An instance can't change its dataset.")})
    apply_changes(entity, read_attributes({name: document}), by=by, action="patch_attribute")


@transaction.atomic
def merge_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> None:
    """Merge a fragment of an entity (clause 5.6.17): a new attribute is added, an existing one patched,
    ``urn:ngsi-ld:null`` deletes.
    """
    entity = locked(entity, by)
    present = {(row.name, row.dataset_id): row for row in present_states(entity)}
    gone: list[Attribute] = []
    documents: dict[str, list[Any]] = {}
    for name, raw in attributes.items():
        for one in raw if isinstance(raw, list) else [raw]:
            dataset = one.get("datasetId", "") if isinstance(one, dict) else ""
            old = present.get((name, dataset))
            if one == NULL or (isinstance(one, dict) and NULL in (one.get("value"), one.get("object"))):
                gone += [old] if old else []
            elif old is not None and isinstance(one, dict):
                documents.setdefault(name, []).append(merge(old.document, one, name))
            else:
                documents.setdefault(name, []).append(one)
    instances = read_attributes(
        {name: many if len(many) > 1 else many[0] for name, many in documents.items()}
    )
    apply_changes(entity, instances, by=by, action="merge_attributes", gone=gone)


@transaction.atomic
def delete_attribute(
    entity: Entity, name: str, *, by: Actor, dataset_id: str = "", every_instance: bool = False
) -> None:
    """Delete one instance of an attribute, or all of them (clause 5.6.5). Its history stays. Raises
    NotFound.
    """
    entity = locked(entity, by)
    rows = present_states(entity).filter(name=name)
    gone = list(rows if every_instance else rows.filter(dataset_id=dataset_id))
    if not gone:
        raise NotFound(_("There is no such attribute."))
    apply_changes(entity, [], by=by, action="delete_attribute", gone=gone)


def locked(entity: Entity, by: Actor) -> Entity:
    """The entity as it is now, held against other writers until the end of the transaction; ``by`` may
    edit it.
    """
    found = Entity.objects.select_for_update().filter(pk=entity.pk, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound(_("There is no such entity."))
    require(by, "entities.edit", found)
    return found


def present_states(entity: Entity) -> QuerySet[Attribute]:
    """The attribute instances that an entity has now."""
    return Attribute.objects.filter(entity=entity, deleted_at__isnull=True)


def _present_keys(entity: Entity) -> set[tuple[str, str]]:
    return set(present_states(entity).values_list("name", "dataset_id"))


def apply_changes(
    entity: Entity, instances: list[Instance], *, by: Actor, action: str, gone: Collection[Attribute] = ()
) -> None:
    """Write new states and deletions of one locked entity, with its columns, the log and the live notice."""
    if not instances and not gone:
        return
    at = timezone.now()
    store.clear_columns(entity, {row.name for row in gone if not row.dataset_id})
    store.repeat_in_columns(entity, instances)
    store.remove_states(gone, at)
    store.write_states([(entity, instance) for instance in instances], at)
    entity.modified_at = at
    entity.save(update_fields=["name", "folded", "sort_key", "lon", "lat", "modified_at"])
    audit.record(
        by,
        f"entities.{action}",
        entity,
        written=sorted({i.name for i in instances}),
        deleted=sorted({row.name for row in gone}),
    )
    touch(f"entity:{entity.pk}")
