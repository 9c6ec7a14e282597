"""Search across everything, installation on phones, and the style guide."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from halong.core import registry
from halong.core.access import public, signed_in
from halong.core.finding import WORST
from halong.core.registry import SearchHit, SearchProvider
from halong.web.assets import asset, manifest
from halong.web.samples import sample_data, sample_page

RESULTS_OF_A_KIND = 6
LONGEST_QUERY = 80
OFFLINE_PAGES = ["/c/report", "/c/follow"]  # a report is written, and found again, without network


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What ⌘K finds: up to six of each kind that this person may see; the kind with the best answer comes first."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    groups: list[tuple[SearchProvider, list[SearchHit]]] = []
    for provider in registry.search_providers:
        hits = provider.search(request.user, query, RESULTS_OF_A_KIND)
        if query and hits:
            groups.append((provider, hits))
    good = _good_ones(groups)
    partial = request.headers.get("HX-Request") == "true"
    template = "web/search_results.html" if partial else "web/search.html"
    return render(
        request,
        template,
        {"query": query, "groups": good, "total": sum(len(hits) for _provider, hits in good)},
    )


def _good_ones(
    groups: list[tuple[SearchProvider, list[SearchHit]]],
) -> list[tuple[SearchProvider, list[SearchHit]]]:
    """The kinds by their best answers; what is much worse than the best of all is left out."""
    best = max((hits[0].score for _provider, hits in groups), default=0.0)
    good = [(provider, [hit for hit in hits if hit.score >= best - WORST]) for provider, hits in groups]
    return sorted((group for group in good if group[1]), key=lambda group: -group[1][0].score)


@public
@require_GET
def web_manifest(request: HttpRequest) -> JsonResponse:
    """Makes the citizen's screens installable."""
    name = getattr(settings, "CENTRE_NAME", "Quảng Ninh")
    icons = [
        {
            "src": static(f"web/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    body = {
        "name": name,
        "short_name": name,
        "description": _("Air, warnings and reports of the place where one is"),
        "id": "/c",
        "start_url": "/c",
        "scope": "/c",
        "display": "standalone",
        "lang": request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "vi",
        "background_color": "#f3f5f6",
        "theme_color": "#0a6b6b",
        "icons": icons,
        "categories": ["government", "utilities"],
        "shortcuts": [
            {"name": _("Send a report"), "url": "/c/report"},
            {"name": _("My reports"), "url": "/c/follow"},
        ],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@public
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that keeps the citizen's last pages for when there's no network; its list is of this build."""
    kept = ("public.", "report.js", "report-work.js", "map.css")
    pages = (asset("public.js"), asset("public.css"), asset("report.js"), asset("report-sync.js"))
    return _worker(
        "worker.js",
        kept,
        "/c",
        version="".join(pages),
        pages=OFFLINE_PAGES,
        offline="/c/offline",
        sync=pages[-1],
    )


@public
@require_GET
def desk_worker(request: HttpRequest) -> HttpResponse:
    """The worker of desk and wall: built files, a page for no network, and the panorama where its owner wants it kept."""
    kept = tuple(name for name in manifest() if name.endswith((".css", "halong.js")))
    return _worker(
        "desk-worker.js", kept, "/", version=asset("halong.js") + asset("halong.css"), offline="/offline"
    )


def _worker(script: str, kept: tuple[str, ...], scope: str, **build: Any) -> HttpResponse:
    """A worker's script below what it must know of this build: the files whose names begin with ``kept``, and fonts."""
    names = [name for name in manifest() if name.startswith(kept) or "-400-" in name or "-600-" in name]
    build["files"] = sorted(
        {asset(name) for name in names} - {""}
    )  # entries share chunks; a cache takes each once
    source = (Path(__file__).parent / "frontend/js" / script).read_text(encoding="utf-8")
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": scope}
    return HttpResponse(
        f"const BUILD = {json.dumps(build)};\n{source}", content_type="text/javascript", headers=headers
    )


@public
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without network when a page was never loaded."""
    return render(request, "web/offline.html")


@public
@require_GET
def desk_offline(request: HttpRequest) -> HttpResponse:
    """What desk and wall show without network; it comes back by itself. It says nothing of anybody."""
    return render(request, "web/desk_offline.html")


@public
@require_GET
def styleguide(request: HttpRequest, data: str = "") -> HttpResponse:
    """Every component in one page, with invented figures; only where developers work."""
    if not (settings.DEBUG or getattr(settings, "HALONG_STYLEGUIDE", False)):
        raise Http404
    return sample_data(data) if data else sample_page(request)
