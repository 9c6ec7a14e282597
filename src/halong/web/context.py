"""What every page gets: menu, theme, assets, words for the scripts. See docs/components.md."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from halong.core import live, registry
from halong.core.language import reader_language, text_of
from halong.core.permissions import has_perm
from halong.web.assets import asset
from halong.web.words import script_words

THEMES = ("light", "dark")
THEME_COOKIE = "theme"  # set by core.views.choose and by shell.js
LIVE_URL = "/live"
MENU_GROUPS = ((30, _("Every day")), (500, _("Data and tools")), (None, _("Set-up and administration")))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the shells: each part is worked out only when a template asks for it."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "shell_theme": chosen if chosen in THEMES else "",
        "shell_exercise": settings.HALONG_EXERCISE,
        "shell_centre": text_of(settings.PROFILE["province"]["short_name"]),
        "shell_menu": SimpleLazyObject(lambda: menu_of(request, "desk")),
        "shell_citizen_menu": SimpleLazyObject(lambda: menu_of(request, "citizen")),
        "shell_items": SimpleLazyObject(lambda: items_of(request, registry.shell_items)),
        "shell_citizen_items": SimpleLazyObject(lambda: items_of(request, registry.citizen_items)),
        "shell_search": SimpleLazyObject(lambda: len(registry.search_providers) > 0),
        "shell_page": lambda: page_data(request),
        "shell_languages": settings.LANGUAGES,
    }


def menu_of(request: HttpRequest, shell_name: str) -> list[dict[str, Any]]:
    """The places to go that this person may see, in order; the longest address that the page lies under is current."""
    user = getattr(request, "user", None)
    items: list[dict[str, Any]] = []
    for item in sorted(registry.menu, key=lambda item: item.order):
        if item.shell != shell_name or (item.permission and not has_perm(user, item.permission)):
            continue
        try:
            place = {"item": item, "url": reverse(item.url_name), "current": False}
        except NoReverseMatch:  # its app is switched off
            continue
        items.append({**place, **_group_of(item.order)})
    under = [entry for entry in items if _lies_under(request.path, entry["url"])]
    if under:
        max(under, key=lambda entry: len(entry["url"]))["current"] = True
    return items


def _group_of(order: int) -> dict[str, Any]:
    """Where "More" lists a place to go, and whether it stands in the rail."""
    number = next(n for n, (below, _name) in enumerate(MENU_GROUPS) if below is None or order < below)
    return {"group": MENU_GROUPS[number][1], "daily": number == 0}


def items_of(request: HttpRequest, items: "registry.Registry[registry.ShellItem]") -> list[str]:
    """What modules put at the end of the top bar, or of the public's pages, drawn, in order."""
    drawn: list[str] = []
    for item in sorted(items, key=lambda item: item.order):
        context = item.context(request)
        if context is not None:
            drawn.append(render_to_string(item.template, context))
    return drawn


def _lies_under(path: str, url: str) -> bool:
    base = url.rstrip("/")
    return path in (url, base) or (base != "" and path.startswith(f"{base}/"))


def page_data(request: HttpRequest) -> dict[str, Any]:
    """What the scripts of the page must know (a JSON block; never secrets)."""
    in_citizen = request.path == "/c" or request.path.startswith("/c/")
    user = getattr(request, "user", None)
    return {
        "lang": reader_language(),
        "now": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "live": LIVE_URL,
        "since": request.META.get(live.MARK, ""),
        "words": script_words(),
        "worker": {"url": "/c/sw.js", "scope": "/c"} if in_citizen else {"url": "/sw.js", "scope": "/"},
        "user": str(user.pk) if user is not None and user.is_authenticated else "",
        "assets": {
            "maplibre": asset("maplibre-gl.mjs"),
            "maplibreWorker": asset("maplibre-gl-worker.mjs"),
            "mapStyle": asset("map.css"),
            "chartStyle": asset("chart.css"),
            "reportWork": asset("report-work.js"),
            "basemap": asset("basemap.geojson"),
            "eastsea": asset("eastsea.geojson"),
        },
    }
