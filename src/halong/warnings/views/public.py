"""What everybody can read: the page, single warnings, the feed, the messages, the certificate; and subscribing."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from halong.citizens import abuse, push
from halong.citizens.permissions import CITIZEN
from halong.citizens.views.words import script_words
from halong.core.access import public
from halong.core.errors import HalongError, problem
from halong.core.language import reader_language
from halong.places.models import Place
from halong.warnings import feed, queries
from halong.warnings.actions import subscribe_push, unsubscribe_push
from halong.warnings.banner import COOKIE, MARKS, YEAR, remembered
from halong.warnings.cap.signing import own_certificate
from halong.warnings.forms.draft import units

FRESH = "public, max-age=30"


@public
@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """What is in force, of a place that can be chosen; what was cancelled or ended lately."""
    place = _asked(request) if "place" in request.GET else remembered(request)
    given = {
        "warnings": queries.public_now(place),
        "elsewhere": len(queries.public_now()) if place else 0,
        "recent": queries.public_recent(),
        "place": place,
        "units": units(),
        "marks": MARKS,
        "push_key": push.public_key(),
        "push_words": _push_words(),
    }
    response = render(request, "warnings/public/list.html", given)
    if "place" in request.GET:
        response.set_cookie(COOKIE, str(place.pk) if place else "", max_age=YEAR, samesite="Lax")
    return response


def _push_words() -> dict[str, str]:
    words = script_words()
    words["push on"], words["push off"] = (
        _("Warnings on this device are on"),
        _("Warnings on this device are off"),
    )
    return words | {"push consent": _("Agree first: tick the box above.")}


def _asked(request: HttpRequest) -> Place | None:
    chosen = request.GET.get("place") or request.POST.get("place", "")
    return units().filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 12 else None


@public
@require_GET
def warning(request: HttpRequest, number: str) -> HttpResponse:
    """One warning, whatever became of it, with what came after."""
    found = queries.public_one(number)
    if found is None:
        raise Http404
    later = found.successors.filter(dispatches__channel="page").first()
    given = {"warning": found, "later": later, "mark": MARKS[found.severity]}
    return render(request, "warnings/public/warning.html", given)


@public
@require_GET
def warning_cap(request: HttpRequest, number: str) -> HttpResponse:
    """The signed CAP message."""
    found = queries.public_one(number)
    if found is None:
        raise Http404
    return _file(found.xml.encode(), "application/cap+xml")


@public
@require_GET
def atom(request: HttpRequest) -> HttpResponse:
    """The feed of all messages."""
    response = _file(
        feed.atom(request.build_absolute_uri("/").rstrip("/")), "application/atom+xml; charset=utf-8"
    )
    response["Cache-Control"] = FRESH
    return response


@public
@require_GET
def certificate(request: HttpRequest) -> HttpResponse:
    """By which our signatures are verified."""
    return _file(own_certificate().encode(), "application/x-pem-file")


def _file(content: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Access-Control-Allow-Origin"] = "*"  # warnings are for every machine
    return response


@csrf_exempt  # it is told what the browser's own push service gave; no cookie counts
@public
@require_POST
def push_address(request: HttpRequest) -> HttpResponse:
    """Subscribe this browser to warnings, or take it back."""
    given = request.POST
    address = {name: given.get(name, "")[:1000] for name in ("endpoint", "p256dh", "auth")}
    try:
        abuse.allow(request, "follow")
        if "remove" in given:
            unsubscribe_push(address["endpoint"], by=CITIZEN)
        else:
            language, consent = reader_language(), given.get("consent") == "1"
            subscribe_push(address, place=_asked(request), language=language, consent=consent, by=CITIZEN)
    except HalongError as error:
        return JsonResponse(problem(error), status=error.status, content_type="application/problem+json")
    return HttpResponse(status=204)
