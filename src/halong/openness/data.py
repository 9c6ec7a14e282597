"""Open data: CSV and JSON with units, time zone, licence and method. Only public stations; nothing personal exists here."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from halong.core.access import public
from halong.core.derived import LOCAL
from halong.core.errors import Invalid
from halong.core.language import reader_language
from halong.observations.queries import hour_rows
from halong.openness import stations
from halong.openness.forms import RangeForm
from halong.panorama.things import things_of

FORMS = ("csv", "json")
DEFAULT_DAYS, MOST_DAYS = 31, 366

Row = Mapping[str, object]


@public
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What is to be had, with its licence and method."""
    things = (
        stations.public_entities().filter(sector="environment").select_related("place").order_by("sort_key")
    )
    return render(request, "openness/data.html", {"entities": things, "licence": _licence()})


def _licence() -> dict[str, str]:
    """The licence of the profile's open data, with the publisher's name and the note in the reader's language."""
    stated = settings.PROFILE["open_data"]
    language = reader_language()
    return {
        "licence": stated["licence"],
        "licence_url": stated["licence_url"],
        "attribution": stated["publisher"].get(language, stated["publisher"]["vi"]),
        "note": stated.get("note", {}).get(language, ""),
    }


def _answer(rows: Iterable[Row], columns: list[str], form: str, name: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    licence = _licence()
    if form == "json":
        body = {
            **licence,
            "method": f"{settings.PUBLIC_URL}/c/method",
            "generated_at": timezone.now().isoformat(timespec="seconds"),
            "rows": list(rows),
        }
        response: HttpResponse = JsonResponse(body)
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(rows)
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        response.headers["Link"] = f'<{licence["licence_url"]}>; rel="license"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@public
@require_GET
def stations_table(request: HttpRequest, form: str) -> HttpResponse:
    """The public stations: who, where, what kind."""
    columns = ["id", "urn", "name", "type", "place", "longitude", "latitude", "simulated", "illustrative"]
    entities = (
        stations.public_entities().filter(sector="environment").select_related("place").order_by("sort_key")
    )
    rows = (
        {
            "id": e.pk,
            "urn": e.urn,
            "name": e.name,
            "type": e.types[0],
            "place": e.place.name if e.place else "",
            "longitude": e.lon,
            "latitude": e.lat,
            "simulated": e.simulated,
            "illustrative": e.illustrative,
        }
        for e in entities
    )
    return _answer(rows, columns, form, "stations")


@public
@require_GET
def latest_table(request: HttpRequest, form: str) -> HttpResponse:
    """The latest reading of every property of every public station."""
    columns = ["station", "urn", "property", "value", "unit", "time", "quality", "derived", "simulated"]
    rows = (
        {
            "station": thing.entity.name,
            "urn": thing.entity.urn,
            "property": reading.name,
            "value": reading.value,
            "unit": reading.unit,
            "time": reading.time.astimezone(LOCAL).isoformat() if reading.time else "",
            "quality": reading.quality,
            "derived": bool(reading.derived),
            "simulated": thing.entity.simulated,
        }
        for thing in stations.public_things()
        for reading in thing.readings.values()
        if reading.value is not None
    )
    return _answer(rows, columns, form, "latest")


def _range(request: HttpRequest) -> tuple[datetime, datetime]:
    form = RangeForm(request.GET)
    if not form.is_valid():
        raise Invalid(
            fields={name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()}
        )
    end: date = form.cleaned_data["end"] or timezone.localdate()
    start: date = form.cleaned_data["start"] or end - timedelta(days=DEFAULT_DAYS - 1)
    if not timedelta(0) <= end - start <= timedelta(days=MOST_DAYS):
        raise Invalid(fields={"start": f"0 to {MOST_DAYS} days before end"})
    first, last = (
        datetime.combine(start, time(), LOCAL),
        datetime.combine(end + timedelta(days=1), time(), LOCAL),
    )
    return first.astimezone(UTC), last.astimezone(UTC)


@public
@require_GET
def hours_table(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Hourly means and hourly indices of one public station; ``start`` and ``end`` are days of the province."""
    entity = get_object_or_404(stations.public_entities(), pk=pk)
    start, end = _range(request)
    columns = ["time", "property", "unit", "value", "readings", "minimum", "maximum"]
    [thing] = things_of(stations.public_entities().filter(pk=entity.pk), user=None)
    units = {reading.series_id: (name, reading.unit) for name, reading in thing.readings.items()}
    rows = (
        {
            "time": at.astimezone(LOCAL).isoformat(),
            "property": units[series_id][0],
            "unit": units[series_id][1],
            "value": mean,
            "readings": count,
            "minimum": low,
            "maximum": high,
        }
        for series_id, at, mean, count, low, high in hour_rows(list(units), start, end)
    )
    return _answer(rows, columns, form, f"{entity.pk}-hours")
