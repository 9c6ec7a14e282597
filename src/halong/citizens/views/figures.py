"""Figures about reports for the centre and for agencies, each within what the reader may see."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from halong.citizens.desk import figures, listing
from halong.core.access import access


@access("reports.view")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Flow, ageing, agencies, places, what rises, hot spots."""
    return render(request, "citizens/desk/figures.html", figures.context(request))


@access("reports.view")
@require_GET
def flow(request: HttpRequest) -> HttpResponse:
    """Received and answered by day."""
    return JsonResponse(figures.flow_json(request))


@access("reports.view")
@require_GET
def hot_spots(request: HttpRequest) -> HttpResponse:
    """Where reports gather."""
    return JsonResponse(figures.hot_spots_geojson(request))


@access("reports.view")
@require_GET
def figures_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table."""
    return listing.table("report-figures", figures.COLUMNS, figures.csv_rows(request))
