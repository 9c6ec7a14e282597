"""The list of indicators."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from halong.context.scope import period_name, scope_of, selectors
from halong.core.access import access
from halong.core.permissions import has_perm
from halong.indicators import listing
from halong.indicators.forms.filters import IndicatorFilter
from halong.places.views.branches import csv_response

A_PAGE = 50


def _rows(request: HttpRequest) -> tuple[Any, IndicatorFilter, list[listing.Row]]:
    scope, form = scope_of(request), IndicatorFilter(request.GET)
    rows = listing.listed(request.user, scope, form.said, request.GET.get("sort", ""), timezone.now())
    return scope, form, rows


@access("indicators.view")
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator as it stands in the scope: filtered, sorted, by pages."""
    scope, form, rows = _rows(request)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": list(page),
        "filter": form,
        "scope": selectors(scope, request, timezone.localdate()),
        "scope_is_whole": scope.is_whole,
        "trend_words": period_name(scope.period),
        "tabs": listing.tabs(request, "indicators"),
        "simulated": any(row.standing.simulated for row in page),
        "may_edit": has_perm(request.user, "indicators.edit"),
    }
    return render(request, "indicators/list.html", context)


@access("indicators.view")
@require_GET
def indicators_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    _scope, _form, rows = _rows(request)
    return csv_response("indicators", listing.CSV_HEAD, listing.csv_rows(rows))
