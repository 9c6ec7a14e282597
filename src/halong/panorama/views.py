"""The leader's pages: the panorama, the sectors, one thing, its chart."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from halong.context.models import Entity
from halong.context.scope import PERIODS, period_name
from halong.core import registry
from halong.core.access import access
from halong.core.blocks import render_blocks
from halong.panorama import entity_page, geo
from halong.panorama.actions import note_look
from halong.panorama.chart import Chart, csv_rows
from halong.panorama.fragments import kept
from halong.panorama.parts import FIRST_SCREEN, PARTS, View, layers
from halong.panorama.sector_page import overview, sector_context, standards


@access("panorama.view")
@require_GET
def panorama(request: HttpRequest) -> HttpResponse:
    """The whole province on one screen."""
    view = View(request)
    view.looked = note_look(view.user, view.now)
    parts = {name: PARTS[name](view) for name in FIRST_SCREEN}
    blocks = render_blocks(registry.panorama_blocks, request, view)
    return render(
        request, "panorama/panorama.html", {**parts, **view.shell, "layers": layers(view), "blocks": blocks}
    )


@access("panorama.view")
@require_GET
def sectors(request: HttpRequest) -> HttpResponse:
    """Every sector with its first indicators, its things and its alerts."""
    view = View(request, sector="")
    rows = overview(view)
    return render(request, "panorama/sectors.html", {**view.shell, "rows": rows})


@access("panorama.view")
@require_GET
def sector(request: HttpRequest, key: str) -> HttpResponse:
    """The page of one sector; choosing another sector in the bar goes to that one's page."""
    if "sector" in request.GET and request.GET["sector"] != key:
        wanted = request.GET["sector"]
        return redirect("sector", wanted) if wanted in registry.sectors else redirect("sectors")
    found = registry.sectors.get(key)
    if found is None:
        raise Http404
    view = View(request, sector=key)
    return render(request, "panorama/sector.html", {**view.shell, **sector_context(view, found)})


@access("panorama.view")
@require_GET
def sector_standards(request: HttpRequest) -> HttpResponse:
    """Exceedances by standard and compliance of emitters over the chosen period: fetched when it comes into sight."""
    view = View(request, sector="environment")
    period = period_name(view.scope.period)
    return render(request, "panorama/parts/standards.html", {"standards": standards(view), "period": period})


@access("panorama.view")
@require_GET
def part(request: HttpRequest, part: str) -> HttpResponse:
    """One part of the panorama again, after its topic changed."""
    if part not in PARTS:
        raise Http404
    view = View(request)

    def make() -> HttpResponse:
        return render(request, f"panorama/parts/{part}.html", {part: PARTS[part](view), "now": view.now})

    return kept(view, part, make)


@access("entities.view")
@require_GET
def things_geojson(request: HttpRequest) -> HttpResponse:
    """The things of the scope for the map, with their states."""
    view = View(request)
    features = kept(view, "things", lambda: JsonResponse(geo.features(view)))
    features.headers["Content-Type"] = "application/geo+json"
    return features


@access("entities.view")
@require_GET
def entity(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing: what it is, what it says now, its chart, its alerts, who answers for it."""
    found = get_object_or_404(
        Entity.objects.visible_to(request.user).select_related("place", "agency"), pk=pk
    )
    return render(request, "panorama/entity.html", entity_page.context(found, request))


@access("entities.view")
@require_GET
def entity_now(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest values of one thing again."""
    found = get_object_or_404(
        Entity.objects.visible_to(request.user).select_related("place", "agency"), pk=pk
    )
    return render(request, "panorama/parts/entity_now.html", entity_page.now(found, request))


def _chart(request: HttpRequest, pk: int, name: str) -> Chart:
    found = get_object_or_404(Entity.objects.visible_to(request.user), pk=pk)
    series = found.series.filter(property=name).first()
    if series is None:
        raise Http404
    period = request.GET.get("period", "24h")
    until = timezone.now()
    return Chart(series, until - PERIODS.get(period, timedelta(hours=24)), until)


@access("entities.view")
@require_GET
def series_json(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A series over a period for the chart: points with gaps, and the limits in force."""
    return JsonResponse(_chart(request, pk, name).as_json())


@access("entities.view")
@require_GET
def series_csv(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The same as a table: time of the province, value, quality."""
    chart = _chart(request, pk, name)
    response = HttpResponse(csv_rows(chart), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{pk}-{name}.csv"'
    return response
