"""The page of a sector: its indicators, its things with what they say now, its alerts, and what only this sector has."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext

from halong.alerts.models import Alert
from halong.analysis.queries import unusual
from halong.context.models import Attribute
from halong.core.language import reader_language
from halong.core.sector import AttributeSpec, EntityType, Sector, all_sectors
from halong.core.units import unit_symbol
from halong.indicators.standings import Standing
from halong.observations.queries import hourly_means
from halong.panorama import parts
from halong.panorama.exceedances import exceedances
from halong.panorama.overdue import asked
from halong.panorama.parts import View, standings_of
from halong.panorama.queries import level_of
from halong.panorama.report_panel import report_panel
from halong.panorama.things import MARKS, Reading, Thing, signals_of, states, worst_by_thing

ROWS = 25  # things of a kind on a page
COLUMNS = 6
_WORST_FIRST = ("lost", "late", "live", "none")  # signals


@dataclass(frozen=True)
class Column:
    """An attribute that the table of a kind of things shows."""

    spec: AttributeSpec

    @property
    def label(self) -> object:
        """Its name."""
        return self.spec.label

    @property
    def unit(self) -> str:
        """Its unit as people write it; empty for bare numbers."""
        return unit_symbol(self.spec.unit) if self.spec.unit != "C62" else ""


@dataclass(frozen=True)
class Cell:
    """What one thing says of one attribute: a reading with its age and band, or a word of the registry."""

    value: float | None = None
    text: str = ""
    decimals: int = 0
    old: bool = False
    colour: str = ""
    level: str = ""


@dataclass(frozen=True)
class Row:
    """A thing with its cells and the last 24 hours of its first series."""

    thing: Thing
    cells: list[Cell]
    trend: tuple[float | None, ...]


@dataclass(frozen=True)
class Kind:
    """The things of one kind: how many send, and a page of them, those in trouble first."""

    kind: EntityType
    columns: list[Column]
    rows: list[Row]
    page: "Page[Thing]"
    counts: dict[str, int]
    trend_of: object


def kind_tabs(view: View, sector: Sector) -> list[dict[str, Any]]:
    """The kinds of things that the scope has with their numbers, the chosen one (``?kind=``) marked."""
    counted = Counter(thing.type for thing in view.things)
    present = [kind for kind in sector.types if counted[kind.name]]
    wanted = view.request.GET.get("kind", "")
    chosen = next((kind for kind in present if kind.name == wanted), present[0] if present else None)
    return [
        {
            "kind": kind,
            "label": kind.plural,
            "url": f"?kind={kind.name}#things",
            "current": kind is chosen,
            "count": counted[kind.name],
        }
        for kind in present
    ]


def kind_table(view: View, kind: EntityType) -> Kind:
    """The things of one kind, a page of them, those in trouble first. A fixed number of queries."""
    mine = [thing for thing in view.things if thing.type == kind.name]
    mine.sort(key=lambda t: (t.priority or 9, _WORST_FIRST.index(t.signal), t.entity.sort_key))
    page = Paginator(mine, ROWS).get_page(view.request.GET.get("page"))
    columns = _columns(kind, mine)
    words = _words(list(page), columns)
    first = next((c.spec.name for c in columns if c.spec.series or c.spec.derived), "")
    trends = _trends(page, first, view)
    rows = [Row(t, [_cell(t, c, words, view) for c in columns], trends.get(t.entity.pk, ())) for t in page]
    label = next((c.label for c in columns if c.spec.name == first), "")
    return Kind(kind, columns, rows, page, states(mine), label)


def _columns(kind: EntityType, things: Iterable[Thing]) -> list[Column]:
    """The headline attributes, then further series that these things really have."""
    measured = {name for thing in things for name in thing.readings}
    named = [kind.attribute(name) for name in kind.headline]
    others = [spec for spec in kind.attributes if spec.name in measured and spec.name not in kind.headline]
    return [Column(spec) for spec in [*named, *others] if spec is not None][:COLUMNS]


def _words(things: list[Thing], columns: list[Column]) -> dict[tuple[int, str], Any]:
    """Values of attributes that are no series (beds in all, level of maturity)."""
    names = [c.spec.name for c in columns if not c.spec.series and not c.spec.derived]
    rows = Attribute.objects.filter(
        entity__in=[t.entity for t in things], name__in=names, deleted_at__isnull=True
    ).values_list("entity_id", "name", "document")
    return {(pk, name): document.get("value") for pk, name, document in rows}


def _cell(thing: Thing, column: Column, words: dict[tuple[int, str], Any], view: View) -> Cell:
    reading = thing.readings.get(column.spec.name)
    if reading is not None:
        return _reading_cell(reading, view)
    value = words.get((thing.entity.pk, column.spec.name))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(float(value), decimals=column.spec.decimals)
    chosen = dict(column.spec.choices).get(str(value)) if column.spec.choices else None
    return Cell(text=str(chosen or value or ""))


def _reading_cell(reading: Reading, view: View) -> Cell:
    level = level_of(reading, view.now)
    return Cell(
        reading.value,
        decimals=reading.decimals,
        old=reading.is_old(view.now),
        colour=level.colour if level else "",
        level=level.name(reader_language()) if level else "",
    )


def _trends(things: Iterable[Thing], name: str, view: View) -> dict[int, tuple[float | None, ...]]:
    series = {t.readings[name].series_id: t.entity.pk for t in things if name in t.readings}
    top = view.now.replace(minute=0, second=0, microsecond=0)
    means = hourly_means(list(series), top - timedelta(hours=24), top)
    hours = [int(top.timestamp()) - 3600 * n for n in range(23, -1, -1)]
    return {series[pk]: tuple(dict(points).get(hour) for hour in hours) for pk, points in means.items()}


def summaries(view: View) -> dict[str, dict[str, Any]]:
    """By sector: how many things, how many of them answer, how many are in alarm and how gravely.

    Three queries that read ids, signals and alerts: no thing of the scope is built.
    """
    mine: dict[str, list[int]] = defaultdict(list)
    for pk, sector in view.entities.order_by().values_list("pk", "sector"):
        mine[sector].append(pk)
    signals = signals_of([pk for ids in mine.values() for pk in ids], view.now)
    worst = worst_by_thing(Alert.objects.visible_to(view.user).calling(view.now))
    found = {}
    for sector, ids in mine.items():
        heard = Counter(signals[pk][0] for pk in ids if pk in signals)
        called = [worst[pk] for pk in ids if pk in worst]
        found[sector] = {
            "counts": {"live": heard["live"], "total": heard.total()},
            "things": len(ids),
            "alerts": len(called),
            "state": MARKS.get(min(called, default=0), "normal"),
        }
    return found


def standards(view: View) -> dict[str, Any]:
    """Exceedances by standard and compliance of emitters over the chosen period (environment only)."""
    things = [t for t in view.things if t.entity.sector == "environment"]
    limits, emitters = exceedances(things, view.now - view.scope.span, view.now)
    return {"limits": limits, "emitters": emitters, "method": _method()}


def _method() -> str:
    return gettext(
        "Hours and days count where at least 75 % of their readings are valid. Instant limits are held against hourly means."
    )


def sector_context(view: View, sector: Sector) -> dict[str, Any]:
    """Everything that the page of a sector shows at once; what is dear to make is fetched when it comes into sight."""
    tabs = kind_tabs(view, sector)
    chosen = next((tab["kind"] for tab in tabs if tab["current"]), None)
    return {
        "sector": sector,
        "summary": {"counts": states(view.things), "things": len(view.things)},
        "standings": standings_of(view, level=2),
        "alerts": view.waiting.select_related("place", "agency", "entity")[:8],
        "alerts_total": view.waiting.count(),
        "tabs": tabs,
        "table": kind_table(view, chosen) if chosen else None,
        "has_map": any(thing.entity.lon is not None for thing in view.things),
        "places": parts.places(view) if sector.key == "environment" else None,
        "unusual": unusual(view.user, **asked(view.scope), since=view.now - timedelta(days=1), limit=6),
        "late": parts.overdue(view),
        "reports": report_panel(view),
    }


def overview(view: View) -> list[dict[str, Any]]:
    """Every sector that has things or indicators, with its three first indicators."""
    standing: dict[str, list[Standing]] = defaultdict(list)
    for one in standings_of(view, level=2):
        standing[one.indicator.sector].append(one)
    known = summaries(view)
    return [
        {
            "sector": sector,
            **known.get(sector.key, {}),
            "standings": standing[sector.key][:3],
            "count": len(standing[sector.key]),
        }
        for sector in all_sectors()
        if sector.key in known or sector.key in standing
    ]
