"""Keeps the list of sessions true and asks for what an account still owes (second factor, new password)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from halong.accounts import actions, browser
from halong.accounts.models import SignIn, User
from halong.accounts.permissions import scopes_of
from halong.core.access import PUBLIC
from halong.core.errors import Forbidden, problem

ALWAYS = {"login", "logout", "choose"}  # pages that even somebody who owes something may use


class SignedIn:
    """Ends sessions that were ended elsewhere or are over by time; leads who owes something to the page for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session first."""
        if browser.has_user(request) and isinstance(request.user, User):
            self._keep(request, request.user)
        return self.get_response(request)

    def _keep(self, request: HttpRequest, user: User) -> None:
        row = SignIn.objects.filter(session_key=request.session.session_key).first()
        if row is None and browser.MARK not in request.session:
            browser.adopt(request, user)  # signed in otherwise than by our page
        elif row is None:
            logout(request)
        elif not actions.see_session(row):
            actions.end_session(row, by=user)
            logout(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send the person to the page of what is owed, whatever was asked for."""
        if getattr(view, "access", None) == PUBLIC or not browser.has_user(request):
            return None
        owed = owed_page(request.user) if isinstance(request.user, User) else None
        here = request.resolver_match.view_name if request.resolver_match else ""
        if owed is None or here == owed or here in ALWAYS:
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(problem(Forbidden("Finish signing in first.")), status=403)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": reverse(owed)})
        return HttpResponseRedirect(reverse(owed))


def owed_page(user: User) -> str | None:
    """The name of the page that this person must settle before anything else."""
    if user.must_change_password:
        return "account-password"
    if not user.has_second_step and needs_second_step(user):
        return "account-second-step"
    return None


def needs_second_step(user: User) -> bool:
    """Whether one of the person's roles requires a second step here (HALONG_REQUIRE_TOTP)."""
    required = set(settings.HALONG_REQUIRE_TOTP)
    return bool(required) and any(scope.role in required for scope in scopes_of(user))
