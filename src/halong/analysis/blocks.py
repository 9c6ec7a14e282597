"""What analysis adds to the pages of things, indicators and alerts."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from halong.alerts.models import Alert
from halong.analysis.grain import HOUR
from halong.analysis.outlook import miss_of
from halong.analysis.queries import ForecastView, flags_of, forecasts_of, unusual_rows
from halong.analysis.words import measure_of, span
from halong.context.models import Entity
from halong.core.permissions import has_perm
from halong.indicators.models import node_of
from halong.indicators.standings import Standing
from halong.observations.models import Series
from halong.observations.queries import hour_rows

FLAGS = 5


@dataclass(frozen=True)
class Shown:
    """A forecast with the addresses of its chart and table."""

    view: ForecastView
    chart_url: str
    csv_url: str


def of_entity(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """For the chosen property of a thing, or its first index: what was unusual, and what comes next."""
    series = _chosen(entity, request.GET.get("property", ""))
    if series is None:
        return None
    series.entity = entity
    short = _history_words(series)
    shown = [_shown(view, "series-forecast", series.pk, "") for view in forecasts_of(series)]
    rows = unusual_rows(flags_of(series, limit=FLAGS))
    return {
        "name": measure_of(series).name,
        "forecasts": shown,
        "rows": rows,
        "short_history": short,
        **_may(request),
    }


def _chosen(entity: Entity, asked: str) -> Series | None:
    series = list(entity.series.filter(interval_s__lte=3600).order_by("pk"))
    return next(
        (s for s in series if s.property == asked),
        next((s for s in series if s.derived), next(iter(series), None)),
    )


def _history_words(series: Series) -> str:
    """How much history there is, where it isn't enough to judge anything."""
    now = timezone.now()
    rows = hour_rows([series.pk], now - HOUR.full * HOUR.step, now)
    have = sum(mean is not None for _pk, _label, mean, *_rest in rows)
    return "" if have >= HOUR.least else span(have, HOUR.name)


def of_indicator(request: HttpRequest, standing: Standing) -> dict[str, Any] | None:
    """For an indicator at the chosen node: what was unusual, what comes next, and what becomes of the target."""
    indicator, place, agency = standing.indicator, standing.place, standing.agency
    node = {"place": place.pk if place else "", "agency": agency.pk if agency else ""}
    kept = urlencode({key: value for key, value in node.items() if value})
    tail = f"?{kept}" if kept else ""
    shown = [
        _shown(view, "indicator-forecast", indicator.pk, tail)
        for view in forecasts_of(indicator, place, agency)
    ]
    rows = unusual_rows(flags_of(indicator, node_of(place, agency), limit=FLAGS))
    miss = miss_of(indicator, place, agency)
    if not shown and not rows and miss is None:
        return None
    return {"name": standing.name, "forecasts": shown, "rows": rows, "miss": miss, **_may(request)}


def _shown(view: ForecastView, name: str, pk: int, tail: str) -> Shown:
    chart, table = (reverse(f"{name}-{kind}", args=[pk, view.horizon]) for kind in ("json", "csv"))
    return Shown(view, chart + tail, table + tail)


def _may(request: HttpRequest) -> dict[str, Any]:
    return {"may_settle": has_perm(request.user, "alerts.handle"), "next": quote(request.get_full_path())}


def of_alert(request: HttpRequest, alert: Alert) -> dict[str, Any] | None:
    """The way to what happened at the same time near an alert; absent where nobody knows where it is."""
    entity = alert.entity
    if entity is None or entity.lat is None or entity.lon is None:
        return None
    return {"url": reverse("alert-neighbours", args=[alert.pk])}
