"""Agencies and places side by side: who is punctual, and one chosen indicator, fairly."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from halong.context.scope import scope_of, selectors
from halong.core.access import access
from halong.indicators import compare
from halong.indicators.forms.filters import LeagueForm
from halong.indicators.listing import tabs
from halong.indicators.queries import late, punctuality
from halong.places.views.branches import csv_response

SPANS = {"90": timedelta(days=90), "365": timedelta(days=365)}


def _span(request: HttpRequest, now: datetime) -> tuple[datetime, datetime]:
    return now - SPANS.get(request.GET.get("days", ""), SPANS["90"]), now


@access("indicators.view")
@require_GET
def league(request: HttpRequest) -> HttpResponse:
    """Punctuality of the tables that agencies owe; below, an indicator by place and by agency."""
    now, scope, form = timezone.now(), scope_of(request), LeagueForm(request.GET, user=request.user)
    start, end = _span(request, now)
    chosen = form.chosen
    overdue = late(request.user, place=scope.place, agency=scope.agency, sector=scope.sector, now=now)
    context: dict[str, Any] = {
        "rows": punctuality(request.user, start=start, end=end),
        "late": overdue[:30],
        "late_count": len(overdue),
        "form": form,
        "chosen": chosen,
        "tabs": tabs(request, "league"),
        "scope": selectors(scope, request, timezone.localdate()),
    }
    if chosen is not None and chosen.definition is not None:
        places, agencies = compare.places_beside(chosen), compare.agencies_beside(chosen)
        context |= {
            "place_rows": places,
            "agency_rows": agencies,
            "definition": chosen.definition,
            "decimals": chosen.definition.decimals,
            "shows_den": any(side.row.den is not None for side in [*places, *agencies]),
        }
    return render(request, "indicators/league.html", context)


@access("indicators.view")
@require_GET
def league_csv(request: HttpRequest) -> HttpResponse:
    """Punctuality as a table."""
    start, end = _span(request, timezone.now())
    rows = punctuality(request.user, start=start, end=end)
    head = ("rank", "code", "agency", "on_time", "due", "share_percent")
    return csv_response(
        _("punctuality"),
        head,
        [[r.rank, r.agency.code, r.agency.name, r.num, r.den, r.value] for r in rows if r.agency],
    )
