"""The parts of the panorama page: each a fragment that is made on first paint and fetched again when its topic changes."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from halong.alerts import queries as alert_queries
from halong.alerts.models import Alert, AlertQuerySet
from halong.context.models import Entity
from halong.context.scope import Scope, scope_of, selectors
from halong.core.permissions import has_perm
from halong.core.sector import all_sectors
from halong.panorama import queries
from halong.panorama.figures import figures
from halong.panorama.things import Thing, things_of

WALL_FIGURES = ("signal", "good-air", "worst-air", "alerts", "good-water")  # the first four that there are
FEW = 4  # open alerts: below it the list has room for what ended


class View:
    """What one request looks at; the things are read once however many parts want them."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = request.user
        self.scope: Scope = scope_of(request)
        self.now: datetime = timezone.now()
        self._things: list[Thing] | None = None

    @property
    def things(self) -> list[Thing]:
        """The visible things of the scope as they stand."""
        if self._things is None:
            self._things = things_of(
                self.scope.entities(Entity.objects.visible_to(self.user)), self.user, self.now
            )
        return self._things

    @property
    def shell(self) -> dict[str, Any]:
        """What the desk shows around the page: the selectors, the badge of simulated data, the time."""
        return {
            "scope": selectors(self.scope, self.request, timezone.localdate()),
            "simulated": any(thing.entity.simulated for thing in self.things),
            "now": self.now,
        }

    @property
    def alerts(self) -> AlertQuerySet:
        """The alerts of the scope; Halong's alerts about itself belong to the whole province only."""
        found = Alert.objects.visible_to(self.user)
        if self.scope.sector:
            found = found.filter(sector=self.scope.sector)
        if self.scope.place:
            found = found.filter(place__path__startswith=self.scope.place.path)
        if self.scope.agency:
            found = found.filter(agency__path__startswith=self.scope.agency.path)
        return found

    @property
    def waiting(self) -> AlertQuerySet:
        """Open alerts that are not shelved, the gravest first."""
        return self.alerts.calling(self.now).order_by("priority", "-raised_at")


def decisions(view: View) -> dict[str, Any]:
    """What needs a response, gravest first, and how it spreads over places and sectors."""
    waiting = view.waiting.select_related("place", "agency", "entity")
    names = {sector.key: sector.name for sector in all_sectors()}
    rows = list(waiting.values_list("place__name", "place_id", "sector"))
    places = Counter((name, pk) for name, pk, _sector in rows if pk)
    sectors = Counter(sector for _name, _pk, sector in rows)
    return {
        "alerts": waiting[:8],
        "total": len(rows),
        "ended": _ended(view) if len(rows) < FEW else [],
        "may_handle": has_perm(view.user, "alerts.handle"),
        "by_place": [(name, pk, n) for (name, pk), n in places.most_common(5)],
        "by_sector": [(names.get(key, key), key, n) for key, n in sectors.most_common(5) if key in names],
        "most": max([*places.values(), *sectors.values(), 1]),
    }


def _ended(view: View) -> AlertQuerySet:
    """What was dealt with in the last day: shown where few alerts leave room for it."""
    since = view.now - timedelta(days=1)
    return view.alerts.filter(state=Alert.State.CLOSED, closed_at__gte=since).order_by("-closed_at")[:FEW]


def tiles(view: View) -> dict[str, Any]:
    """The figures of first level, and the four of them that a wall has room for."""
    found = figures(view.things, view.alerts, view.user, view.now)
    on_wall = sorted((f for f in found if f.key in WALL_FIGURES), key=lambda f: WALL_FIGURES.index(f.key))
    return {"figures": found, "wall": on_wall[:4]}


def changes(view: View) -> dict[str, Any]:
    """What became different in the last day."""
    things = {thing.entity.pk: thing for thing in view.things}
    return {"changes": queries.changes(view.user, things, view.now - timedelta(days=1))}


def places(view: View) -> dict[str, Any]:
    """Air and water today by place."""
    counted: Counter[int | None] = Counter(view.waiting.values_list("place_id", flat=True))
    return {"rows": queries.by_place(view.things, view.now, counted)}


def rate(view: View) -> dict[str, Any]:
    """New alerts per ten minutes against 1, 2 and 10 (ISA-18.2, EEMUA 191)."""
    return {"rate": alert_queries.rate(view.alerts, view.now)}


def layers(view: View) -> list[dict[str, Any]]:
    """The layers of the map: a sector each, of those that have things here; at first only the measuring ones are shown."""
    kinds: dict[str, set[str]] = {}
    for thing in view.things:
        if thing.entity.lon is not None:
            kinds.setdefault(thing.entity.sector, set()).add(thing.type)
    return [
        {
            "name": sector.name,
            "kinds": " ".join(sorted(kinds[sector.key])),
            "shown": sector.key in {"environment", view.scope.sector},
        }
        for sector in all_sectors()
        if sector.key in kinds
    ]


PARTS: dict[str, Callable[[View], dict[str, Any]]] = {
    "decisions": decisions,
    "tiles": tiles,
    "changes": changes,
    "places": places,
    "rate": rate,
}
