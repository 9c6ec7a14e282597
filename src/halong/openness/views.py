"""The public's pages: no account, no tracking, plain words."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from halong.citizens.home import home_of
from halong.core.access import public
from halong.core.formats import format_number
from halong.core.language import reader_language
from halong.core.sector import all_sectors
from halong.openness import stations
from halong.openness.forms import HereForm
from halong.panorama.things import Thing

REMEMBERED = "station"


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The air at the nearest station, or at the one chosen before."""
    form = HereForm(request.GET)
    here = form.cleaned_data if form.is_valid() else {}
    things = stations.public_things()
    now = timezone.now()
    thing = _chosen(things, here, request.COOKIES.get(REMEMBERED, ""))
    station = stations.station_of(thing, now, lon=here.get("lon"), lat=here.get("lat")) if thing else None
    place = thing.entity.place if thing is not None else None
    context = {"station": station, "things": _airs(things), **_day(thing), **home_of(place)}
    response = render(request, "openness/home.html", context)
    if thing is not None and here.get("station"):
        response.set_cookie(REMEMBERED, str(thing.entity.pk), max_age=365 * 24 * 3600, samesite="Lax")
    return response


def _airs(things: list[Thing]) -> list[Thing]:
    return [thing for thing in things if thing.type == stations.AIR_TYPE]


def _chosen(things: list[Thing], here: dict[str, float | int | None], remembered: str) -> Thing | None:
    by_id = {thing.entity.pk: thing for thing in things}
    lon, lat = here.get("lon"), here.get("lat")
    if lon is not None and lat is not None:
        return stations.nearest(things, timezone.now(), lon, lat)
    asked = here.get("station") or (int(remembered) if remembered.isdigit() else 0)
    if asked in by_id:
        return by_id[int(asked)]
    lon, lat = settings.PROFILE["map"]["centre"]
    return stations.nearest(things, timezone.now(), lon, lat)


def _day(thing: Thing | None) -> dict[str, object]:
    now = timezone.now()
    return {"drawn": stations.last_day(thing, now) if thing else [], "now": now}


@public
@require_GET
def station(request: HttpRequest, pk: int) -> HttpResponse:
    """One public station."""
    thing = next((t for t in stations.public_things() if t.entity.pk == pk), None)
    if thing is None:
        raise Http404
    found = stations.station_of(thing, timezone.now())
    return render(
        request,
        "openness/station.html",
        {"station": found, "type_label": stations.type_label(found.entity), **_day(thing)},
    )


@public
@require_GET
def station_list(request: HttpRequest) -> HttpResponse:
    """The map of the public stations, and the list beside it."""
    form = HereForm(request.GET)
    here = form.cleaned_data if form.is_valid() else {}
    found = stations.stations_now(lon=here.get("lon"), lat=here.get("lat"))
    return render(request, "openness/map.html", {"stations": found, "now": timezone.now()})


@public
@require_GET
def stations_geojson(request: HttpRequest) -> HttpResponse:
    """The public stations for the map."""
    features = [_feature(found) for found in stations.stations_now() if found.entity.lon is not None]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, content_type="application/geo+json"
    )


def _feature(found: stations.Station) -> dict[str, object]:
    entity, value = found.entity, found.reading.value if found.reading else None
    states = {"late": "stale", "lost": "dead"}
    return {
        "type": "Feature",
        "id": entity.pk,
        "geometry": {"type": "Point", "coordinates": [entity.lon, entity.lat]},
        "properties": {
            "id": entity.pk,
            "name": entity.name,
            "kind": entity.types[0],
            "kindLabel": stations.type_label(entity),
            "state": states.get(found.thing.signal, "normal"),
            "value": f"{format_number(value, 0)} {found.level_name}" if value is not None else "",
            "colour": found.level.colour if found.level else "",
            "label": entity.name,
            "href": reverse("public-station", args=[entity.pk]),
            "simulated": entity.simulated,
            "illustrative": entity.illustrative,
        },
    }


@public
@require_GET
def method(request: HttpRequest) -> HttpResponse:
    """How the indices are computed, with the tables in force today."""
    language = reader_language()
    scales = [
        {
            "title": scale.title.get(language, ""),
            "source": scale.source,
            "verified": scale.verified,
            "method": scale.method.get(language, ""),
            "levels": [(level, level.name(language)) for level in scale.levels],
        }
        for sector in all_sectors()
        for scale in sector.scales
    ]
    return render(request, "openness/method.html", {"scales": scales})
