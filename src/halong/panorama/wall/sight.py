"""What the tiles of a wall look at: somebody's rights, a place, an agency and a sector."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.utils import timezone

from halong.context.scope import Scope
from halong.core.sector import all_sectors
from halong.panorama.models import WallLayout
from halong.panorama.parts import View
from halong.panorama.wall.document import Tile
from halong.places.models import Agency, Place

M = TypeVar("M", Place, Agency)


class Sight(View):
    """A view without a page around it: its scope is chosen by a layout or a tile, not by a session."""

    def __init__(self, user: Any, scope: Scope, now: datetime) -> None:
        self.user, self.scope, self.now = user, scope, now


@dataclass
class Sights:
    """The sights of one request for a layout; tiles with the same place share one."""

    user: Any
    layout: WallLayout
    now: datetime = field(default_factory=timezone.now)
    _known: dict[int | None, Sight] = field(default_factory=dict)

    @cached_property
    def whole(self) -> Sight:
        """What the layout itself looks at."""
        return self._at(self.layout.place)

    @cached_property
    def turning(self) -> list[Place]:
        """The places that tiles go to, in their order: those chosen, else every unit below the layout's place."""
        today = timezone.localdate()
        places = Place.objects.visible_to(self.user).on(today)
        if self.layout.turn_places:
            found = places.in_bulk(self.layout.turn_places)
            return [found[pk] for pk in self.layout.turn_places if pk in found]
        if self.layout.place is not None:
            places = places.within(self.layout.place).exclude(pk=self.layout.place.pk)
        return list(places.exclude(parent=None).order_by("sort_key"))

    def turned(self) -> Place | None:
        """Where tiles that go from place to place are now. It depends on the clock only, so that all walls agree."""
        if not self.turning:
            return self.layout.place
        return self.turning[int(self.now.timestamp() // self.layout.turn_seconds) % len(self.turning)]

    def of(self, tile: Tile) -> Sight:
        """What a tile looks at."""
        if tile.turns:
            return self._at(self.turned())
        if tile.place:
            return self._at(self._place(int(tile.place)) or self.layout.place)
        return self.whole

    def _place(self, pk: int) -> Place | None:
        return Place.objects.visible_to(self.user).filter(pk=pk).first()

    def _at(self, place: Place | None) -> Sight:
        key = place.pk if place else None
        if key not in self._known:
            scope = Scope(self.layout.sector, place, self.layout.agency)
            self._known[key] = Sight(self.user, scope, self.now)
        return self._known[key]


def find(model: type[M], key: object) -> M | None:
    """The place or agency of an id that came from outside."""
    given = str(key or "")
    return model._default_manager.filter(pk=int(given)).first() if given.isdigit() else None


def scope_choices() -> tuple[Iterable[Place], Iterable[Agency], list[tuple[str, str]]]:
    """The places and agencies of today, and the sectors, that a layout may look at."""
    today = timezone.localdate()
    places = Place.objects.on(today).exclude(parent=None).order_by("sort_key")
    agencies = Agency.objects.on(today).order_by("sort_key")
    return places, agencies, [(sector.key, str(sector.name)) for sector in all_sectors()]
