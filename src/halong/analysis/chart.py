"""A forecast for ``<halong-chart>`` and as a table: the recent past, what was unusual in it, what comes with its bands."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.analysis.queries import ForecastView, forecasts_of, marks_of
from halong.analysis.words import measure_of
from halong.core.derived import LOCAL
from halong.indicators.models import Indicator, node_of
from halong.indicators.queries import history
from halong.observations.models import Series
from halong.observations.queries import series_points
from halong.places.models import Agency, Place

BEFORE = {
    "24h": timedelta(days=3), "7d": timedelta(days=14), "7days": timedelta(days=35),
    "quarter": timedelta(days=270), "3months": timedelta(days=3 * 365),
}  # fmt: skip
STEPS = {"hour": 3600, "day": 86_400, "month": 31 * 86_400}


def chart_json(
    subject: Series | Indicator, horizon: str, place: Place | None = None, agency: Agency | None = None
) -> dict[str, Any]:
    """The past, the forecast with its bands where it is better than naive, and the unusual spans."""
    now = timezone.now()
    view = next((v for v in forecasts_of(subject, place, agency, now=now) if v.horizon == horizon), None)
    grain = view.forecast.grain if view else "hour"
    start = now - BEFORE[horizon]
    measure = measure_of(subject)
    past = _past(subject, grain, start, view.forecast.since if view else now, place, agency)
    common = {"unit": measure.unit, "decimals": measure.decimals, "interval": STEPS[grain]}
    series: list[dict[str, Any]] = [{"name": measure.name, "points": past, **common}]
    if view and view.shown:
        series.append({"name": _("Forecast"), "dashed": True, **common, **_ahead(view, past)})
    return {
        "series": series,
        "limits": [],
        "marks": marks_of(subject, node_of(place, agency), start, now),
        "now": now.timestamp() if view and view.shown else None,
        "words": view.words if view and view.shown else "",
    }


def _past(
    subject: Series | Indicator,
    grain: str,
    start: datetime,
    end: datetime,
    place: Place | None,
    agency: Agency | None,
) -> list[list[float | None]]:
    if isinstance(subject, Series):
        interval = "raw" if subject.derived else "hour"  # derived values stand under hours already
        return [
            [at.timestamp(), value, quality]
            for at, value, quality in series_points(subject, start, end, interval)
        ]
    points = history(subject, place=place, agency=agency, start=start, end=end, grain=grain)
    return [[p.label.timestamp(), p.value, 0] for p in points if not p.running]


def _ahead(view: ForecastView, past: list[list[float | None]]) -> dict[str, Any]:
    """The mean as a line that begins at the last value, and the bands."""
    last = next(
        ([at, value] for at, value, quality in reversed(past) if value is not None and not quality), None
    )
    points: list[list[float | None]] = [[label.timestamp(), mean, 0] for label, mean, *_band in view.points]
    bands: list[list[float | None]] = [[label.timestamp(), *band] for label, _mean, *band in view.points]
    if last is not None:
        points.insert(0, [last[0], last[1], 0])
        bands.insert(0, [last[0], last[1], last[1], last[1], last[1]])
    return {"points": points, "bands": bands}


def csv_rows(subject: Series | Indicator, view: ForecastView) -> str:
    """The forecast as a table: a header that says unit and zone, then a row a period."""
    measure = measure_of(subject)
    text = io.StringIO()
    writer = csv.writer(text)
    name = f"{measure.name} ({measure.unit})" if measure.unit else measure.name
    writer.writerow(["time (+07:00)", name, "low 80%", "high 80%", "low 95%", "high 95%"])
    for label, *figures in view.points:
        rounded = [f"{value:.{measure.decimals + 1}f}" for value in figures]
        writer.writerow([label.astimezone(LOCAL).isoformat(), *rounded])
    return text.getvalue()
