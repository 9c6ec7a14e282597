"""The registry of things as officers see it: the list, the form, attributes, the queue of the unplaced,
tables.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.context import actions, queries, sheets
from halong.context.forms import AttributeForm, EntityFilter, EntityForm, PlaceThingForm
from halong.context.models import AttributeVersion, Entity
from halong.context.scope import scope_of, selectors
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import has_perm, require
from halong.core.sector import find_type, sector_of
from halong.places.models import Place
from halong.places.queries import locate
from halong.places.views.branches import csv_response, import_page

PAGE = 50
STATES = {"live": "normal", "late": "stale", "lost": "dead"}  # a signal as the shell's status


def _visible(request: HttpRequest, pk: int) -> Entity:
    """A thing that the reader may see and edit."""
    found = Entity.objects.visible_to(request.user).select_related("place", "agency")
    entity: Entity = get_object_or_404(found, pk=pk)
    require(request.user, "entities.edit", entity)
    return entity


def _lines(entities: Iterable[Entity]) -> list[dict[str, Any]]:
    """What a list shows of each thing: itself, its declared type, its signal."""
    rows = list(entities)
    signals = queries.read_signals([entity.pk for entity in rows])
    lines = []
    for entity in rows:
        state, last = signals.get(entity.pk, ("", None))
        word = queries.SIGNALS.get(state)
        kind = find_type(entity.types[0])
        lines.append({"entity": entity, "kind": kind, "state": STATES.get(state), "word": word, "last": last})
    return lines


@access("entities.view")
@require_GET
def entities(request: HttpRequest) -> HttpResponse:
    """Things: searched, filtered, by pages."""
    form = EntityFilter(request.GET)
    scope = scope_of(request, remember=False)
    found = scope.entities(queries.find_entities(request.user, **form.said))
    rows = found.select_related("place", "agency").defer("place__boundary")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    may_edit = has_perm(request.user, "entities.edit")
    unplaced = queries.find_entities(request.user, mark="unplaced").count() if may_edit else 0
    context = {
        "page": page,
        "lines": _lines(page),
        "filter": form,
        "may_edit": may_edit,
        "unplaced": unplaced,
        "scope": selectors(scope, request, timezone.localdate()),
    }
    return render(request, "context/entities.html", context)


@access("entities.view")
@require_GET
def export_entities(request: HttpRequest) -> HttpResponse:
    """The same things as a table that can be imported again."""
    scope = scope_of(request, remember=False)
    found = scope.entities(queries.find_entities(request.user, **EntityFilter(request.GET).said))
    rows = sheets.entity_rows(found.select_related("place", "agency").defer("place__boundary"))
    return csv_response("entities", sheets.COLUMNS, rows)


@access("entities.edit")
@require_http_methods(["GET", "POST"])
def import_entities(request: HttpRequest) -> HttpResponse:
    """A table of things: looked at, then written."""
    words = {
        "title": _("Import stations and devices"),
        "back": "entities",
        "back_label": _("Stations, devices"),
    }
    columns = {"needed": sheets.NEEDED, "more": sheets.MORE}
    return import_page(request, actions.import_entities, "places/import.html", "entities", **words, **columns)


@access("entities.edit")
@require_http_methods(["GET", "POST"])
def new_entity(request: HttpRequest) -> HttpResponse:
    """A thing that nobody has registered yet."""
    form = EntityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entity = _created(form, request)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Registered: %(urn)s") % {"urn": entity.urn})
            return redirect("entity-edit", entity.pk)
    return render(request, "context/entity_new.html", {"form": form}, status=422 if form.errors else 200)


def _created(form: EntityForm, request: HttpRequest) -> Entity:
    said = form.cleaned_data
    kind = find_type(said["type"])
    sector = sector_of(said["type"])
    attributes: dict[str, Any] = {"name": said["name"]}
    if form.position:
        attributes["location"] = {"type": "Point", "coordinates": list(form.position)}
    return actions.create_entity(
        f"urn:ngsi-ld:{said['type']}:{said['identifier']}",
        kind.all_types if kind else [said["type"]],
        by=actor_of(request),
        attributes=attributes,
        place=said["place"],
        agency=said["agency"],
        sector=sector.key if sector else "",
        public=said["public"],
    )


@access("entities.edit")
@require_http_methods(["GET", "POST"])
def edit_entity(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing: name, type, owners, position; its attributes and their history below."""
    entity = _visible(request, pk)
    form = EntityForm(request.POST or None, entity=entity)
    if request.method == "POST" and form.is_valid():
        try:
            _edited(entity, form, request)
        except HalongError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("entity-edit", pk)
    return _edit_page(request, entity, form=form)


def _edited(entity: Entity, form: EntityForm, request: HttpRequest) -> None:
    said = form.cleaned_data
    kind = find_type(said["type"])
    same = said["type"] == entity.types[0]
    actions.edit_entity(
        entity,
        by=actor_of(request),
        name=said["name"],
        position=form.position,
        types=entity.types if same or kind is None else kind.all_types,
        place=said["place"],
        agency=said["agency"],
        public=said["public"],
    )


def _edit_page(request: HttpRequest, entity: Entity, **forms: Any) -> HttpResponse:
    document = queries.normalized(entity)
    specs = find_type(entity.types[0])
    attributes = [
        {
            "name": name,
            "document": value,
            "label": spec.label if specs and (spec := specs.attribute(name)) else name,
        }
        for name, value in document.items()
        if name not in {"id", "type", "scope", "@context"}
    ]
    history = AttributeVersion.objects.filter(entity=entity).order_by("-at", "-id")[:30]
    shown = {"form": EntityForm(entity=entity), "attribute_form": AttributeForm(), **forms}
    context = {"entity": entity, "kind": specs, "attributes": attributes, "history": history, **shown}
    status = 422 if any(form.errors for form in shown.values()) else 200
    return render(request, "context/entity_edit.html", context, status=status)


@access("entities.edit")
@require_http_methods(["GET", "POST"])
def edit_attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one attribute as its NGSI-LD document; ``?name=`` fills the form with the present one."""
    entity = _visible(request, pk)
    if request.method == "GET":
        name = request.GET.get("name", "")
        document = queries.normalized(entity, names=[name]).get(name, {"type": "Property", "value": ""})
        text = json.dumps(document, ensure_ascii=False, indent=2)
        return _edit_page(
            request, entity, attribute_form=AttributeForm(initial={"name": name, "document": text})
        )
    form = AttributeForm(request.POST)
    if form.is_valid():
        try:
            attributes = {form.cleaned_data["name"]: form.cleaned_data["document"]}
            actions.append_attributes(entity, attributes, by=actor_of(request))
        except HalongError as error:
            form.add_error("document", error.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect("entity-edit", pk)
    return _edit_page(request, entity, attribute_form=form)


@access("entities.edit")
@require_POST
def remove_attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete every instance of one attribute; its history stays."""
    entity = _visible(request, pk)
    actions.delete_attribute(entity, request.POST.get("name", ""), by=actor_of(request), every_instance=True)
    messages.success(request, _("The attribute is deleted; its history stays."))
    return redirect("entity-edit", pk)


@access("entities.edit")
@require_POST
def remove_entity(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a thing out of the registry."""
    entity = _visible(request, pk)
    actions.delete_entity(entity, by=actor_of(request))
    messages.success(request, _("Deleted: %(name)s") % {"name": entity.name or entity.urn})
    return redirect("entities")


@access("entities.edit")
@require_GET
def unplaced(request: HttpRequest) -> HttpResponse:
    """The queue of things without a place, each with the unit that its position lies in."""
    found = (
        queries.find_entities(request.user, mark="unplaced").select_related("agency").order_by("-created_at")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    places = list(Place.objects.on(today).exclude(parent=None).defer("boundary").order_by("sort_key"))
    lines = _lines(page)
    for line in lines:
        thing = line["entity"]
        line["found"] = locate(thing.lon, thing.lat, today) if thing.lon is not None else None
    return render(request, "context/unplaced.html", {"page": page, "lines": lines, "places": places})


@access("entities.edit")
@require_POST
def place_entity(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a thing of the queue its place."""
    entity = _visible(request, pk)
    form = PlaceThingForm(request.POST)
    if form.is_valid():
        place = form.cleaned_data["place"]
        actions.change_owner(entity, by=actor_of(request), place=place)
        messages.success(request, f"{entity}: {place.qualified_name}")
    else:
        messages.error(request, _("Choose a place."))
    return redirect("entities-unplaced")
