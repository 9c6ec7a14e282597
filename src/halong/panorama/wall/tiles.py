"""The kinds of tiles that a wall may show."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.queries import answerable
from halong.alerts import queries as alert_queries
from halong.context.models import Entity
from halong.context.scope import PERIODS
from halong.core.registry import WallField, WallTile, wall_tiles
from halong.core.sector import all_sectors
from halong.core.text import sort_key
from halong.core.units import unit_symbol
from halong.indicators.models import Indicator
from halong.indicators.queries import history
from halong.indicators.standings import Standing, standings
from halong.panorama import queries
from halong.panorama.chart import Chart
from halong.panorama.entity_page import value_of
from halong.panorama.things import MARKS, things_of
from halong.panorama.wall.drawing import Limit, chart_svg
from halong.panorama.wall.sight import Sight
from halong.places.models import Agency, Place

Settings = dict[str, Any]
Context = dict[str, Any]

CELL_W, CELL_H, GAP = 264.0, 176.0, 32.0  # of the grid, in units of the wall
HEAD = 250.0  # what a chart's tile needs for its name and its edges
MOST_ALERTS = 12
CHART_POINTS = 600


def _where(sight: Sight) -> str:
    """The place, where it isn't the whole province."""
    return sight.scope.place.name if sight.scope.place else ""


def _thing(sight: Sight, settings: Settings) -> Entity | None:
    pk = str(settings.get("thing", ""))
    if not pk.isdigit():
        return None
    return Entity.objects.visible_to(sight.user).select_related("place").filter(pk=int(pk)).first()


def indicator(sight: Sight, settings: Settings) -> Context | None:
    """An indicator as it stands at the place and agency."""
    key, scope = settings.get("indicator", ""), sight.scope
    found = standings(
        sight.user,
        list(Indicator.objects.active().filter(key=key)),
        place=scope.place,
        agency=scope.agency,
        period=_period(settings),
        now=sight.now,
    )
    return {"s": found[0], "where": _where(sight)} if found else None


def indicator_choices(user: Any) -> list[tuple[str, Any]]:
    """The indicators in use, by sector and name."""
    found = Indicator.objects.visible_to(user).active().prefetch_related("definitions")
    today = timezone.localdate()
    names = {sector.key: str(sector.name) for sector in all_sectors()}
    rows = [
        (one.key, f"{names.get(one.sector, '')} · {definition.title}".removeprefix(" · "))
        for one in found
        if (definition := one.definition_on(today)) is not None
    ]
    return sorted(rows, key=lambda row: sort_key(row[1]))


def _period(settings: Settings) -> str:
    chosen = str(settings.get("period") or "24h")
    return chosen if chosen in PERIODS else "24h"


def course(sight: Sight, settings: Settings) -> Context | None:
    """An indicator over a period, with its target."""
    shown = indicator(sight, settings)
    if shown is None:
        return None
    one: Standing = shown["s"]
    start = sight.now - PERIODS[_period(settings)]
    place, agency = sight.scope.place, sight.scope.agency
    past = history(one.indicator, place=place, agency=agency, start=start, end=sight.now)
    target = [] if one.target is None else [Limit(one.target, gettext("target"))]
    points = [(point.label, point.value) for point in past]
    return {**shown, "points": points, "limits": target, "name": one.name}


def plate(sight: Sight, settings: Settings) -> Context:
    """The map: still, of one sector or of what measures and what is in alarm; cut to the place."""
    place = sight.scope.place
    asked = {
        "place": place.pk if place else "",
        "agency": sight.scope.agency.pk if sight.scope.agency else "",
        "sector": settings.get("sector") or sight.scope.sector,
    }
    return {
        "src": f"{reverse('wall-things')}?{urlencode(asked)}",
        "bounds": _bounds(place) if place else "",
        "where": _where(sight),
    }


def _bounds(place: Place) -> str:
    """West, south, east and north of a place: of its boundary, else some kilometres around it."""
    numbers = _positions((place.boundary or {}).get("coordinates", []))
    if not numbers and place.lon is not None and place.lat is not None:
        numbers = [(place.lon - 0.08, place.lat - 0.06), (place.lon + 0.08, place.lat + 0.06)]
    if not numbers:
        return ""
    west, south = (min(side) for side in zip(*numbers, strict=True))
    east, north = (max(side) for side in zip(*numbers, strict=True))
    return f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"


def _positions(coordinates: Any) -> list[tuple[float, float]]:
    """Every position of a GeoJSON geometry, however deep it lies."""
    if coordinates and isinstance(coordinates[0], (int, float)):
        return [(coordinates[0], coordinates[1])]
    return [position for part in coordinates for position in _positions(part)]


def alerts(sight: Sight, _settings: Settings) -> Context:
    """What needs a response, the gravest first."""
    waiting = sight.waiting.select_related("place", "entity")
    return {"alerts": waiting[:MOST_ALERTS], "total": waiting.count(), "where": _where(sight)}


def rate(sight: Sight, _settings: Settings) -> Context:
    """New alerts per ten minutes against 1, 2 and 10 (ISA-18.2, EEMUA 191)."""
    return {"rate": alert_queries.rate(sight.alerts, sight.now), "where": _where(sight)}


def value(sight: Sight, settings: Settings) -> Context | None:
    """The newest reading of one property of one thing."""
    entity = _thing(sight, settings)
    if entity is None:
        return None
    [thing] = things_of(Entity.objects.filter(pk=entity.pk), sight.user, sight.now)
    reading = thing.readings.get(settings.get("property", "")) or next(iter(thing.readings.values()), None)
    if reading is None:
        return None
    state = MARKS.get(thing.priority or 0, "normal")
    return {"thing": thing, "value": value_of(entity, reading, sight.now), "state": state}


def chart(sight: Sight, settings: Settings) -> Context | None:
    """A series of one thing over a period, with its limits."""
    entity = _thing(sight, settings)
    series = entity.series.filter(property=settings.get("property", "")).first() if entity else None
    if entity is None or series is None:
        return None
    drawn = Chart(series, sight.now - PERIODS[_period(settings)], sight.now)
    points = [(at, v if not quality else None) for at, v, quality in drawn.points()]
    return {
        "thing": entity,
        "name": drawn.name,
        "unit": unit_symbol(series.unit),
        "decimals": series.decimals,
        "points": points[:: max(1, len(points) // CHART_POINTS)],
        "limits": [Limit(one["value"], one["label"]) for one in drawn.limits()],
        "max_age": 2 * series.interval_s,
    }


def draw(context: Context, columns: int, rows: int) -> Any:
    """The picture of a chart's tile of this size."""
    width = columns * (CELL_W + GAP) - GAP - 96
    height = max(200.0, rows * (CELL_H + GAP) - GAP - HEAD)
    return chart_svg(
        context["points"], width=width, height=height, label=context["name"], limits=context["limits"]
    )


def changes(sight: Sight, _settings: Settings) -> Context:
    """What became different in the last day."""
    since = sight.now - timedelta(days=1)
    return {"changes": queries.changes(sight.user, sight.entities, since, 12), "where": _where(sight)}


def clock(_sight: Sight, _settings: Settings) -> Context:
    """Time and day."""
    return {}


def text(_sight: Sight, settings: Settings) -> Context:
    """Words that somebody wrote for the wall."""
    return {"title": settings.get("title", ""), "lines": str(settings.get("text", "")).splitlines()}


def contact(sight: Sight, settings: Settings) -> Context | None:
    """Who is to be called: an agency, the people who answer for it, their telephones."""
    pk = str(settings.get("agency", ""))
    agency = Agency.objects.visible_to(sight.user).filter(pk=int(pk)).first() if pk.isdigit() else None
    if agency is None:
        return None
    people = [person for person in answerable(agency) if person.phone][:2]
    return {"agency": agency, "people": people}


def agency_choices(user: Any) -> list[tuple[str, Any]]:
    """The agencies of today."""
    today = timezone.localdate()
    found = Agency.objects.visible_to(user).on(today).order_by("sort_key")
    return [(str(agency.pk), agency.called) for agency in found.only("short_name", "name")]


def sector_choices(_user: Any) -> list[tuple[str, Any]]:
    """The sectors, and what a wall shows by itself."""
    own = ("", gettext("What measures, and what is in alarm"))
    return [own, *((sector.key, sector.name) for sector in all_sectors())]


def period_choices(_user: Any) -> list[tuple[str, Any]]:
    """Lengths of time that a chart may show."""
    return [("24h", gettext("24 hours")), ("7d", gettext("7 days")), ("30d", gettext("30 days"))]


def _on(*topics: str) -> Callable[[Settings], str]:
    return lambda _settings: " ".join(topics)


def _of_thing(settings: Settings) -> str:
    return f"entity:{settings['thing']} alerts" if settings.get("thing") else ""


THING = WallField("thing", pgettext_lazy("of the registry", "Thing"), "thing", required=True)
PROPERTY = WallField("property", _("Property"), "property", required=True)
PERIOD = WallField("period", _("Period"), "choice", period_choices)
INDICATOR = WallField(
    "indicator", pgettext_lazy("tile", "Indicator"), "choice", indicator_choices, required=True
)


TILES = (
    WallTile(
        "indicator", pgettext_lazy("tile", "Indicator"), "chart-bar", "indicator.html", 10, indicator, _on("indicators"),
        (INDICATOR, PERIOD), size=(4, 2), least=(2, 2),
    ),
    WallTile(
        "course", _("Chart of an indicator"), "chart-line", "course.html", 15, course, _on("indicators"),
        (INDICATOR, PERIOD), wait_s=20, size=(6, 3), least=(3, 3),
    ),
    WallTile(
        "map", _("Map"), "map-2", "map.html", 20, plate, _on(),
        (WallField("sector", _("Sector"), "choice", sector_choices),), wait_s=60, size=(8, 6), least=(3, 3),
    ),
    WallTile(
        "alerts", _("Open alerts"), "bell", "alerts.html", 30, alerts, _on("alerts"), wait_s=1,
        size=(8, 2), least=(3, 2),
    ),
    WallTile("rate", _("Alerts / 10 minutes"), "chart-histogram", "rate.html", 40, rate, _on("alerts"), least=(3, 2)),
    WallTile(
        "value", _("Value of one thing"), "gauge", "value.html", 50, value, _of_thing, (THING, PROPERTY), wait_s=0,
        least=(2, 2), follows=False,
    ),
    WallTile(
        "chart", _("Chart of one thing"), "wave-sine", "chart.html", 60, chart, _of_thing,
        (THING, PROPERTY, PERIOD), wait_s=20, size=(6, 3),
        least=(3, 3), follows=False,
    ),
    WallTile(
        "changes", _("What changed"), "history", "changes.html", 70, changes, _on("panorama", "alerts"), wait_s=20,
        size=(4, 4), least=(3, 2),
    ),
    WallTile(
        "contact", _("Who is to be called"), "phone", "contact.html", 80, contact, _on("places"),
        (WallField("agency", _("Agency"), "choice", agency_choices, required=True),), wait_s=60, least=(3, 2),
        follows=False,
    ),
    WallTile(
        "clock", _("Clock"), "clock", "clock.html", 90, clock, _on(), wait_s=3600, size=(3, 2), least=(2, 1),
        follows=False,
    ),
    WallTile(
        "text", _("Heading and text"), "writing", "text.html", 100, text, _on(),
        (WallField("title", _("Heading"), "text"), WallField("text", _("Text"), "lines")), wait_s=3600,
        least=(2, 1), follows=False,
    ),
)  # fmt: skip


def register_tiles() -> None:
    """Fill the registry with Halong's own kinds."""
    for tile in TILES:
        wall_tiles.register(tile.key, tile)
