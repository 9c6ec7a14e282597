"""Changing the registry of things. What an update, an append or a patch means follows ETSI GS CIM 009,
clause 5.6.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.context import store
from halong.context.documents import NULL, Faults, Instance, is_name, is_uri, merge, read_attributes
from halong.context.models import Attribute, Entity
from halong.core.errors import Conflict, Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.places.models import Agency, Place

KEEP: Any = object()  # "leave this side as it is", where None means "nobody"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entity to be created. ``attributes`` are NGSI-LD instances by name, normalized or concise, or
    lists of them.
    """

    urn: str
    types: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""
    scopes: tuple[str, ...] = ()
    public: bool = False
    simulated: bool = False
    illustrative: bool = False


@transaction.atomic
def create_entity(
    urn: str,
    types: Iterable[str],
    *,
    by: Actor,
    attributes: Mapping[str, Any] | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    **marks: Any,
) -> Entity:
    """Register one thing. ``marks``: sector, scopes, public, simulated, illustrative (see ``Draft``).

    Raises Conflict when a living entity has the URN, Invalid by member.
    """
    marks["scopes"] = tuple(marks.get("scopes", ()))
    draft = Draft(urn, tuple(types), attributes or {}, place, agency, **marks)
    entity = _create([draft], by=by)[0]
    audit.record(by, "entities.create", entity, types=list(entity.types))
    touch(f"entity:{entity.pk}")
    return entity


@transaction.atomic
def create_entities(drafts: Collection[Draft], *, by: Actor) -> list[Entity]:
    """Register many things at once (an import, a profile), all or none; one line of the log. Raises like
    ``create_entity``.
    """
    if not drafts:
        return []
    created = _create(drafts, by=by)
    audit.record(by, "entities.create_many", None, count=len(created))
    touch("entities")
    return created


@transaction.atomic
def append_attributes(
    entity: Entity, attributes: Mapping[str, Any], *, by: Actor, overwrite: bool = True
) -> list[str]:
    """Add attribute instances (clause 5.6.3); those that exist are replaced, or left with
    ``overwrite=False``.

    Returns the names that were left as they were.
    """
    entity = _locked(entity, by)
    instances = read_attributes(attributes)
    known = _present_keys(entity)
    taken = [i for i in instances if overwrite or (i.name, i.dataset_id) not in known]
    _apply(entity, taken, by=by, action="append_attributes")
    return sorted({i.name for i in instances} - {i.name for i in taken})


@transaction.atomic
def update_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> list[str]:
    """Replace attribute instances that exist (clause 5.6.2). Returns the names of those that don't, left
    out.
    """
    entity = _locked(entity, by)
    instances = read_attributes(attributes)
    known = _present_keys(entity)
    taken = [i for i in instances if (i.name, i.dataset_id) in known]
    _apply(entity, taken, by=by, action="update_attributes")
    return sorted({i.name for i in instances} - {i.name for i in taken})


@transaction.atomic
def replace_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> None:
    """Make these the entity's only attributes (clause 5.6.18): what isn't named is deleted, what is equal
    stays untouched.
    """
    entity = _locked(entity, by)
    instances = read_attributes(attributes)
    wanted = {(i.name, i.dataset_id): i for i in instances}
    present = {(row.name, row.dataset_id): row for row in _present(entity)}
    gone = [row for key, row in present.items() if key not in wanted]
    new = [i for key, i in wanted.items() if key not in present or present[key].document != i.document]
    _apply(entity, new, by=by, action="replace_attributes", gone=gone)


@transaction.atomic
def patch_attribute(
    entity: Entity, name: str, fragment: Mapping[str, Any], *, by: Actor, dataset_id: str = ""
) -> None:
    """Change members of one attribute instance (clause 5.6.4): those given replace, ``urn:ngsi-ld:null``
    takes away.

    Raises NotFound, Invalid.
    """
    entity = _locked(entity, by)
    row = _present(entity).filter(name=name, dataset_id=dataset_id).first()
    if row is None:
        raise NotFound(_("There is no such attribute."))
    document = merge(row.document, fragment, name)
    if document.get("datasetId", "") != dataset_id:
        raise Invalid(fields={f"{name}.datasetId": _("An instance can't change its dataset.")})
    _apply(entity, read_attributes({name: document}), by=by, action="patch_attribute")


@transaction.atomic
def merge_attributes(entity: Entity, attributes: Mapping[str, Any], *, by: Actor) -> None:
    """Merge a fragment of an entity (clause 5.6.17): a new attribute is added, an existing one patched,
    ``urn:ngsi-ld:null`` deletes.
    """
    entity = _locked(entity, by)
    present = {(row.name, row.dataset_id): row for row in _present(entity)}
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
    _apply(entity, instances, by=by, action="merge_attributes", gone=gone)


@transaction.atomic
def delete_attribute(
    entity: Entity, name: str, *, by: Actor, dataset_id: str = "", every_instance: bool = False
) -> None:
    """Delete one instance of an attribute, or all of them (clause 5.6.5). Its history stays. Raises
    NotFound.
    """
    entity = _locked(entity, by)
    rows = _present(entity).filter(name=name)
    gone = list(rows if every_instance else rows.filter(dataset_id=dataset_id))
    if not gone:
        raise NotFound(_("There is no such attribute."))
    _apply(entity, [], by=by, action="delete_attribute", gone=gone)


@transaction.atomic
def delete_entity(entity: Entity, *, by: Actor) -> None:
    """Take a thing out of the registry (clause 5.6.6). Row, attributes and history stay, marked as
    deleted.
    """
    entity = _locked(entity, by)
    at = timezone.now()
    store.remove_states(list(_present(entity)), at)
    Entity.objects.filter(pk=entity.pk).update(deleted_at=at, modified_at=at)
    audit.record(by, "entities.delete", entity)
    touch(f"entity:{entity.pk}")


@transaction.atomic
def change_owner(
    entity: Entity, *, by: Actor, place: Place | None = KEEP, agency: Agency | None = KEEP, sector: str = KEEP
) -> Entity:
    """Give a thing to another place, agency or sector. One must be allowed to edit it where it is and
    where it goes.
    """
    entity = _locked(entity, by)
    for name, value in {"place": place, "agency": agency, "sector": sector}.items():
        if value is not KEEP:
            setattr(entity, name, value)
    require(by, "entities.edit", entity)
    entity.modified_at = timezone.now()
    entity.save(update_fields=["place", "agency", "sector", "modified_at"])
    audit.record(
        by,
        "entities.change_owner",
        entity,
        place=entity.place.code if entity.place else "",
        agency=entity.agency.code if entity.agency else "",
        sector=entity.sector,
    )
    touch(f"entity:{entity.pk}")
    return entity


@transaction.atomic
def describe_entity(
    entity: Entity,
    *,
    by: Actor,
    types: Collection[str] = KEEP,
    scopes: Collection[str] = KEEP,
    public: bool = KEEP,
) -> Entity:
    """Change a thing's types, scopes, or whether the public may see it."""
    entity = _locked(entity, by)
    given = {"types": types, "scopes": scopes, "public": public}
    changed = {name: value for name, value in given.items() if value is not KEEP}
    for name, value in changed.items():
        setattr(entity, name, value if isinstance(value, bool) else list(value))
    _check_header(entity.urn, entity.types, entity.scopes)
    entity.modified_at = timezone.now()
    entity.save(update_fields=[*changed, "modified_at"])
    audit.record(
        by,
        "entities.describe",
        entity,
        **{k: v if isinstance(v, bool) else list(v) for k, v in changed.items()},
    )
    touch(f"entity:{entity.pk}")
    return entity


@transaction.atomic
def clear_simulated(entities: QuerySet[Entity], *, by: Actor) -> int:
    """Note that these things are fed by real devices from now on. Returns how many were not."""
    changed = entities.filter(simulated=True)
    for entity in changed:
        require(by, "entities.edit", entity)
    count = changed.update(simulated=False, modified_at=timezone.now())
    if count:
        audit.record(by, "entities.clear_simulated", None, count=count)
        touch("entities")
    return count


def _create(drafts: Collection[Draft], *, by: Actor) -> list[Entity]:
    at = timezone.now()
    urns = [draft.urn for draft in drafts]
    taken = dict(Entity.objects.filter(urn__in=urns).values_list("urn", "deleted_at"))
    if living := [urn for urn in urns if urn in taken and taken[urn] is None] or _twice(urns):
        raise Conflict(
            _("There is such an entity already: %(urns)s") % {"urns": ", ".join(sorted(living)[:5])}
        )
    entities, states = [], []
    for draft in drafts:
        _check_header(draft.urn, draft.types, draft.scopes)
        entity = _entity_of(draft, at)
        require(by, "entities.edit", entity)
        instances = read_attributes(draft.attributes)
        store.repeat_in_columns(entity, instances)
        entities.append(entity)
        states += [(entity, instance) for instance in instances]
    fields = [f.name for f in Entity._meta.concrete_fields if f.name not in {"id", "urn"}]
    Entity.objects.bulk_create(
        entities, update_conflicts=True, unique_fields=["urn"], update_fields=fields, batch_size=1000
    )
    store.write_states(states, at)
    return entities


def _entity_of(draft: Draft, at: datetime) -> Entity:
    return Entity(
        urn=draft.urn,
        types=list(draft.types),
        scopes=list(draft.scopes),
        place=draft.place,
        agency=draft.agency,
        sector=draft.sector,
        public=draft.public,
        simulated=draft.simulated,
        illustrative=draft.illustrative,
        created_at=at,
        modified_at=at,
        deleted_at=None,
    )


def _twice(urns: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [urn for urn in urns if urn in seen or seen.add(urn)]  # type: ignore[func-returns-value]


def _check_header(urn: str, types: Collection[str], scopes: Collection[str]) -> None:
    """Raise Invalid where an id, a type or a scope isn't what clauses 4.6.2, 4.16 and 4.18 allow."""
    faults = Faults()
    if not is_uri(urn):
        faults["id"] = "must be a URI"
    if not types:
        faults["type"] = "at least one is needed"
    for name in types:
        if not is_name(name) or len(name) > 100:
            faults["type"] = f"{name!r} can't be a type"
    for scope in scopes:
        if not scope.startswith("/") or not all(is_name(part) for part in scope[1:].split("/")):
            faults["scope"] = f"{scope!r} isn't a scope like /Env/Air"
    faults.raise_if_any()


def _locked(entity: Entity, by: Actor) -> Entity:
    """The entity as it is now, held against other writers until the end of the transaction; ``by`` may
    edit it.
    """
    found = Entity.objects.select_for_update().filter(pk=entity.pk, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound(_("There is no such entity."))
    require(by, "entities.edit", found)
    return found


def _present(entity: Entity) -> Any:
    return Attribute.objects.filter(entity=entity, deleted_at__isnull=True)


def _present_keys(entity: Entity) -> set[tuple[str, str]]:
    return set(_present(entity).values_list("name", "dataset_id"))


def _apply(
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
