"""What every response carries, and how errors of actions become pages or problem details."""

import re
from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils import translation

from halong.core import live
from halong.core.errors import HalongError, Overloaded, TooMany, problem

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "font-src 'self'; "
    "worker-src 'self' blob:; "
    "connect-src 'self'; "
    "object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
)


# what is compressed in itself: pictures but drawings, fonts, sheets of paper, packed files and office documents
_PACKED = re.compile(r"(image/(?!svg)|font/|application/(pdf|zip|vnd\.openxmlformats))")


class Compress(GZipMiddleware):
    """Compresses answers, padded at random against BREACH, unless that would only take time."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer as it is sent."""
        if _PACKED.match(response.headers.get("Content-Type", "")):
            return response
        return super().process_response(request, response)


class LiveMark:
    """Notes where the stream of changes stands before anything is read: what a page shows is as new as that, and its stream
    begins there.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put it on the request."""
        request.META[live.MARK] = live.mark()
        return self.get_response(request)


class SecurityHeaders:
    """A strict content policy: nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers; what a person sees signed in is kept by no cache."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


_FILE_NAME = re.compile(r"""(filename="|filename\*=utf-8'')""", re.IGNORECASE)


class Exercise:
    """An instance under exercise says so on every answer, and in the name of every file that it hands out."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what says it."""
        response = self.get_response(request)
        if settings.HALONG_EXERCISE:
            response.headers["X-Halong-Exercise"] = "1"
            response.headers["X-Robots-Tag"] = "noindex"
            if said := response.headers.get("Content-Disposition"):
                response.headers["Content-Disposition"] = _FILE_NAME.sub(r"\1DIEN-TAP-", said)
        return response


class Language:
    """Vietnamese unless the cookie says English; a visitor's browser is not asked (the province speaks Vietnamese)."""

    known: ClassVar[set[str]] = {code for code, _name in settings.LANGUAGES}

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the cookie."""
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class Errors:
    """The one place where ``core.errors`` become responses."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the work is done when a view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an action's error in the caller's format."""
        if not isinstance(error, HalongError):
            return None
        if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(
            "application/json"
        ):
            response: HttpResponse = JsonResponse(
                problem(error), status=error.status, content_type="application/problem+json"
            )
        else:
            response = render(request, "error.html", {"error": error}, status=error.status)
        if isinstance(error, Overloaded | TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
