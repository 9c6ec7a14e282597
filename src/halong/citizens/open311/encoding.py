"""Answers and errors as XML or JSON, in the shapes that the specification's examples have. Pure."""

import json
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from xml.etree import ElementTree as ET

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation

from halong.core.errors import HalongError, Invalid

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
ITEMS = {  # what the entries of a list are called in XML
    "endpoints": "endpoint", "formats": "format", "services": "service", "attributes": "attribute", "values": "value",
    "service_requests": "request", "errors": "error", "service_request_updates": "request_update",
}  # fmt: skip
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
View = Callable[..., HttpResponse]


class Open311Error(Exception):
    """One or several errors, (code, description) each; the first code is the HTTP status."""

    def __init__(self, *errors: tuple[int, str]) -> None:
        super().__init__(errors)
        self.errors = errors


def answer(form: str, root: str, value: Any, *, status: int = 200) -> HttpResponse:
    """The value in the wanted form: JSON as it is, XML below ``root``."""
    if form == "json":
        body = json.dumps(value, ensure_ascii=False).encode()
    else:
        element = ET.Element(root)
        _fill(element, root, value)
        body = b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(element, encoding="utf-8")
    response = HttpResponse(body, content_type=TYPES[form], status=status)
    response["Access-Control-Allow-Origin"] = "*"  # public data, and keys are never cookies
    response["Cache-Control"] = "no-store"
    return response


def _fill(element: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _fill(ET.SubElement(element, key), key, inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            item = ITEMS[name]
            _fill(ET.SubElement(element, item), item, inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value))


def refused(form: str, error: Open311Error) -> HttpResponse:
    """Errors as the specification writes them."""
    rows = [{"code": code, "description": words} for code, words in error.errors]
    return answer(form, "errors", rows, status=error.errors[0][0])


def as_open311(error: HalongError) -> Open311Error:
    """An action's error: what breaks a rule is 400, each field by itself; everything else keeps its status."""
    if isinstance(error, Invalid):
        rows = [(400, f"{name}: {words}") for name, words in error.fields.items()]
        return Open311Error(*(rows or [(400, error.detail)]))
    return Open311Error((error.status, error.detail))


def form_of(request: HttpRequest, ending: str | None) -> str:
    """The form of the answer: by the address's ending; without one by the header Accept; XML where neither says."""
    if ending:
        return ending.lower()
    return (
        "json"
        if request.get_preferred_type(["text/xml", "application/json"]) == "application/json"
        else "xml"
    )


def speaks(*methods: str) -> Callable[[View], View]:
    """Decorator: the methods that a view answers; errors in the caller's form; in English where ``lang=en`` is asked for."""

    def declare(view: View) -> View:
        @wraps(view)
        def call(request: HttpRequest, *args: Any, form: str | None = None, **kwargs: Any) -> HttpResponse:
            form = form_of(request, form)
            with translation.override("en" if request.GET.get("lang") == "en" else "vi"):
                try:
                    return _call(view, methods, request, *args, form=form, **kwargs)
                except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
                    return refused(_form(form), Open311Error((400, f"The request can't be read: {error}")))
                except Open311Error as error:
                    return refused(_form(form), error)
                except HalongError as error:
                    return refused(_form(form), as_open311(error))

        return call

    return declare


def _call(
    view: View, methods: tuple[str, ...], request: HttpRequest, *args: Any, form: str, **kwargs: Any
) -> HttpResponse:
    if form not in TYPES:
        raise Open311Error((404, f"The format {form!r} is not offered: ask for .xml or .json"))
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Allow"] = response["Access-Control-Allow-Methods"] = ", ".join(("OPTIONS", *methods))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
        return response
    if (request.method or "") not in methods and not (request.method == "HEAD" and "GET" in methods):
        raise Open311Error((405, f"This resource answers {', '.join(methods)}."))
    _refuse_nul(request, kwargs.values())
    return view(request, *args, form=form, **kwargs)


def _refuse_nul(request: HttpRequest, words: Iterable[str]) -> None:
    """No database text can hold U+0000. Reading the form here also finds out whether it can be read at all."""
    given = [*request.GET.lists(), *request.POST.lists()]
    if any("\0" in text for name, texts in given for text in (name, *texts)) or any("\0" in w for w in words):
        raise Open311Error((400, "U+0000 isn't allowed"))


def _form(form: str) -> str:
    return form if form in TYPES else "xml"
