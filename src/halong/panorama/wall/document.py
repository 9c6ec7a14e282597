"""What a layout says: pages of tiles on a grid of 12 columns and 8 rows. Pure: reads, checks and writes JSON."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.registry import WallTile, wall_tiles

COLUMNS, ROWS = 12, 8
LEAST_SECONDS, MOST_SECONDS = 20, 3600
MOST_PAGES, MOST_TILES = 12, 24
TURN = "turn"  # the place of a tile that goes from place to place
LONGEST = 400  # characters of a setting
_ID = re.compile(r"[a-z0-9]{1,12}")


@dataclass(frozen=True)
class Tile:
    """A tile: ``x`` and ``y`` from 0; ``place`` is "" (that of the layout), "turn" (goes from place to place) or an id."""

    id: str
    kind: str
    x: int
    y: int
    w: int
    h: int
    place: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> WallTile | None:
        """Its kind; None when the module that had it is gone."""
        return wall_tiles.get(self.kind)

    @property
    def turns(self) -> bool:
        """Whether it goes from place to place."""
        return self.place == TURN

    def cells(self) -> set[tuple[int, int]]:
        """The cells of the grid that it covers."""
        return {(x, y) for x in range(self.x, self.x + self.w) for y in range(self.y, self.y + self.h)}

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


@dataclass(frozen=True)
class Page:
    """Tiles that stand on the wall together, for so many seconds."""

    seconds: int
    tiles: tuple[Tile, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"seconds": self.seconds, "tiles": [tile.as_json() for tile in self.tiles]}


def read_pages(given: Any) -> tuple[Page, ...]:
    """Check the pages of a layout that somebody wants to save. Raises Invalid with what is wrong, in words."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_PAGES:
        raise Invalid(_("A wall has 1 to %(most)s pages.") % {"most": MOST_PAGES})
    return tuple(_page(page, number) for number, page in enumerate(given, 1))


def stored_pages(stored: Iterable[Mapping[str, Any]]) -> tuple[Page, ...]:
    """The pages of a layout that was checked when it was saved; tiles whose kind is gone are left out."""
    return tuple(
        Page(page["seconds"], tuple(tile for t in page["tiles"] if (tile := Tile(**t)).spec is not None))
        for page in stored
    )


def _page(given: Any, number: int) -> Page:
    if not isinstance(given, dict) or not isinstance(given.get("tiles"), list):
        raise Invalid(_("Page %(n)s can't be read.") % {"n": number})
    seconds = _whole(given.get("seconds"))
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        words = _("A page stands for %(least)s to %(most)s seconds.")
        raise Invalid(words % {"least": LEAST_SECONDS, "most": MOST_SECONDS})
    if len(given["tiles"]) > MOST_TILES:
        raise Invalid(_("A page has at most %(most)s tiles.") % {"most": MOST_TILES})
    tiles = tuple(read_tile(tile) for tile in given["tiles"])
    covered: set[tuple[int, int]] = set()
    for tile in tiles:
        if covered & tile.cells():
            raise Invalid(_("On page %(n)s, two tiles lie over each other.") % {"n": number})
        covered |= tile.cells()
    if len({tile.id for tile in tiles}) < len(tiles):
        raise Invalid(_("Page %(n)s can't be read.") % {"n": number})
    return Page(seconds, tiles)


def read_tile(given: Any) -> Tile:
    """Check one tile. Raises Invalid."""
    if not isinstance(given, dict) or not _ID.fullmatch(str(given.get("id", ""))):
        raise Invalid(_("A tile can't be read."))
    spec = wall_tiles.get(str(given.get("kind", "")))
    if spec is None:
        raise Invalid(_("There is no such kind of tile."))
    x, y, w, h = (_whole(given.get(side)) for side in "xywh")
    inside = x >= 0 and y >= 0 and x + w <= COLUMNS and y + h <= ROWS
    if not inside or w < spec.least[0] or h < spec.least[1]:
        raise Invalid(_("The tile “%(name)s” is too small or lies outside.") % {"name": spec.label})
    place = str(given.get("place", ""))
    if place not in ("", TURN) and not place.isdigit():
        raise Invalid(_("A tile can't be read."))
    return Tile(given["id"], spec.key, x, y, w, h, place if spec.follows else "", _settings(spec, given))


def _settings(spec: WallTile, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the kind knows, of the sort that each of them is."""
    chosen = given.get("settings", {})
    if not isinstance(chosen, dict):
        raise Invalid(_("A tile can't be read."))
    kept = {}
    for one in spec.fields:
        value = chosen.get(one.key)
        if value is not None and value != "":
            kept[one.key] = str(value)[:LONGEST]
    return kept


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(_("A tile can't be read."))
    return value


def read_turn(seconds: Any, places: Any) -> tuple[int, list[int]]:
    """How long tiles that go from place to place stay, and where they go. Raises Invalid."""
    stay = _whole(seconds)
    if not LEAST_SECONDS <= stay <= MOST_SECONDS:
        words = _("A place stands for %(least)s to %(most)s seconds.")
        raise Invalid(words % {"least": LEAST_SECONDS, "most": MOST_SECONDS})
    if not isinstance(places, list) or len(places) > 200:
        raise Invalid(_("The places can't be read."))
    return stay, [_whole(place) for place in places]
