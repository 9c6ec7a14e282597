"""Reading what analysis found, for pages, the panorama and the briefing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from halong.analysis import words
from halong.analysis.grain import GRAINS
from halong.analysis.models import Forecast, Unusual
from halong.analysis.neighbours import Sign, neighbours
from halong.analysis.outlook import Miss, miss_of
from halong.context.models import Entity
from halong.indicators.models import Indicator, Value, node_of
from halong.indicators.standings import indicator_url
from halong.observations.models import Series
from halong.observations.queries import hour_rows
from halong.places.models import Agency, Place

__all__ = [
    "ForecastView", "Miss", "Sign", "UnusualRow", "flags_of", "forecast_of", "forecasts_of", "marks_of", "miss_of",
    "neighbours", "recent_values", "unusual", "unusual_rows",
]  # fmt: skip

STALE = {"hour": timedelta(hours=9), "day": timedelta(days=3), "month": timedelta(days=62)}
THUMBNAIL = 72  # steps
AFTER = 12


@dataclass(frozen=True)
class UnusualRow:
    """One flag as lists show it. ``at``: its first period; ``text``: why; ``entity`` or ``indicator``: about what."""

    at: datetime
    name: str
    text: str
    value: float | None
    expected: float | None
    low: float | None
    high: float | None
    url: str
    score: float
    flag: Unusual
    entity: Entity | None = None
    indicator: Indicator | None = None
    values: tuple[float | None, ...] = ()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return bool(self.flag.running)


def unusual(
    user: Any,
    *,
    place: Place | None = None,
    agency: Agency | None = None,
    sector: str = "",
    since: datetime | None = None,
    limit: int = 10,
) -> list[UnusualRow]:
    """What is unusual since ``since`` (a day ago by default), what goes on first, then by how far out it is.

    What a person dismissed as expected is left out. Two queries.
    """
    since = since or timezone.now() - timedelta(days=1)
    found = Unusual.objects.visible_to(user).within(place, agency, sector).filter(last__gte=since)
    kept = found.exclude(state=Unusual.State.DISMISSED).order_by("-running", "-score", "-pk")
    return [row_of(flag) for flag in with_subjects(kept)[:limit]]


def unusual_rows(flags: Iterable[Unusual]) -> list[UnusualRow]:
    """Flags as rows of a list, with the values around them for a small chart."""
    kept = list(flags)
    values = recent_values(kept)
    return [row_of(flag, values.get(flag.pk, ())) for flag in kept]


def flags_of(subject: Series | Indicator, node: int = 0, *, limit: int = 10) -> list[Unusual]:
    """The newest flags of a series, or of an indicator at a node."""
    return list(with_subjects(Unusual.objects.of(subject, node).order_by("-first"))[:limit])


def with_subjects(found: "QuerySet[Unusual]") -> "QuerySet[Unusual]":
    """Flags with everything that their rows show."""
    return found.select_related(
        "series__entity__place", "series__entity__agency", "indicator", "place", "agency", "settled_by"
    ).prefetch_related("indicator__definitions")


def row_of(flag: Unusual, values: tuple[float | None, ...] = ()) -> UnusualRow:
    """A flag as a row."""
    if flag.series is not None:
        url = f"{reverse('entity', args=[flag.series.entity_id])}?property={flag.series.property}#analysis"
    else:
        assert flag.indicator is not None
        url = f"{indicator_url(flag.indicator, flag.place, flag.agency)}#analysis"
    return UnusualRow(
        flag.first, words.name_of(flag), words.reason(flag), flag.value, flag.expected, flag.low, flag.high, url,
        flag.score, flag, flag.entity, flag.indicator, values,
    )  # fmt: skip


def recent_values(flags: list[Unusual]) -> dict[int, tuple[float | None, ...]]:
    """The values around each flag, by its id: 72 steps, up to twelve of them after its end. Two queries."""
    found: dict[int, tuple[float | None, ...]] = {}
    hourly = [(flag, flag.series_id) for flag in flags if flag.series_id]
    if hourly:
        ends = [flag.last for flag, _pk in hourly]
        points: dict[int, dict[datetime, float | None]] = {}
        start = min(ends) - THUMBNAIL * GRAINS["hour"].step
        until = max(ends) + AFTER * GRAINS["hour"].step
        for series_id, label, mean, *_rest in hour_rows({pk for _flag, pk in hourly}, start, until):
            points.setdefault(series_id, {})[label] = mean
        for flag, pk in hourly:
            found[flag.pk] = _thumbnail(flag, points.get(pk, {}))
    others = [flag for flag in flags if flag.indicator_id and flag.grain in GRAINS]
    if others:
        wanted = Value.objects.filter(
            indicator_id__in={flag.indicator_id for flag in others}, grain__in={flag.grain for flag in others},
            node__in={flag.node for flag in others},
            label__lte=max(flag.last + AFTER * GRAINS[flag.grain].step for flag in others),
            label__gt=min(flag.last - THUMBNAIL * GRAINS[flag.grain].step for flag in others),
        )  # fmt: skip
        values: dict[tuple[int | None, str, int], dict[datetime, float | None]] = {}
        for pk, grain, node, label, value in wanted.values_list(
            "indicator_id", "grain", "node", "label", "value"
        ):
            values.setdefault((pk, grain, node), {})[label] = value
        for flag in others:
            found[flag.pk] = _thumbnail(flag, values.get((flag.indicator_id, flag.grain, flag.node), {}))
    return found


def _thumbnail(flag: Unusual, points: dict[datetime, float | None]) -> tuple[float | None, ...]:
    step = GRAINS[flag.grain].step
    end = min(flag.last + AFTER * step, max(points, default=flag.last))  # what came afterwards is seen, too
    return tuple(points.get(end - back * step) for back in range(THUMBNAIL - 1, -1, -1))


def marks_of(subject: Series | Indicator, node: int, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Unusual spans as ``<halong-chart>`` marks them: from the start of the first period to the end of the last."""
    flags = Unusual.objects.of(subject, node).filter(last__gt=start, first__lte=end).order_by("first")
    return [
        {
            "start": (flag.first - GRAINS[flag.grain].step).timestamp(),
            "end": flag.last.timestamp(),
            "label": str(flag.get_kind_display()),
            "state": "normal" if flag.state == Unusual.State.DISMISSED else "attention",
        }
        for flag in flags
    ]


@dataclass(frozen=True)
class ForecastView:
    """A forecast as pages show it. ``points``: (label, mean, lo80, hi80, lo95, hi95); ``horizon``: its plan."""

    points: list[tuple[datetime, float, float, float, float, float]]
    error: float
    naive_error: float
    horizon: str
    shown: bool
    made_at: datetime
    horizon_words: str
    accuracy: str
    words: str
    forecast: Forecast


def forecasts_of(
    subject: Series | Indicator,
    place: Place | None = None,
    agency: Agency | None = None,
    *,
    now: datetime | None = None,
) -> list[ForecastView]:
    """Every forecast that still looks ahead, also those that aren't shown because they are no better than naive."""
    now = now or timezone.now()
    measure = words.measure_of(subject)
    found = []
    for made in Forecast.objects.of(subject, node_of(place, agency)).order_by("pk"):
        ahead = [point for point in made.points if point[0] > now.timestamp()]
        if not ahead or made.since < now - STALE[made.grain]:
            continue
        found.append(
            ForecastView(
                points=[
                    (datetime.fromtimestamp(p[0], UTC), p[1], p[2], p[3], p[4], p[5]) for p in made.points
                ],
                error=made.error,
                naive_error=made.naive_error,
                horizon=made.plan,
                shown=made.shown,
                made_at=made.made_at,
                horizon_words=words.plan_words(made.plan),
                accuracy=words.accuracy(made, measure),
                words=words.describe_points(ahead, measure, made.grain),
                forecast=made,
            )
        )
    order = ("24h", "7days", "7d", "quarter", "3months")
    return sorted(found, key=lambda view: order.index(view.horizon))


def forecast_of(
    *,
    series: Series | None = None,
    indicator: Indicator | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    horizon: str | None = None,
) -> ForecastView | None:
    """The nearest forecast worth showing (or that of a plan); None where there is none better than the naive one."""
    subject = series or indicator
    if subject is None:
        return None
    views = forecasts_of(subject, place, agency)
    return next((v for v in views if v.shown and horizon in (None, v.horizon)), None)
