"""What a browser's session holds while somebody signs in, and afterwards."""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from halong.accounts import actions
from halong.accounts.models import SignIn, User
from halong.accounts.network import client_address

MARK = "sign_in"  # id of the SignIn row: tells a session that was ended from one that has no row yet
PENDING = "pending"  # who gave the right password and still owes the code
PENDING_S = 300
BACKEND = "halong.accounts.backend.Backend"
YEAR_S = 365 * 24 * 3600


def has_user(request: HttpRequest) -> bool:
    """Whether the browser brought a session in which somebody may be signed in (without asking the database)."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def step_in(request: HttpRequest, user: User) -> HttpResponse:
    """After the right password: in, or on to the code."""
    if not user.has_second_step:
        return begin(request, user)
    request.session.cycle_key()
    request.session[PENDING] = {"user": user.pk, "until": time.time() + PENDING_S}
    query = urlencode({"next": next_page(request)})
    return HttpResponseRedirect(f"{reverse('login-code')}?{query}")


def begin(request: HttpRequest, user: User) -> HttpResponse:
    """Sign a person in: a fresh session key (nothing that was known before is good now), its row, and the way on."""
    on = next_page(request)
    if request.user.is_authenticated:
        end(request)  # Django keeps the key when the same person signs in again
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    adopt(request, user)
    return dress(HttpResponseRedirect(on), user)


def adopt(request: HttpRequest, user: User) -> SignIn:
    """Give a signed-in session its row."""
    if request.session.session_key is None:
        request.session.save()
    row = actions.open_session(
        user,
        session_key=str(request.session.session_key),
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
    )
    request.session[MARK] = row.pk
    return row


def keep(request: HttpRequest, user: User) -> None:
    """Stay signed in here after one's own password changed, with a fresh session key."""
    before = str(request.session.session_key)
    update_session_auth_hash(request, user)
    actions.move_session(user, before=before, after=str(request.session.session_key))


def end(request: HttpRequest) -> None:
    """Sign out here."""
    if isinstance(request.user, User):
        actions.sign_out(request.user, session_key=str(request.session.session_key))
    logout(request)


def pending(request: HttpRequest) -> User | None:
    """Who owes the code in this browser."""
    held = request.session.get(PENDING)
    if not held or held["until"] < time.time():
        return None
    found: User | None = User.objects.filter(pk=held["user"], is_active=True).first()
    return found


def next_page(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


def dress(response: HttpResponse, user: User) -> HttpResponse:
    """Give the browser the person's language and theme, which pages read from cookies."""
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, user.language), ("theme", user.theme)):
        if value:
            response.set_cookie(
                name, value, max_age=YEAR_S, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
            )
    return response
