"""The map page and what it fetches: things and what changed, a measured property, the last 24 hours, units by indicator."""

from datetime import date
from typing import Any

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from halong.context.models import Entity
from halong.context.scope import selectors
from halong.core.access import access
from halong.core.errors import Malformed
from halong.core.formats import format_date
from halong.core.language import text_of
from halong.core.permissions import has_perm
from halong.indicators.models import Indicator
from halong.panorama import atlas, choropleth
from halong.panorama.fragments import key_of
from halong.panorama.measures import Measure, levels, measure_of, measures, options, values_now
from halong.panorama.parts import View
from halong.panorama.replay import replay
from halong.places.models import Place

REPLAY_LIFE_S = 60


def _json(body: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")


@access("entities.view")
@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """The province as a map of its own: layers, colours, the last 24 hours, measuring, printing."""
    view = View(request)
    visible = view.scope.entities(Entity.objects.visible_to(view.user))
    today = timezone.localdate()
    context = {
        "scope": selectors(view.scope, request, today),
        "simulated": visible.filter(simulated=True).exists(),
        "now": view.now,
        "map_title": view.scope.place.name if view.scope.place else _province(),
        "measures": [(sector, options(found)) for sector, found in measures(view)],
        "indicators": _indicators(view, today),
        "trees": _trees(today),
        "foreign_layer": has_perm(view.user, "warnings.view"),
    }
    return render(request, "panorama/map.html", context)


def _province() -> str:
    names: dict[str, str] = settings.PROFILE["province"]["name"]
    return text_of(names)


def _indicators(view: View, today: date) -> list[tuple[str, str]]:
    """Those that a unit can have a value of: keys with names."""
    if not has_perm(view.user, "indicators.view"):
        return []
    found = Indicator.objects.visible_to(view.user).active().prefetch_related("definitions")
    return [(one.key, definition.title) for one in found if (definition := one.definition_on(today))]


def _trees(today: date) -> list[tuple[str, str]]:
    """The units of today, and those before each reform: the day on which they last stood, with words."""
    ends = {
        place.valid_to
        for place in Place.objects.filter(valid_to__lt=today).only("valid_to")
        if place.valid_to
    }
    before = [
        (end.isoformat(), _("Units until %(date)s") % {"date": format_date(end)}) for end in sorted(ends)
    ]
    return [(today.isoformat(), _("Units of today")), *reversed(before)]


@access("entities.view")
@require_GET
def things(request: HttpRequest) -> HttpResponse:
    """The things of the scope as short rows; with ``?since=`` only what changed since that version."""
    return _json(atlas.told(View(request), request.GET.get("since", "")))


def _measure(request: HttpRequest) -> Measure | None:
    key = request.GET.get("of", "")
    found = measure_of(key) if key else None
    if key and found is None:
        raise Http404
    return found


@access("entities.view")
@require_GET
def measure(request: HttpRequest) -> HttpResponse:
    """A measured property over the scope, now: ``?of=AirQualityObserved.pm25``."""
    found, view = _measure(request), View(request)
    if found is None:
        raise Http404
    values = values_now(found, view)
    more = {"at": view.now.isoformat(), "levels": levels(found, view.now), "values": values}
    return _json(found.as_json() | more)


@access("entities.view")
@require_GET
def last_day(request: HttpRequest) -> HttpResponse:
    """The last 24 hours of the scope: states, and the values of ``?of=``; made once a minute for the same rights."""
    view, of = View(request), _measure(request)
    key = key_of(view, "replay", of and of.key)
    body: bytes | None = cache.get(key)
    if body is None:
        body = msgspec.json.encode(replay(view, of))
        cache.set(key, body, REPLAY_LIFE_S)
    return HttpResponse(body, content_type="application/json")


@access("indicators.view")
@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """Units by an indicator: ``?indicator=air.good_share&tree=2025-06-30``."""
    today = timezone.localdate()
    try:
        tree = date.fromisoformat(request.GET.get("tree") or today.isoformat())
    except ValueError as error:
        raise Malformed(_("The day must be written YYYY-MM-DD.")) from error
    key = request.GET.get("indicator", "")
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user), key=key)
    body: dict[str, Any] = choropleth.areas(indicator, min(tree, today), today)
    return _json(body)
