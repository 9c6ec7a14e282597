"""From a layout to what stands on the wall."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import pgettext

from halong.alerts.models import Alert
from halong.core.registry import wall_tiles
from halong.indicators.models import Indicator
from halong.indicators.standings import Standing, standings
from halong.panorama.decisions import GRAVITY
from halong.panorama.models import WallLayout
from halong.panorama.wall.document import Page, Tile, stored_pages
from halong.panorama.wall.sight import Sights
from halong.panorama.wall.tiles import draw

FOLDER = "panorama/wall/tiles/"
BESIDE = 4  # indicators beside the standard map
PRESSING = 4  # rows of what presses; each indicator has two
STANDARD_SECONDS = 30


@dataclass(frozen=True)
class Shown:
    """A tile with what stands in it."""

    tile: Tile
    html: str
    topics: str
    wait_s: float


def draw_tile(tile: Tile, sights: Sights) -> Shown:
    """What stands in a tile now. One without anything to show says so: a wall is never silently empty."""
    spec = tile.spec
    assert spec is not None  # stored_pages leaves unknown kinds out
    settings = dict(tile.settings)
    sight = sights.of(tile)
    context = spec.context(sight, settings)
    given: dict[str, Any] = {"tile": tile, "spec": spec, "now": sight.now, "sight": sight}
    if context is None:
        html = render_to_string(f"{FOLDER}nothing.html", given)
    else:
        if "points" in context:
            context["picture"] = draw(context, tile.w, tile.h)
        template = spec.template if "/" in spec.template else FOLDER + spec.template
        html = render_to_string(template, {**given, **context})
    return Shown(tile, html.strip(), spec.topics(settings), spec.wait_s)


def draw_pages(pages: Iterable[Page], sights: Sights) -> list[tuple[Page, list[Shown]]]:
    """Every page with its tiles."""
    return [(page, [draw_tile(tile, sights) for tile in page.tiles]) for page in pages]


def draw_some(pages: Iterable[Page], sights: Sights, wanted: Collection[str]) -> dict[str, str]:
    """The tiles asked for, each as ``page:id``."""
    return {
        key: draw_tile(tile, sights).html
        for number, page in enumerate(pages)
        for tile in page.tiles
        if (key := f"{number}:{tile.id}") in wanted
    }


def pages_of(layout: WallLayout, sights: Sights) -> tuple[Page, ...]:
    """The pages of a layout; the standard one's are made for what there is."""
    return stored_pages(layout.pages) if layout.pages else (standard_page(sights),)


def version_of(layout: WallLayout, pages: Iterable[Page]) -> str:
    """Changes when a wall must be laid out anew: the layout was saved, or the standard one has another set of tiles."""
    if layout.pk:
        return f"{layout.pk}.{layout.version}"
    places = [(tile.id, tile.kind) for page in pages for tile in page.tiles]
    return f"0.{crc32(repr(places).encode())}"


def standard_layout() -> WallLayout:
    """What a wall shows for which nobody chose a layout: never stored."""
    return WallLayout(
        name=pgettext("wall layout", "Standard"), version=0, pages=[], changed_at=timezone.now()
    )


def standard_page(sights: Sights) -> Page:
    """The map with the open alerts below it; beside it what presses (incidents under way), if anything does, and as many
    indicators of first level as there is room for, those in the worst states, in their order.
    """
    tiles = [Tile("map", "map", 0, 0, 8, 6), Tile("alerts", "alerts", 0, 6, 8, 2)]
    room, row = BESIDE, 0
    pressing = next((spec for spec in wall_tiles if spec.presses and spec.presses(sights.whole)), None)
    if pressing is not None:
        tiles.append(Tile(pressing.key, pressing.key, 8, 0, 4, PRESSING))
        room, row = room - PRESSING // 2, PRESSING
    keys = [standing.indicator.key for standing in _worth_showing(sights, room)]
    tiles += [
        Tile(f"i{n}", "indicator", 8, row + 2 * n, 4, 2, settings={"indicator": key})
        for n, key in enumerate(keys)
    ]
    if len(keys) < room:
        tiles.append(Tile("rate", "rate", 8, row + 2 * len(keys), 4, 2))
    return Page(STANDARD_SECONDS, tuple(tiles))


def _worth_showing(sights: Sights, count: int) -> list[Standing]:
    scope = sights.whole.scope
    wanted = Indicator.objects.active().filter(level=Indicator.Level.PANORAMA)
    found = standings(
        sights.user, list(wanted), place=scope.place, agency=scope.agency, sector=scope.sector, now=sights.now
    )
    order = {standing.indicator.pk: n for n, standing in enumerate(found)}
    worst = sorted(found, key=lambda one: (GRAVITY[one.state], order[one.indicator.pk]))[:count]
    return sorted(worst, key=lambda one: order[one.indicator.pk])


def holding(sights: Sights, now: datetime) -> Alert | None:
    """The critical alert that nobody has acknowledged yet, if there is one: it stops the rotation."""
    critical = sights.whole.alerts.calling(now).filter(priority=1, state=Alert.State.NEW)
    return critical.select_related("place", "entity").order_by("raised_at").first()
