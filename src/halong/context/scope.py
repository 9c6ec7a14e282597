"""What a person looks at: sector × place × agency × period, chosen once and obeyed by every screen.

The choice is in the address where it is made, and in the session from then on. Before any choice it is the person's
own: a locality begins in its place, a department in its agency, a sector officer in the sector.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from halong.accounts.permissions import scopes_of
from halong.context.models import Entity
from halong.core.sector import all_sectors
from halong.places.models import Agency, Place

PERIODS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}
M = TypeVar("M", bound=Model)
KEYS = ("sector", "place", "agency", "period")
CHOOSE = "choose"  # sent by the selectors of the top bar: this is a choice, not the filter of one list


@dataclass(frozen=True)
class Scope:
    """The chosen sector key ("" is all), place and agency (None is all) and period."""

    sector: str = ""
    place: Place | None = None
    agency: Agency | None = None
    period: str = "24h"

    @property
    def span(self) -> timedelta:
        """The length of the period."""
        return PERIODS[self.period]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.sector or self.place or self.agency)

    def q(self) -> Q:
        """What lies in it, for every model with ``sector``, ``place`` and ``agency``; a place and an agency include
        what lies below them.
        """
        found = Q()
        if self.sector:
            found &= Q(sector=self.sector)
        if self.place:
            found &= Q(place__path__startswith=self.place.path)
        if self.agency:
            found &= Q(agency__path__startswith=self.agency.path)
        return found

    def entities(self, visible: QuerySet[Entity]) -> QuerySet[Entity]:
        """The things of the scope among those visible."""
        return visible.filter(self.q())


def scope_of(request: HttpRequest, *, remember: bool = True) -> Scope:
    """The scope of a request: its address first, else what the session remembers. Unknown values are dropped.

    A list, whose address may hold filters of its own by the same names, remembers only what the selectors of the top bar
    chose (``remember=False``).
    """
    remember = remember or CHOOSE in request.GET
    kept = dict(request.session.get("scope") or _home(request.user))
    for key in KEYS:
        if key in request.GET:
            kept[key] = request.GET[key][:40]
    sector = kept.get("sector", "")
    scope = Scope(
        sector=sector if any(s.key == sector for s in all_sectors()) else "",
        place=_find(Place.objects.all(), kept.get("place", "")),
        agency=_find(Agency.objects.all(), kept.get("agency", "")),
        period=kept.get("period", "24h") if kept.get("period") in PERIODS else "24h",
    )
    if remember and any(key in request.GET for key in KEYS):
        request.session["scope"] = {
            "sector": scope.sector,
            "place": str(scope.place.pk) if scope.place else "",
            "agency": str(scope.agency.pk) if scope.agency else "",
            "period": scope.period,
        }
    return scope


def _home(user: Any) -> dict[str, str]:
    """Where somebody begins: in his own place, agency or sector where all that he may see lies in one."""
    seen = [one for one in scopes_of(user) if one.gives("panorama.view")]
    sides = {
        "place": {str(one.place.pk) if one.place else "" for one in seen},
        "agency": {str(one.agency.pk) if one.agency else "" for one in seen},
        "sector": {one.sector for one in seen},
    }
    return {key: found.pop() for key, found in sides.items() if len(found) == 1}


def _find(rows: QuerySet[M], key: str) -> M | None:
    return rows.filter(pk=int(key)).first() if key.isdigit() else None


@dataclass(frozen=True)
class Selectors:
    """The selectors of the top bar as the shell draws them: each field's options, and what else the address keeps."""

    fields: list[dict[str, Any]]
    kept: list[tuple[str, str]]


def selectors(scope: Scope, request: HttpRequest, today: date) -> Selectors:
    """Sector, place and agency of today, and period, with what is chosen."""
    places = Place.objects.on(today).exclude(parent=None).order_by("sort_key").values_list("pk", "name")
    agencies = Agency.objects.on(today).order_by("sort_key").values_list("pk", "short_name", "name")
    fields = [
        _field(
            "sector",
            gettext("Sector"),
            scope.sector,
            [("", gettext("All")), *((s.key, s.name) for s in all_sectors())],
        ),
        _field(
            "place",
            gettext("Place"),
            scope.place and scope.place.pk,
            [("", gettext("Whole province")), *places],
        ),
        _field(
            "agency",
            gettext("Agency"),
            scope.agency and scope.agency.pk,
            [("", gettext("All")), *((pk, short or name) for pk, short, name in agencies)],
        ),
        _field("period", gettext("Period"), scope.period, [(key, period_name(key)) for key in PERIODS]),
    ]
    return Selectors(
        fields, [(k, str(v)) for k, v in request.GET.items() if k not in (*KEYS, CHOOSE, "page")]
    )


def _field(name: str, label: str, value: object, options: Iterable[tuple[object, object]]) -> dict[str, Any]:
    shown = [{"value": str(key), "label": text} for key, text in options]
    return {"name": name, "label": label, "value": str(value or ""), "options": shown}


def period_name(key: str) -> str:
    """A period in words."""
    return {
        "24h": gettext("24 hours"),
        "7d": gettext("7 days"),
        "30d": gettext("30 days"),
        "1y": gettext("1 year"),
    }[key]
