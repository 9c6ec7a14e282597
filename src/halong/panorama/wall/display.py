"""The full-screen page: says little, large; opened by a display token, or by whoever may see the panorama."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

import halong
from halong.accounts.actions import authenticate_display
from halong.accounts.models import DisplayToken
from halong.context.models import Entity
from halong.context.scope import Scope, scope_of
from halong.core.access import guarded
from halong.core.errors import Forbidden
from halong.core.permissions import has_perm
from halong.panorama import geo
from halong.panorama.models import WallDisplay, WallLayout
from halong.panorama.wall.shown import draw_pages, draw_some, holding, pages_of, standard_layout, version_of
from halong.panorama.wall.sight import Sight, Sights, find
from halong.places.models import Agency, Place
from halong.web.assets import asset

SESSION_KEY = "display"  # id of the display token; the token itself leaves the address at once
MOST_ASKED = 100


def display_of(request: HttpRequest) -> DisplayToken | None:
    """The token that opened this screen, unless it was revoked meanwhile."""
    found = DisplayToken.objects.filter(pk=request.session.get(SESSION_KEY) or 0, revoked_at=None)
    return found.select_related("place").first()


def viewer_of(request: HttpRequest) -> Any:
    """Whose rights a wall has: the person's who is signed in and may see the panorama, else its token's."""
    if has_perm(request.user, "panorama.view"):
        return request.user
    token = display_of(request)
    if token is None:
        raise Forbidden("A display token is needed: /wall?token=…")
    return token


def layout_of(viewer: Any, request: HttpRequest, pk: int | None) -> WallLayout:
    """The layout asked for; without one that of the screen's token, else the standard one."""
    if isinstance(viewer, DisplayToken):
        row = (
            WallDisplay.objects.filter(token=viewer).select_related("layout__place", "layout__agency").first()
        )
        layout = row.layout if row else standard_layout()
        if row is None:
            layout.place = viewer.place
        return layout
    if pk is not None:
        visible = WallLayout.objects.visible_to(viewer).select_related("place", "agency")
        return get_object_or_404(visible, pk=pk)
    layout, scope = standard_layout(), scope_of(request)
    layout.place, layout.agency, layout.sector = scope.place, scope.agency, scope.sector
    return layout


def build() -> str:
    """Which version of Halong made a page: a wall loads itself anew when the server says another one."""
    return f"{halong.__version__} {asset('halong.js')} {asset('halong.css')}"


@guarded
@require_GET
def wall(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The full-screen page; ``?token=`` is taken in once and kept in the session of this screen."""
    if "token" in request.GET:
        token = authenticate_display(request.GET["token"])
        if token is None:
            raise Forbidden("This display token is not known or was revoked.")
        request.session[SESSION_KEY] = token.pk
        request.session.set_expiry(365 * 24 * 3600)
        return redirect("wall")
    viewer = viewer_of(request)
    layout = layout_of(viewer, request, pk)
    sights = Sights(viewer, layout)
    pages = pages_of(layout, sights)
    things = sights.whole.scope.entities(Entity.objects.visible_to(viewer))
    asked = f"{reverse('wall-tiles')}?layout={pk}" if pk else reverse("wall-tiles")
    return render(
        request,
        "panorama/wall.html",
        {
            "layout": layout,
            "pages": draw_pages(pages, sights),
            "version": version_of(layout, pages),
            "critical": holding(sights, sights.now),
            "simulated": things.filter(simulated=True).exists(),
            "asked": asked,
            "build": build(),
        },
    )


@guarded
@require_GET
def tiles(request: HttpRequest) -> HttpResponse:
    """Some tiles again, with what the page must know: the time, the version, whether a critical alert holds it."""
    viewer = viewer_of(request)
    given = request.GET.get("layout", "")
    layout = layout_of(viewer, request, int(given) if given.isdigit() else None)
    sights = Sights(viewer, layout)
    pages = pages_of(layout, sights)
    wanted = request.GET.get("tiles", "").split(",")[:MOST_ASKED]
    critical = holding(sights, sights.now)
    body = {
        "now": timezone.now().isoformat(timespec="milliseconds"),
        "build": build(),
        "version": version_of(layout, pages),
        "critical": "" if critical is None else _named(request, critical),
        "tiles": draw_some(pages, sights, set(wanted)),
    }
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


def _named(request: HttpRequest, critical: Any) -> str:
    return render(request, "panorama/wall/critical.html", {"alert": critical}).content.decode().strip()


@guarded
@require_GET
def things(request: HttpRequest) -> HttpResponse:
    """The things of a map on the wall, as GeoJSON: a sector's, else what measures and what is in alarm."""
    sector = request.GET.get("sector", "")[:40]
    scope = Scope(sector, find(Place, request.GET.get("place")), find(Agency, request.GET.get("agency")))
    sight = Sight(viewer_of(request), scope, timezone.now())
    return JsonResponse(geo.features(sight, few=not sector), content_type="application/geo+json")
