"""Reading things as NGSI-LD documents, now and at a time that has passed."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from halong.context.documents import Document, format_datetime
from halong.context.models import Attribute, AttributeState, AttributeVersion, Entity
from halong.core.registry import Registry
from halong.core.text import fold
from halong.places.models import Agency, Place

# How the signal of things is: whoever keeps the readings registers a reader of it (entity ids → state and last contact).
SIGNALS: dict[str, Any] = {
    "live": _("Sending"),
    "late": _("Late"),
    "lost": _("Signal lost"),
}
SignalReader = Callable[[Collection[int]], Mapping[int, tuple[str, datetime | None]]]
signal_readers: "Registry[SignalReader]" = Registry()

CORE_CONTEXT = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"

# What observations know of the newest numbers of some entities: entity id → attribute name → instance.
Latest = Callable[[Collection[Entity]], Mapping[int, Mapping[str, Document]]]


def normalized(
    entity: Entity,
    *,
    system: bool = False,
    names: Collection[str] | None = None,
    latest: Latest | None = None,
) -> Document:
    """The whole entity in normalized form (clause 4.5.1). ``system`` adds createdAt and modifiedAt;
    ``names`` limits the attributes; ``latest`` merges the newest readings in.
    """
    return documents([entity], system=system, names=names, latest=latest)[0]


def key_values(
    entity: Entity, *, names: Collection[str] | None = None, latest: Latest | None = None
) -> Document:
    """The whole entity in simplified form (clause 4.5.4)."""
    return simplified(documents([entity], names=names, latest=latest)[0])


def documents(
    entities: Collection[Entity],
    *,
    system: bool = False,
    names: Collection[str] | None = None,
    latest: Latest | None = None,
) -> list[Document]:
    """Several entities in normalized form, in their order, with one query for their attributes."""
    rows = Attribute.objects.filter(entity__in=entities, deleted_at__isnull=True).order_by(
        "name", "dataset_id"
    )
    if names is not None:
        rows = rows.filter(name__in=names)
    instances: dict[int, dict[str, list[Document]]] = {entity.pk: {} for entity in entities}
    for row in rows:
        document = _instance(row, created=row.created_at, modified=row.modified_at, system=system)
        instances[row.entity_id].setdefault(row.name, []).append(document)
    for pk, numbers in (latest(entities) if latest else {}).items():
        for name, document in numbers.items():
            if names is None or name in names:
                instances[pk][name] = [one for one in instances[pk].get(name, []) if "datasetId" in one] + [
                    dict(document)
                ]
    return [_document(entity, instances[entity.pk], system=system) for entity in entities]


def state_at(entity: Entity, time: datetime, *, system: bool = False) -> Document | None:
    """The entity as it was at a time, from its history; None before it was created and after it was deleted.

    Types, scopes and ownership are those of now: only attributes have a history.
    """
    if time < entity.created_at or (entity.deleted_at is not None and time >= entity.deleted_at):
        return None
    created: dict[tuple[str, str], datetime] = {}
    last: dict[tuple[str, str], AttributeVersion] = {}
    for version in AttributeVersion.objects.filter(entity=entity, at__lte=time).order_by("at", "id"):
        key = (version.name, version.dataset_id)
        if version.change == AttributeVersion.Change.CREATED:
            created[key] = version.at
        last[key] = version
    instances: dict[str, list[Document]] = {}
    for key, version in sorted(last.items()):
        if version.change != AttributeVersion.Change.DELETED:
            began = created.get(key, version.at)
            document = _instance(version, created=began, modified=version.at, system=system)
            instances.setdefault(version.name, []).append(document)
    return _document(entity, instances, system=system)


def evolution(
    entity: Entity, name: str, *, start: datetime | None = None, end: datetime | None = None
) -> list[Document]:
    """Every state that an attribute was in, oldest first, with ``modifiedAt``; a deletion is an entry
    with ``deletedAt``.
    """
    versions = AttributeVersion.objects.filter(entity=entity, name=name).order_by("at", "id")
    if start is not None:
        versions = versions.filter(at__gte=start)
    if end is not None:
        versions = versions.filter(at__lte=end)
    states = []
    for version in versions:
        stamp = "deletedAt" if version.change == AttributeVersion.Change.DELETED else "modifiedAt"
        states.append({**version.document, stamp: format_datetime(version.at)})
    return states


def simplified(document: Document) -> Document:
    """A normalized document in simplified form: values instead of instances."""
    plain: Document = {}
    for name, member in document.items():
        if name in {"id", "type", "scope", "@context"} or not isinstance(member, (dict, list)):
            plain[name] = member
        elif isinstance(member, dict):
            plain[name] = _simple(member)
        else:
            plain[name] = {"dataset": {one.get("datasetId", "@none"): _simple(one) for one in member}}
    return plain


def values_of(entities: Iterable[Entity], names: Collection[str]) -> dict[int, dict[str, Any]]:
    """The plain values of some attributes of many entities: entity id → name → value; for lists and
    exports.
    """
    found: dict[int, dict[str, Any]] = {entity.pk: {} for entity in entities}
    rows = Attribute.objects.filter(
        entity__in=found, name__in=names, dataset_id="", deleted_at__isnull=True
    ).values_list("entity_id", "name", "document")
    for entity_id, name, document in rows:
        found[entity_id][name] = _simple(document)
    return found


def _simple(instance: Document) -> Any:
    kind = instance["type"]
    if kind in {"Property", "GeoProperty"}:
        return instance["value"]
    if kind == "Relationship":
        return instance["object"]
    if kind == "ListRelationship":
        targets = [one["object"] if isinstance(one, dict) else one for one in instance["objectList"]]
        return {"objectList": targets}
    member = {"LanguageProperty": "languageMap", "JsonProperty": "json", "VocabProperty": "vocab"}.get(
        kind, "valueList"
    )
    return {member: instance[member]}


def _instance(row: AttributeState, *, created: datetime, modified: datetime, system: bool) -> Document:
    if not system:
        return dict(row.document)
    return {**row.document, "createdAt": format_datetime(created), "modifiedAt": format_datetime(modified)}


def _document(entity: Entity, instances: Mapping[str, list[Document]], *, system: bool) -> Document:
    document: Document = {
        "id": entity.urn,
        "type": entity.types[0] if len(entity.types) == 1 else list(entity.types),
    }
    if entity.scopes:
        document["scope"] = entity.scopes[0] if len(entity.scopes) == 1 else list(entity.scopes)
    if system:
        document["createdAt"] = format_datetime(entity.created_at)
        document["modifiedAt"] = format_datetime(entity.modified_at)
    document |= {name: many[0] if len(many) == 1 else many for name, many in sorted(instances.items())}
    return {**document, "@context": CORE_CONTEXT}


def find_entities(
    by: Any,
    *,
    q: str | None = None,
    sector: str | None = None,
    type: str | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    signal: str | None = None,
    mark: str | None = None,
) -> QuerySet[Entity]:
    """The things that a person may see and that fit, by name. ``q`` is looked for without accents in
    names and in URNs; a place and an agency include what lies below them; ``mark`` is unplaced, public,
    simulated or illustrative.
    """
    found = Entity.objects.visible_to(by)
    for word in fold(q or "").split():
        found = found.filter(Q(folded__contains=word) | Q(urn__icontains=word))
    if sector:
        found = found.filter(sector=sector)
    if type:
        found = found.of_type(type)
    if place:
        found = found.filter(place__path__startswith=place.path)
    if agency:
        found = found.filter(agency__path__startswith=agency.path)
    if mark == "unplaced":
        found = found.filter(place=None)
    elif mark in {"public", "simulated", "illustrative"}:
        found = found.filter(**{mark: True})
    if signal:
        states = read_signals(list(found.values_list("pk", flat=True)))
        found = found.filter(pk__in=[pk for pk, (state, _last) in states.items() if state == signal])
    return found.order_by("sort_key", "pk")


def read_signals(ids: Collection[int]) -> dict[int, tuple[str, datetime | None]]:
    """State and last contact of those of the things that send anything; nothing where nobody keeps
    readings.
    """
    return {pk: state for reader in signal_readers for pk, state in reader(ids).items()}
