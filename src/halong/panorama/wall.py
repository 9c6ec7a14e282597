"""The wall of the operations room: says little, large; opened by a display token, or by whoever may see the panorama."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from halong.accounts.actions import authenticate_display
from halong.accounts.models import DisplayToken
from halong.core.access import guarded
from halong.core.errors import Forbidden
from halong.core.permissions import has_perm
from halong.panorama import geo
from halong.panorama.parts import PARTS, View

PARTS_OF_WALL = ("tiles", "decisions", "rate")
SESSION_KEY = "display"  # id of the display token; the token itself leaves the address at once


def display_of(request: HttpRequest) -> DisplayToken | None:
    """The token that opened this screen, unless it was revoked meanwhile."""
    return DisplayToken.objects.filter(pk=request.session.get(SESSION_KEY) or 0, revoked_at=None).first()


class WallView(View):
    """What a wall looks at: the scope of its token; its viewer is the token when nobody is signed in."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        if not has_perm(self.user, "panorama.view"):
            token = display_of(request)
            if token is None:
                raise Forbidden("A display token is needed: /wall?token=…")
            self.user = token


@guarded
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The full-screen page; ``?token=`` is taken in once and kept in the session of this screen."""
    if "token" in request.GET:
        token = authenticate_display(request.GET["token"])
        if token is None:
            raise Forbidden("This display token is not known or was revoked.")
        request.session[SESSION_KEY] = token.pk
        request.session.set_expiry(365 * 24 * 3600)
        return redirect("wall")
    view = WallView(request)
    return render(
        request, "panorama/wall.html", {**view.shell, "scope": None, **_parts(view, *PARTS_OF_WALL)}
    )


@guarded
@require_GET
def part(request: HttpRequest, part: str) -> HttpResponse:
    """One part of the wall again."""
    if part == "things":
        return JsonResponse(geo.features(WallView(request), few=True))
    if part not in PARTS_OF_WALL:
        raise Http404
    return render(request, f"panorama/wall/{part}.html", _parts(WallView(request), part))


def _parts(view: WallView, *names: str) -> dict[str, Any]:
    return {name: PARTS[name](view) for name in names}
