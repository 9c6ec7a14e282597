"""Agencies: their tree by date, their form, their table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.shortcuts import render as page
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from halong.core.access import access
from halong.core.permissions import has_perm
from halong.places import actions, queries, sheets
from halong.places.forms import AgencyForm, BranchFilter
from halong.places.models import Agency
from halong.places.views.branches import csv_response, edit_page, import_page, list_page


@access("places.view")
@require_GET
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies of a day as a tree."""
    form = BranchFilter(request.GET)
    found = (
        Agency.objects.visible_to(request.user).on(form.day).select_related("place").defer("place__boundary")
    )
    context = list_page(request, form, found)
    context["may_edit"] = has_perm(request.user, "places.edit")
    context["reforms"] = queries.reforms(Agency)
    return page(request, "places/agencies.html", context)


@access("places.edit")
@require_http_methods(["GET", "POST"])
def new_agency(request: HttpRequest) -> HttpResponse:
    """An agency that isn't there yet."""
    form = AgencyForm(request.POST or None)
    return edit_page(request, form, actions.save_agency, "places/agency.html", "agencies")


@access("places.edit")
@require_http_methods(["GET", "POST"])
def agency(request: HttpRequest, pk: int) -> HttpResponse:
    """One agency: its data, what it came from and what it became."""
    found = get_object_or_404(Agency.objects.visible_to(request.user), pk=pk)
    context = {
        "title": found.qualified_name,
        "predecessors": found.predecessors.select_related("former"),
        "successors": found.successors.select_related("present"),
    }
    form = AgencyForm(request.POST or None, instance=found)
    return edit_page(request, form, actions.save_agency, "places/agency.html", "agencies", **context)


@access("places.view")
@require_GET
def export_agencies(request: HttpRequest) -> HttpResponse:
    """Every agency of both times as a table."""
    found = (
        Agency.objects.visible_to(request.user)
        .select_related("parent", "place")
        .defer("place__boundary")
        .prefetch_related("successors__present")
    )
    rows = sheets.agency_rows(found.order_by("valid_from", "code"))
    return csv_response("agencies", sheets.AGENCY_COLUMNS, rows)


@access("places.edit")
@require_http_methods(["GET", "POST"])
def import_agencies(request: HttpRequest) -> HttpResponse:
    """A table of agencies: looked at, then written."""
    words = {"title": _("Import agencies"), "back": "agencies", "back_label": _("Agencies")}
    columns = {"needed": sheets.AGENCY_NEEDED, "more": sheets.AGENCY_MORE}
    return import_page(request, actions.import_agencies, "places/import.html", "agencies", **words, **columns)
