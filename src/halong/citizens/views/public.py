"""What everybody sees of reports: list, map, one report, photos, files, figures."""

import csv
from collections.abc import Iterator
from math import isfinite
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from halong.citizens import abuse
from halong.citizens.forms.public import ListForm, new_client_id
from halong.citizens.models import PhotoCopy, Report
from halong.citizens.queries import public, statistics
from halong.citizens.queries.figures import SPANS, figures_of
from halong.citizens.queries.rows import PublicRow
from halong.citizens.views.words import script_words
from halong.core.access import public as everybody
from halong.core.formats import local
from halong.core.language import reader_language
from halong.core.tables import safe_cell

MAP_ZOOM = 15.0  # single reports
COLUMNS = (
    "number", "category", "category_name", "text", "place", "street", "lon", "lat", "state", "agency", "sent", "due",
    "answered", "late", "weight", "extensions", "reopenings", "rating", "simulated",
)  # fmt: skip


def _base(request: HttpRequest) -> str:
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


@everybody
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The list with its filters, and the map above it."""
    form = ListForm(request.GET)
    wanted = form.wanted()
    page = int(number) if (number := request.GET.get("page", "1")[:6]).isdecimal() else 1
    found = public.reports(wanted, page=min(page, public.MOST))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "found": found,
        "query": query.urlencode(),
        "words": script_words(),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "more_filters": any(
            request.GET.get(name) for name in ("state", "category", "place", "agency", "start", "end")
        ),
    }
    return render(request, "citizens/citizen/reports.html", context)


@everybody
@require_GET
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One report; a merged one leads to the one that it went into."""
    found = public.report(pk)
    if found is None:
        into = public.merged(pk)
        if into is None:
            raise Http404
        return redirect("public-report", into)
    context = {
        "report": found,
        "row": found.row,
        "client_id": new_client_id(),
        "stamp": abuse.stamp(),
        "honeypot": abuse.HONEYPOT,
    }
    response = render(request, "citizens/citizen/report_public.html", context)
    abuse.mark_device(request, response)
    return response


@everybody
@require_GET
def photo(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A public copy of a photo that a moderator has released."""
    copy = public.photo_bytes(pk, PhotoCopy.Kind.SMALL if kind == "small" else PhotoCopy.Kind.PUBLIC)
    if copy is None:
        raise Http404
    response = HttpResponse(bytes(copy.content), content_type=copy.media_type)
    response.headers["Cache-Control"] = "public, max-age=3600"  # a moderator may take it back
    return response


@everybody
@require_GET
def geojson(request: HttpRequest) -> HttpResponse:
    """Reports as GeoJSON: single ones, or with ``zoom`` below 15 the counts of cells; ``box=west,south,east,north``."""
    found = public.map_points(ListForm(request.GET).wanted(), zoom=_zoom(request.GET.get("zoom", "")))
    names = {c.code: str(c) for _group, rows in public.categories() for c in rows}
    for feature in found["features"]:
        feature["properties"] |= _for_map(feature["properties"], names)
    return JsonResponse(found, content_type="application/geo+json")


def _zoom(given: str) -> float:
    try:
        zoom = float(given)
    except ValueError:
        return MAP_ZOOM
    return min(max(zoom, 0.0), MAP_ZOOM) if isfinite(zoom) else MAP_ZOOM


def _for_map(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What the map component wants to know of a thing."""
    if "count" in given:
        return {}
    name = names.get(given["category"], given["category"])
    over = given["state"] in ("resolved", "closed")
    late = given["late"] and not over
    state_words = str(Report.State(given["state"]).label)
    return {
        "name": name,
        "label": name,
        "kind": "report",
        "kindLabel": _("Report"),
        "value": state_words + " · " + pgettext("reports", "Late") if late else state_words,
        "state": "attention" if late else "normal",
        "over": over,
        "status": given["state"],
        "href": reverse("public-report", args=[given["id"]]),
    }


class _Echo:
    """A file that hands back what is written into it, for streaming."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


@everybody
@require_GET
def csv_file(request: HttpRequest) -> StreamingHttpResponse:
    """The list as CSV (UTF-8 with a mark, so that spreadsheets read it)."""
    rows = public.rows_for_csv(ListForm(request.GET).wanted())
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([safe_cell(value) for value in _cells(row)])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="reports.csv"'
    return response


def _cells(row: PublicRow) -> list[Any]:
    def time(at: Any) -> str:
        return local(at).isoformat(timespec="seconds") if at else ""

    return [
        row.number, row.category.code, str(row.category), row.text, row.place.name, row.street, row.lon, row.lat, row.state,
        row.agency_name, time(row.created_at), time(row.due_at), time(row.resolved_at), int(row.is_late), row.weight,
        row.extensions, row.reopenings, row.rating, int(row.simulated),
    ]  # fmt: skip


@everybody
@require_GET
def rss(request: HttpRequest) -> HttpResponse:
    """The newest fifty of the list as RSS 2.0."""
    base, wanted = _base(request), ListForm(request.GET).wanted()
    feed = Rss201rev2Feed(
        title=_("Citizens' reports"),
        link=base + reverse("public-reports"),
        description=_("Reports of citizens and what became of them"),
        language=reader_language(),
        feed_url=base + request.get_full_path(),
    )
    for row in public.reports(wanted, size=50).rows:
        link = base + reverse("public-report", args=[row.pk])
        feed.add_item(
            title=_titled(row),
            link=link,
            description=f"{row.text}\n{row.state_words}",
            pubdate=row.created_at,
            unique_id=link,
            categories=[str(row.category)],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


def _titled(row: PublicRow) -> str:
    title = f"{row.category} · {row.place.name}"
    return title + " (" + _("simulated") + ")" if row.simulated else title


@everybody
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """How long answers take and how content people are, by place and agency; where reports gather."""
    days = next((n for n in SPANS if request.GET.get("days") == str(n)), 90)
    chips = [{"label": _("%(n)d days") % {"n": n}, "url": f"?days={n}", "current": n == days} for n in SPANS]
    context = {
        **figures_of(days),
        "chips": chips,
        "days": days,
        "smallest": statistics.SMALLEST,
        "fewest": statistics.FEWEST,
    }
    return render(request, "citizens/citizen/figures.html", context)


@everybody
@require_GET
def hot_spots_geojson(request: HttpRequest) -> HttpResponse:
    """Where reports gather, for the map of the figures."""
    days = next((n for n in SPANS if request.GET.get("days") == str(n)), 90)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
            "properties": {
                "id": n, "name": ", ".join(spot.categories[:3]), "label": str(spot.count), "kind": "hot-spot",
                "kindLabel": _("Hot spot"), "state": "normal", "value": _("%(n)d reports") % {"n": spot.count},
                "simulated": spot.simulated,
            },
        }
        for n, spot in enumerate(figures_of(days)["spots"], 1)
    ]  # fmt: skip
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, content_type="application/geo+json"
    )
