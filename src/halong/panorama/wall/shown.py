"""From a layout to what stands on the wall."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.alerts.models import Alert
from halong.panorama.figures import figures
from halong.panorama.models import WallLayout
from halong.panorama.wall.document import Page, Tile, stored_pages
from halong.panorama.wall.sight import Sights
from halong.panorama.wall.tiles import draw

FOLDER = "panorama/wall/tiles/"
FIGURES = ("signal", "good-air", "worst-air", "alerts", "good-water")  # the first four that there are
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


def draw_pages(layout: WallLayout, sights: Sights) -> list[tuple[Page, list[Shown]]]:
    """Every page with its tiles."""
    return [(page, [draw_tile(tile, sights) for tile in page.tiles]) for page in pages_of(layout, sights)]


def draw_some(layout: WallLayout, sights: Sights, wanted: Collection[str]) -> dict[str, str]:
    """The tiles asked for, each as ``page:id``."""
    return {
        key: draw_tile(tile, sights).html
        for number, page in enumerate(pages_of(layout, sights))
        for tile in page.tiles
        if (key := f"{number}:{tile.id}") in wanted
    }


def pages_of(layout: WallLayout, sights: Sights) -> tuple[Page, ...]:
    """The pages of a layout; the standard one's are made for what there is."""
    return stored_pages(layout.pages) if layout.pages else (standard_page(sights),)


def standard_layout() -> WallLayout:
    """What a wall shows for which nobody chose a layout: never stored."""
    return WallLayout(name=_("Standard"), version=0, pages=[], changed_at=timezone.now())


def standard_page(sights: Sights) -> Page:
    """The map with the open alerts below it, and the first four figures that there are."""
    sight = sights.whole
    have = {figure.key for figure in figures(sight.things, sight.alerts, sight.user, sight.now)}
    chosen = [key for key in FIGURES if key in have][:4]
    tiles = [Tile("map", "map", 0, 0, 8, 6), Tile("alerts", "alerts", 0, 6, 8, 2)]
    tiles += [
        Tile(f"f{n}", "figure", 8, 2 * n, 4, 2, settings={"figure": key}) for n, key in enumerate(chosen)
    ]
    if len(chosen) < 4:
        tiles.append(Tile("rate", "rate", 8, 2 * len(chosen), 4, 2))
    return Page(STANDARD_SECONDS, tuple(tiles))


def holding(sights: Sights, now: datetime) -> Alert | None:
    """The critical alert that nobody has acknowledged yet, if there is one: it stops the rotation."""
    critical = sights.whole.alerts.calling(now).filter(priority=1, state=Alert.State.NEW)
    return critical.select_related("place", "entity").order_by("raised_at").first()
