"""The centre's figures about reports: internal, never public as they stand here."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.citizens.queries import rhythm, statistics
from halong.citizens.queries.statistics import Flow, HotSpot, StatRow
from halong.context.scope import Scope, period_name, scope_of, selectors
from halong.core.formats import ZONE

MOST_ROWS = 60
COLUMNS = (
    "of", "name", "received", "answered", "on_time", "on_time_percent", "on_first_percent", "open", "late", "extended",
    "reopened", "returned", "satisfied", "accept", "dissatisfied", "median_hours", "simulated",
)  # fmt: skip
MONDAY = date(2024, 1, 1)  # any Monday: only its name counts


def span(scope: Scope) -> tuple[datetime, datetime]:
    """The period that was chosen, up to now."""
    now = timezone.now()
    return now - scope.span, now


def sides_of(scope: Scope) -> dict[str, Any]:
    """What was chosen, as the numbers take it."""
    return {"place": scope.place, "agency": scope.agency, "sector": scope.sector}


def context(request: HttpRequest) -> dict[str, Any]:
    """The whole page."""
    scope, user = scope_of(request, remember=False), request.user
    start, end = span(scope)
    sides = sides_of(scope)
    whole = statistics.flow(user, start=start, end=end, **sides)
    ages = statistics.ageing(user, **sides)
    rising = statistics.rising(user, days=max(1, min(scope.span.days, 30)), **sides)
    hours = rhythm.by_hour(user, scope, start=start, end=end)
    return {
        "flow": whole,
        "tiles": tiles(whole),
        "ages": [{"label": _("%(n)s days") % {"n": band}, "value": n} for band, n in ages],
        "most_aged": max([n for _band, n in ages] or [0]) or 1,
        "agencies": _agencies(scope, user, start, end),
        "places": statistics.by_place(user, start=start, end=end, **sides)[:MOST_ROWS],
        "rising": rising,
        "spots": _spots(scope, user, start, end),
        "hours": _heat(hours),
        "clock": range(24),
        "period": period_name(scope.period),
        "scope": selectors(scope, request, timezone.localdate()),
        "query": request.GET.urlencode(),
    }


def tiles(whole: Flow) -> list[dict[str, Any]]:
    """The row of numbers above; attention only where something is overdue."""
    shown: list[dict[str, Any]] = [
        {"label": pgettext("reports", "Received"), "value": whole.received},
        {"label": pgettext("reports", "Answered"), "value": whole.answered},
        {"label": pgettext("reports", "On time"), "value": whole.on_time_share, "decimals": 1, "unit": "%"},
        {"label": _("On time without extension"), "value": whole.on_first_share, "decimals": 1, "unit": "%"},
        {"label": pgettext("reports", "Open"), "value": whole.open},
        {
            "label": pgettext("reports", "Late"),
            "value": whole.overdue,
            "state": "high" if whole.overdue else "normal",
        },
        {"label": pgettext("reports", "Re-opened"), "value": whole.reopened},
        {"label": _("Satisfied or accept"), "value": whole.satisfied_share, "decimals": 1, "unit": "%"},
        {
            "label": _("Half were answered within"),
            "value": whole.median_hours,
            "decimals": 1,
            "unit": _("hours"),
        },
    ]
    return [tile | {"unit": tile.get("unit", "") if tile["value"] is not None else ""} for tile in shown]


def _agencies(scope: Scope, user: Any, start: datetime, end: datetime) -> list[StatRow]:
    rows = statistics.by_agency(user, start=start, end=end, **sides_of(scope))
    return sorted(rows, key=lambda row: (-(row.flow.overdue or 0), -(row.flow.open or 0), row.name))[
        :MOST_ROWS
    ]


def _spots(scope: Scope, user: Any, start: datetime, end: datetime) -> list[HotSpot]:
    return statistics.hot_spots(user, start=start, end=end, **sides_of(scope))


def _heat(hours: list[list[int]]) -> list[dict[str, Any]]:
    """Each hour with its share of the busiest one, in five steps."""
    most = max(max(row) for row in hours) or 1
    return [
        {
            "day": date_format(MONDAY + timedelta(days=index), "D"),
            "cells": [{"n": n, "step": -(-5 * n // most)} for n in row],
            "total": sum(row),
        }
        for index, row in enumerate(hours)
    ]


def hot_spots_geojson(request: HttpRequest) -> dict[str, Any]:
    """The hot spots of the period as points that say how many."""
    scope = scope_of(request, remember=False)
    start, end = span(scope)
    spots = _spots(scope, request.user, start, end)
    most = max((spot.weight for spot in spots), default=1)
    return {
        "type": "FeatureCollection",
        "features": [_spot(spot, most, index) for index, spot in enumerate(spots)],
    }


def _spot(spot: HotSpot, most: int, index: int) -> dict[str, Any]:
    name = _("%(n)d reports") % {"n": spot.count}
    return {
        "type": "Feature",
        "id": index + 1,
        "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
        "properties": {
            "id": index + 1,
            "name": name,
            "label": name,
            "kind": "hot-spot",
            "kindLabel": _("Hot spot"),
            "plural": _("Hot spots"),
            "state": "high" if spot.weight >= 0.6 * most else "attention",
            "value": ", ".join(spot.categories[:3]),
            "place": "",
            "href": reverse("reports-figures"),
            "simulated": spot.simulated,
        },
    }


def flow_json(request: HttpRequest) -> dict[str, Any]:
    """Received and answered by day, for the chart."""
    scope = scope_of(request, remember=False)
    end = timezone.now()
    start = end - max(scope.span, timedelta(days=14))
    rows = statistics.by_day(request.user, start=start, end=end, **sides_of(scope))
    noon = [
        int(datetime(day.year, day.month, day.day, 12, tzinfo=ZONE).timestamp()) for day, _in, _out in rows
    ]
    series = [(pgettext("reports", "Received"), 1), (pgettext("reports", "Answered"), 2)]
    return {
        "series": [
            {
                "name": name,
                "unit": "",
                "decimals": 0,
                "points": [[at, row[side], 0] for at, row in zip(noon, rows, strict=True)],
            }
            for name, side in series
        ],
        "limits": [],
    }


def csv_rows(request: HttpRequest) -> list[list[object]]:
    """Whole, by agency and by place, as one table."""
    scope = scope_of(request, remember=False)
    start, end = span(scope)
    whole = statistics.flow(request.user, start=start, end=end, **sides_of(scope))
    rows = [_line("all", "", whole)]
    rows += [_line("agency", row.name, row.flow) for row in _agencies(scope, request.user, start, end)]
    places = statistics.by_place(request.user, start=start, end=end, **sides_of(scope))
    return rows + [_line("place", row.name, row.flow) for row in places]


def _line(of: str, name: str, flow: Flow) -> list[object]:
    shares = [
        None if share is None else round(share, 1) for share in (flow.on_time_share, flow.on_first_share)
    ]
    return [
        of, name, flow.received, flow.answered, flow.on_time, *shares, flow.open, flow.overdue, flow.extended,
        flow.reopened, flow.returned, flow.satisfied, flow.accept, flow.dissatisfied,
        None if flow.median_hours is None else round(flow.median_hours, 1), int(bool(flow.simulated)),
    ]  # fmt: skip
