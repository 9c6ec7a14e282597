"""The lines that stand on every public page while a warning is in force, by the place that the reader has chosen."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from halong.places.models import Place
from halong.warnings import queries

COOKIE = "warning_place"
YEAR = 365 * 24 * 3600
MOST = 2
MARKS = {
    "Extreme": "critical",
    "Severe": "critical",
    "Moderate": "high",
    "Minor": "attention",
    "Unknown": "attention",
}


def warning_banner(request: HttpRequest) -> dict[str, Any]:
    """Context of the public shell: drawn only where a template asks for it."""
    return {"warning_banner": lambda: banner(request)}


def banner(request: HttpRequest) -> str:
    """The gravest warnings of the reader's place, else of the province, and how many more there are; "" when all is calm."""
    everything = queries.public_now()
    if not everything:
        return SafeString("")
    place = remembered(request)
    found = [warning for warning in everything if place is None or queries.touches(warning, place)]
    given = {
        "lines": [(warning, MARKS[warning.severity]) for warning in found[:MOST]],
        "more": len(everything) - len(found[:MOST]),
    }
    return render_to_string("warnings/public/banner.html", given, request)


def remembered(request: HttpRequest) -> Place | None:
    """The place that the reader chose before; it is kept in his browser only."""
    kept = request.COOKIES.get(COOKIE, "")
    return (
        Place.objects.defer("boundary").filter(pk=int(kept)).first()
        if kept.isdecimal() and len(kept) < 12
        else None
    )
