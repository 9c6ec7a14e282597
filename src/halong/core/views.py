"""Pages of Halong itself: language and theme, health, metrics, errors."""

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import public

YEAR = 365 * 24 * 3600
CHOICES = {settings.LANGUAGE_COOKIE_NAME: {"vi", "en"}, "theme": {"light", "dark", "auto"}}


@public
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers and is migrated."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with the database is the answer
        return JsonResponse({"ready": False, "reason": type(error).__name__}, status=503)
    if waiting:
        return JsonResponse({"ready": False, "reason": f"{len(waiting)} migrations wait"}, status=503)
    return JsonResponse({"ready": True})


@csrf_exempt  # it sets a language or a theme and nothing else; public pages so need no cookie
@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a choice of the reader's (language or theme) in a cookie, and go back."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponse(status=303, headers={"Location": back})
    for name, allowed in CHOICES.items():
        value = request.POST.get(name, "")
        if value in allowed:
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that was sent without its token (usually an old tab)."""
    return render(request, "403.html", {"stale_form": True}, status=403)
