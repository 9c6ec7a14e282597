"""Administrative units: both trees by date, their form, their table, their shapes for maps."""

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404
from django.shortcuts import render as page
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from halong.core.access import access, public
from halong.core.errors import Malformed
from halong.core.permissions import has_perm
from halong.places import actions, queries, sheets
from halong.places.forms import BranchFilter, PlaceForm
from halong.places.models import Place
from halong.places.views.branches import csv_response, edit_page, import_page, list_page


@access("places.view")
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """The units of a day as a tree."""
    form = BranchFilter(request.GET)
    found = Place.objects.visible_to(request.user).on(form.day).defer("boundary")
    context = list_page(request, form, found)
    context["may_edit"] = has_perm(request.user, "places.edit")
    context["reforms"] = queries.reforms(Place)
    return page(request, "places/places.html", context)


@access("places.edit")
@require_http_methods(["GET", "POST"])
def new_place(request: HttpRequest) -> HttpResponse:
    """A unit that isn't there yet."""
    form = PlaceForm(request.POST or None)
    return edit_page(request, form, actions.save_place, "places/place.html", "places")


@access("places.edit")
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: its data, what it came from and what it became."""
    found = get_object_or_404(Place.objects.visible_to(request.user), pk=pk)
    context = {
        "title": found.qualified_name,
        "predecessors": found.predecessors.select_related("former"),
        "successors": found.successors.select_related("present"),
    }
    form = PlaceForm(request.POST or None, instance=found)
    return edit_page(request, form, actions.save_place, "places/place.html", "places", **context)


@access("places.view")
@require_GET
def export_places(request: HttpRequest) -> HttpResponse:
    """Every unit of both times as a table."""
    found = (
        Place.objects.visible_to(request.user).select_related("parent").defer("boundary", "parent__boundary")
    )
    return csv_response(
        "places", sheets.PLACE_COLUMNS, sheets.place_rows(found.order_by("valid_from", "code"))
    )


@access("places.edit")
@require_http_methods(["GET", "POST"])
def import_places(request: HttpRequest) -> HttpResponse:
    """A table of units: looked at, then written."""
    words = {"title": _("Import places"), "back": "places", "back_label": _("Places")}
    columns = {"needed": sheets.PLACE_NEEDED, "more": sheets.PLACE_MORE}
    return import_page(request, actions.import_places, "places/import.html", "places", **words, **columns)


@public
@require_GET
def places_geojson(request: HttpRequest) -> HttpResponse:
    """The units of a day (``?on=YYYY-MM-DD``; today) for maps. Names and shapes of units are public
    knowledge.
    """
    try:
        on = date.fromisoformat(request.GET["on"]) if "on" in request.GET else timezone.localdate()
    except ValueError as error:
        raise Malformed(_("The day must be written YYYY-MM-DD.")) from error
    tag = f'"{queries.version()}-{on}-{request.LANGUAGE_CODE}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response = JsonResponse(queries.feature_collection(on), content_type="application/geo+json")
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response
