"""The list of incidents, its map, and the status board."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from halong.core.access import access
from halong.incidents.blocks import PANORAMA, on_panorama
from halong.incidents.forms.filters import IncidentFilter
from halong.incidents.screens import board as boards
from halong.incidents.screens import listing


@access("incidents.view")
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """Those under way first; the gravest first."""
    return render(request, "incidents/list.html", listing.context(request))


@access("incidents.view")
@require_GET
def incidents_map(request: HttpRequest) -> HttpResponse:
    """The same rows as points."""
    found = listing.rows(request, listing.tab_of(request), IncidentFilter(request.GET).wanted())
    return JsonResponse(listing.geojson(found[: listing.ON_MAP]))


@access("incidents.view")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Everything under way on one screen: what, where, since when, what comes next, whom to call."""
    return render(request, "incidents/board.html", boards.context(request))


@access("incidents.view")
@require_GET
def under_way(request: HttpRequest) -> HttpResponse:
    """What the panorama shows of incidents."""
    return render(request, PANORAMA.template, on_panorama(request, None))
