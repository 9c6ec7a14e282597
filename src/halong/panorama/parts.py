"""The parts of the panorama page: each a fragment that is made on first paint and fetched again when its topic changes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from halong.accounts.models import User
from halong.alerts import queries as alert_queries
from halong.alerts.models import Alert, AlertQuerySet
from halong.context.models import Entity
from halong.context.scope import Scope, scope_of, selectors
from halong.core.permissions import has_perm
from halong.core.sector import all_sectors
from halong.indicators import queries as indicator_queries
from halong.indicators.models import Indicator
from halong.indicators.standings import Standing, standings
from halong.panorama import queries
from halong.panorama.decisions import MOST
from halong.panorama.decisions import decisions as find_decisions
from halong.panorama.models import LastLook
from halong.panorama.overdue import asked
from halong.panorama.overdue import overdue as find_overdue
from halong.panorama.report_layer import kinds_of_layer
from halong.panorama.things import Thing, things_of

FIRST = 12  # indicators of first level on one screen, at most
SHOWN = 12  # decisions on the panorama; the rest is told by number
FEW = 4  # decisions: below it the list has room for what ended
LONGEST = timedelta(days=7)  # nobody reads more than a week of changes


class View:
    """What one request looks at; the things are read once however many parts want them."""

    def __init__(self, request: HttpRequest, *, sector: str | None = None) -> None:
        """``sector``: that of a sector's page, or ``?only=`` of its fragments; it isn't remembered as a choice."""
        self.request = request
        self.user: Any = request.user
        self.scope: Scope = scope_of(request)
        only = request.GET.get("only") if sector is None else sector
        if only is not None:
            known = any(one.key == only for one in all_sectors())
            self.scope = replace(self.scope, sector=only if known else "")
        self.now: datetime = timezone.now()

    @property
    def entities(self) -> QuerySet[Entity]:
        """The visible things of the scope."""
        return self.scope.entities(Entity.objects.visible_to(self.user))

    @cached_property
    def things(self) -> list[Thing]:
        """The same as they stand; thousands of them take a second, so the first screen does without."""
        return things_of(self.entities, self.user, self.now)

    @cached_property
    def standings(self) -> list[Standing]:
        """The indicators of first level; in one sector also those of second level."""
        return standings_of(self, level=2 if self.scope.sector else 1)

    @cached_property
    def looked(self) -> datetime | None:
        """When the visit before this one ended; None for walls and at the first visit."""
        if not isinstance(self.user, User):
            return None
        look = LastLook.objects.filter(pk=self.user.pk).first()
        return look.before if look else None

    @property
    def shell(self) -> dict[str, Any]:
        """What the desk shows around the page: the selectors, the badge of simulated data, the time."""
        return {
            "scope": selectors(self.scope, self.request, timezone.localdate()),
            "simulated": self.entities.filter(simulated=True).exists(),
            "now": self.now,
        }

    @property
    def alerts(self) -> AlertQuerySet:
        """The alerts of the scope; Halong's alerts about itself belong to the whole province only."""
        return Alert.objects.visible_to(self.user).within(self.scope)

    @property
    def waiting(self) -> AlertQuerySet:
        """Open alerts that are not shelved, the gravest first."""
        return self.alerts.calling(self.now).order_by("priority", "-raised_at")


def decisions(view: View) -> dict[str, Any]:
    """What needs a decision, gravest first: alerts by cause, red indicators, tasks and tables that wait."""
    waiting = view.waiting.select_related("place", "agency", "entity", "rule")[:MOST]
    found = find_decisions(view.user, waiting, view.standings, view.scope)
    return {
        "rows": found[:SHOWN],
        "total": len(found),
        "more": max(len(found) - SHOWN, 0),
        "ended": _ended(view) if len(found) < FEW else [],
    }


def overdue(view: View) -> dict[str, Any]:
    """What is late and whose it is."""
    rows = find_overdue(view.user, view.scope, view.now)
    return {
        "rows": rows,
        "total": sum(row.total for row in rows),
        "most": max((row.total for row in rows), default=1),
    }


def _ended(view: View) -> AlertQuerySet:
    """What was dealt with in the last day: shown where few decisions leave room for it."""
    since = view.now - timedelta(days=1)
    return view.alerts.filter(state=Alert.State.CLOSED, closed_at__gte=since).order_by("-closed_at")[:FEW]


def standings_of(view: View, *, level: int) -> list[Standing]:
    """The indicators up to a level at the chosen node and sector, in their order, with the chosen period's trend."""
    wanted = Indicator.objects.active().filter(level__lte=level)
    if view.scope.sector:
        wanted = wanted.filter(sector=view.scope.sector)
    scope = view.scope
    return standings(
        view.user, list(wanted), place=scope.place, agency=scope.agency, period=scope.period, now=view.now
    )


def tiles(view: View) -> dict[str, Any]:
    """The indicators of first level; those of a chosen sector down to the second."""
    return {"standings": view.standings[:FIRST], "may_add": has_perm(view.user, "indicators.edit")}


def changes(view: View) -> dict[str, Any]:
    """What became different since the last visit, at least over an hour and at most over a week."""
    since = min(
        max(view.looked or view.now - timedelta(days=1), view.now - LONGEST), view.now - timedelta(hours=1)
    )
    found = queries.changes(view.user, view.entities, since)
    found += [
        queries.Change(one.at, f"{one.name}: {one.text}", one.standing_url, one.state_after)
        for one in indicator_queries.changed_since(view.user, since, **asked(view.scope), level=1)
    ]
    return {
        "changes": sorted(found, key=lambda change: change.at, reverse=True)[:40],
        "since": since,
        "since_look": view.looked is not None,
    }


def places(view: View) -> dict[str, Any]:
    """Air and water today by place."""
    counted: Counter[int | None] = Counter(view.waiting.values_list("place_id", flat=True))
    return {"rows": queries.by_place(view.things, view.now, counted)}


def rate(view: View) -> dict[str, Any]:
    """New alerts per ten minutes against 1, 2 and 10 (ISA-18.2, EEMUA 191)."""
    return {"rate": alert_queries.rate(view.alerts, view.now)}


def layers(view: View) -> list[dict[str, Any]]:
    """The layers of the map: a sector each, of those that have things here, and citizens' reports; at first only the
    measuring ones are shown.
    """
    kinds: dict[str, set[str]] = {}
    placed = view.entities.filter(lon__isnull=False).order_by()
    for sector, kind in placed.values_list("sector", "types__0").distinct():
        kinds.setdefault(sector, set()).add(kind)
    reports = kinds_of_layer()
    own = (
        [{"name": gettext("Reports of citizens"), "kinds": " ".join(reports), "shown": False}]
        if reports
        else []
    )
    return [
        {
            "name": sector.name,
            "kinds": " ".join(sorted(kinds[sector.key])),
            "shown": sector.key in {"environment", view.scope.sector},
        }
        for sector in all_sectors()
        if sector.key in kinds
    ] + own


FIRST_SCREEN = ("decisions", "tiles", "changes", "rate", "overdue")
PARTS: dict[str, Callable[[View], dict[str, Any]]] = {
    "decisions": decisions,
    "tiles": tiles,
    "changes": changes,
    "places": places,
    "rate": rate,
    "overdue": overdue,
}
