"""Making layouts: the list, the editor and what it asks for while somebody works in it."""

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.accounts.models import DisplayToken
from halong.accounts.permissions import scopes_of
from halong.context.scope import Scope
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, HalongError, Malformed
from halong.core.permissions import has_perm
from halong.core.registry import wall_tiles
from halong.panorama.models import WallLayout
from halong.panorama.wall import actions
from halong.panorama.wall.actions import LayoutDraft
from halong.panorama.wall.document import COLUMNS, MOST_PAGES, MOST_TILES, ROWS, read_tile
from halong.panorama.wall.forms import TileForm
from halong.panorama.wall.shown import draw_tile, standard_layout, standard_page
from halong.panorama.wall.sight import Sights, find, scope_choices
from halong.panorama.wall.words import editor_words
from halong.places.models import Agency, Place

A_PAGE = 30


@access("walls.edit")
@require_GET
def layouts(request: HttpRequest) -> HttpResponse:
    """Every layout by name, with the screens that show it."""
    found = WallLayout.objects.visible_to(request.user).select_related("place", "agency", "changed_by")
    found = found.prefetch_related("displays__token").annotate(screens=Count("displays")).order_by("name")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "panorama/wall/layouts.html", {"page": page, "screens": _screens(request.user)})


def _screens(user: Any) -> list[DisplayToken]:
    """The screens that somebody may direct, with the layout that each shows."""
    tokens = DisplayToken.objects.filter(revoked_at=None).select_related("place", "wall_display__layout")
    return [token for token in tokens.order_by("name") if has_perm(user, "walls.edit", token)]


def _found(request: HttpRequest, pk: int) -> WallLayout:
    visible = WallLayout.objects.visible_to(request.user).select_related("place", "agency")
    return get_object_or_404(visible, pk=pk)


@access("walls.edit")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """A new layout that begins as the standard one; the editor opens."""
    actor = actor_of(request)
    scope = next(iter(_home(actor)), Scope())
    start = standard_layout()
    start.place, start.agency, start.sector = scope.place, scope.agency, scope.sector
    pages = [standard_page(Sights(request.user, start)).as_json()]
    draft = LayoutDraft(actions.free_name(_("New layout")), pages, scope.place, scope.agency, scope.sector)
    return redirect("wall-edit", actions.create_layout(draft, by=actor).pk)


def _home(actor: Any) -> list[Scope]:
    """Where somebody may make layouts: a new one begins there."""
    giving = [one for one in scopes_of(actor) if one.gives("walls.edit")]
    giving.sort(key=lambda one: not one.everywhere)
    return [Scope(one.sector, one.place, one.agency) for one in giving]


@access("walls.edit")
@require_GET
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor. It works on a copy in the browser; nothing changes before it is saved."""
    layout = _found(request, pk)
    places, agencies, sectors = scope_choices()
    given = {"layout": layout, "places": places, "agencies": agencies, "sectors": sectors}
    palette = sorted(wall_tiles, key=lambda t: t.order)
    return render(request, "panorama/wall/edit.html", {**given, "start": _start(layout), "palette": palette})


def _start(layout: WallLayout) -> dict[str, Any]:
    """What the editor's script begins with."""
    return {
        "version": layout.version,
        "pages": layout.pages,
        "turnSeconds": layout.turn_seconds,
        "turnPlaces": layout.turn_places,
        "name": layout.name,
        "place": str(layout.place_id or ""),
        "agency": str(layout.agency_id or ""),
        "sector": layout.sector,
        "columns": COLUMNS,
        "rows": ROWS,
        "mostPages": MOST_PAGES,
        "mostTiles": MOST_TILES,
        "kinds": {t.key: {"label": str(t.label), "size": t.size, "least": t.least} for t in wall_tiles},
        "urls": {name: reverse(f"wall-{name}", args=[layout.pk]) for name in ("save", "panel", "tile")},
        "words": editor_words(),
    }


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except ValueError as error:
        raise Malformed(_("The layout can't be read.")) from error
    if not isinstance(given, dict):
        raise Malformed(_("The layout can't be read."))
    return given


def _draft(given: dict[str, Any]) -> LayoutDraft:
    return LayoutDraft(
        str(given.get("name", "")),
        given.get("pages"),
        find(Place, given.get("place")),
        find(Agency, given.get("agency")),
        str(given.get("sector", ""))[:40],
        given.get("turnSeconds"),
        given.get("turnPlaces") if isinstance(given.get("turnPlaces"), list) else (),
    )


@access("walls.edit")
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what the editor holds; 409 says who saved meanwhile, 422 what is wrong."""
    given, layout = _body(request), _found(request, pk)
    try:
        version = given.get("version")
        saved = actions.save_layout(
            layout, _draft(given), version=version if isinstance(version, int) else 0, by=actor_of(request)
        )
    except Conflict:
        now = _found(request, pk)
        who = {"who": str(now.changed_by or ""), "at": now.changed_at.isoformat()}
        return JsonResponse({"conflict": who}, status=409)
    except HalongError as error:
        return JsonResponse({"error": error.detail, "fields": error.fields}, status=error.status)
    return JsonResponse({"version": saved.version})


def _sights(request: HttpRequest, pk: int, given: dict[str, Any]) -> Sights:
    """What the tiles look at in the layout as the editor holds it, with the rights of who edits."""
    layout = _found(request, pk)
    layout.place, layout.agency = find(Place, given.get("place")), find(Agency, given.get("agency"))
    layout.sector = str(given.get("sector", ""))[:40]
    turn = given.get("turnPlaces")
    layout.turn_places = [p for p in turn if isinstance(p, int)] if isinstance(turn, list) else []
    return Sights(request.user, layout, timezone.now())


@access("walls.edit")
@require_POST
def tile(request: HttpRequest, pk: int) -> HttpResponse:
    """What would stand in a tile now."""
    given = _body(request)
    return HttpResponse(draw_tile(read_tile(given.get("tile")), _sights(request, pk, given)).html)


@access("walls.edit")
@require_POST
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The settings of a tile."""
    given = _body(request)
    one = read_tile(given.get("tile"))
    scope = _sights(request, pk, given).whole.scope
    form = TileForm(one, scope, request.user, str(given.get("find", ""))[:80])
    return render(request, "panorama/wall/panel.html", {"form": form, "tile": one})


@access("walls.edit")
@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """A copy, opened in the editor."""
    return redirect("wall-edit", actions.duplicate_layout(_found(request, pk), by=actor_of(request)).pk)


@access("walls.edit")
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a layout."""
    actions.delete_layout(_found(request, pk), by=actor_of(request))
    messages.success(request, _("The layout is deleted."))
    return redirect("walls")


@access("walls.edit")
@require_POST
def screens(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose which screens show a layout."""
    wanted = [int(key) for key in request.POST.getlist("screen") if key.isdigit()]
    chosen = [token for token in _screens(request.user) if token.pk in wanted]
    actions.show_layout(_found(request, pk), chosen, by=actor_of(request))
    messages.success(request, _("The screens show the layout within a minute."))
    return redirect("walls")
