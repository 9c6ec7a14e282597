"""Changing the registry of things: what exists, whose it is, what it is."""

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
from halong.context.actions.attributes import locked, merge_attributes, present_states
from halong.context.documents import NULL, Faults, is_name, is_uri, read_attributes
from halong.context.models import Entity
from halong.core.errors import Conflict
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.core.sector import find_type, sector_of
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
def delete_entity(entity: Entity, *, by: Actor) -> None:
    """Take a thing out of the registry (clause 5.6.6). Row, attributes and history stay, marked as
    deleted.
    """
    entity = locked(entity, by)
    at = timezone.now()
    store.remove_states(list(present_states(entity)), at)
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
    entity = locked(entity, by)
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
    entity = locked(entity, by)
    changed: dict[str, Any] = {}
    if types is not KEEP:
        changed["types"] = list(types)
    if scopes is not KEEP:
        changed["scopes"] = list(scopes)
    if public is not KEEP:
        changed["public"] = public
    for name, value in changed.items():
        setattr(entity, name, value)
    _check_header(entity.urn, entity.types, entity.scopes, public=entity.public)
    entity.modified_at = timezone.now()
    entity.save(update_fields=[*changed, "modified_at"])
    audit.record(by, "entities.describe", entity, address=None, **changed)
    touch(f"entity:{entity.pk}")
    return entity


@transaction.atomic
def edit_entity(
    entity: Entity,
    *,
    by: Actor,
    name: str,
    position: tuple[float, float] | None,
    types: Collection[str],
    place: Place | None,
    agency: Agency | None,
    public: bool,
) -> Entity:
    """Everything that a form says of a thing, at once: name, position (lon, lat), types with their
    sector, owners, whether the public may see it. What is the same as before leaves no trace in the
    history.
    """
    entity = locked(entity, by)
    sector = sector_of(types)
    owners = {"place": place, "agency": agency, "sector": sector.key if sector else entity.sector}
    if any(getattr(entity, key) != value for key, value in owners.items()):
        change_owner(entity, by=by, place=place, agency=agency, sector=str(owners["sector"]))
    if list(types) != entity.types or public != entity.public:
        describe_entity(entity, by=by, types=types, public=public)
    changes: dict[str, Any] = {}
    if name != entity.name:
        changes["name"] = {"type": "Property", "value": name}
    if position != (None if entity.lon is None or entity.lat is None else (entity.lon, entity.lat)):
        point = {"type": "Point", "coordinates": list(position or ())}
        changes["location"] = {"type": "GeoProperty", "value": point} if position else NULL
    if changes:
        merge_attributes(entity, changes, by=by)
    entity.refresh_from_db()
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
        _check_header(draft.urn, draft.types, draft.scopes, public=draft.public)
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


def _check_header(urn: str, types: Collection[str], scopes: Collection[str], *, public: bool) -> None:
    """Raise Invalid where an id, a type or a scope isn't what clauses 4.6.2, 4.16 and 4.18 allow, or
    where a kind of thing that is never open data would be.
    """
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
    if public and any(kind.private for kind in map(find_type, types) if kind):
        faults["public"] = _("Things of this type are never shown to the public.")
    faults.raise_if_any()
