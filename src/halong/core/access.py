"""Who may call a view: said on the view itself, refused by a middleware when it isn't said."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from halong.core.errors import Unauthenticated
from halong.core.permissions import Actor, has_perm

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
GUARDED = "guarded"  # the view checks for itself: API keys, display tokens


def access(permission: str) -> Callable[[View], View]:
    """Declare that a view needs this permission somewhere; the view still narrows by ``visible_to`` and ``require``."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]  # functions may carry what they need
        return view

    return declare


def public(view: View) -> View:
    """Declare that everybody may call a view, without an account."""
    return access(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Declare that every account may call a view, whatever its roles."""
    return access(SIGNED_IN)(view)


def guarded(view: View) -> View:
    """Declare that a view judges its callers itself (API key, display token)."""
    return access(GUARDED)(view)


def actor_of(request: HttpRequest) -> Actor:
    """Whoever is signed in, as actions want it; a view that isn't public always has somebody."""
    if not request.user.is_authenticated:
        raise Unauthenticated
    return cast("Actor", request.user)


class AccessMiddleware:
    """Deny by default: a view without a declaration answers 403 to everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the work is done once the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the call through, send it to the sign-in page, or refuse it."""
        needed = getattr(view, "access", None)
        if needed in (PUBLIC, GUARDED):
            return None
        known = request.user.is_authenticated
        if known and (needed == SIGNED_IN or (needed is not None and has_perm(request.user, needed))):
            return None
        if request.path == "/":  # the desk isn't for everybody; the public's pages are
            return HttpResponse(status=302, headers={"Location": "/c"})
        if not known:
            return redirect_to_login(request.get_full_path(), "/login")
        return render(request, "403.html", status=403)
