"""One indicator: its page, its chart, its comparisons as tables."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from halong.context.scope import scope_of
from halong.core.access import access
from halong.indicators import compare
from halong.indicators.chart import CSV_HEAD, History
from halong.indicators.models import Indicator
from halong.indicators.page import Page
from halong.places.views.branches import csv_response


def found(request: HttpRequest, pk: int) -> Indicator:
    """An indicator that the reader may see and that means something."""
    rows = Indicator.objects.visible_to(request.user).select_related("agency", "person")
    indicator: Indicator = get_object_or_404(rows.prefetch_related("definitions"), pk=pk)
    if indicator.definition is None:
        raise Http404
    return indicator


@access("indicators.view")
@require_GET
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """What it says here and now, what it means, what it was, what lies behind it, who answers."""
    return render(request, "indicators/indicator.html", Page(request, found(request, pk)).context())


def _history(request: HttpRequest, pk: int) -> History:
    indicator = found(request, pk)
    definition = indicator.definition
    assert definition is not None
    return History.asked(indicator, definition, scope_of(request), request.GET, timezone.now())


@access("indicators.view")
@require_GET
def indicator_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The history for the chart: settled, running and re-aggregated values, target and bands."""
    return JsonResponse(_history(request, pk).as_json())


@access("indicators.view")
@require_GET
def indicator_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The history as a table."""
    history = _history(request, pk)
    return csv_response(f"{history.indicator.key}-{history.grain}", CSV_HEAD, history.csv_rows())


@access("indicators.view")
@require_GET
def compare_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Places or agencies side by side as a table."""
    indicator = found(request, pk)
    by = "agency" if request.GET.get("by") == "agency" else "place"
    if by == "agency":
        sides = compare.agencies_beside(indicator)
    else:
        sides = compare.places_beside(indicator, former=request.GET.get("tree") == "former")
    return csv_response(f"{indicator.key}-{by}", compare.CSV_HEAD, compare.csv_of(sides))
