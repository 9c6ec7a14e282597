"""The page of what happened at the same time near an event: a map, a timeline, a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from halong.alerts.models import Alert
from halong.analysis.models import Unusual
from halong.analysis.neighbours import Sign, degrees, neighbours
from halong.analysis.words import kind_label, name_of, reason
from halong.context.models import Entity
from halong.core.formats import format_number

KM = (2, 5, 10, 30)
HOURS = (1, 3, 6, 24)


@dataclass(frozen=True)
class Event:
    """What the neighbours are neighbours of."""

    at: datetime
    title: str
    text: str
    state: str
    entity: Entity
    own: tuple[str, int]  # kind and id: it isn't its own neighbour

    @property
    def lon(self) -> float:
        """Its longitude."""
        return float(self.entity.lon or 0)

    @property
    def lat(self) -> float:
        """Its latitude."""
        return float(self.entity.lat or 0)


def event_of(subject: Alert | Unusual) -> Event | None:
    """An alert or a flag as an event; None where nobody knows where it is."""
    entity = subject.entity
    if entity is None or entity.lon is None or entity.lat is None:
        return None
    if isinstance(subject, Alert):
        return Event(
            subject.raised_at, subject.title, "", subject.priority_key, entity, ("alert", subject.pk)
        )
    return Event(
        subject.first, name_of(subject), reason(subject), "attention", entity, ("unusual", subject.pk)
    )


def chosen(request: HttpRequest) -> tuple[int, int]:
    """How far and how long around the event, as the address says: 10 km and 3 hours by default."""
    km, hours = request.GET.get("km", ""), request.GET.get("hours", "")
    return (
        int(km) if km.isdigit() and int(km) in KM else 10,
        int(hours) if hours.isdigit() and int(hours) in HOURS else 3,
    )


def signs_of(event: Event, request: HttpRequest) -> list[Sign]:
    """The neighbours of an event."""
    km, hours = chosen(request)
    found = neighbours(event.at, event.lon, event.lat, km, hours, request.user)
    return [sign for sign in found if (sign.kind, sign.pk) != event.own]


def context(event: Event, request: HttpRequest) -> dict[str, Any]:
    """Everything that the page shows."""
    km, hours = chosen(request)
    signs = signs_of(event, request)
    return {
        "event": event,
        "signs": signs,
        "timeline": _timeline(event, signs),
        "km_chips": [_chip(f"{n} km", n == km, km=n, hours=hours) for n in KM],
        "hour_chips": [_chip(_("± %(n)s h") % {"n": n}, n == hours, km=km, hours=n) for n in HOURS],
        "query": f"?km={km}&hours={hours}",
        "bounds": _bounds(event, km),
    }


def _chip(label: str, current: bool, **query: int) -> dict[str, Any]:
    return {"label": label, "current": current, "url": f"?km={query['km']}&hours={query['hours']}"}


def _bounds(event: Event, km: int) -> str:
    """The frame of the map: the circle and a little more."""
    wide, high = degrees(1.1 * km, event.lat)
    return f"{event.lon - wide:.5f},{event.lat - high:.5f},{event.lon + wide:.5f},{event.lat + high:.5f}"


def _timeline(event: Event, signs: list[Sign]) -> list[dict[str, Any]]:
    """By time, the event itself among them."""
    entries = [
        {"at": sign.at, "title": sign.title, "text": sign.text, "state": sign.state, "by": where(sign)}
        for sign in signs
    ]
    own = {
        "at": event.at, "title": event.title, "text": event.text, "state": event.state, "by": _("This event"),
    }  # fmt: skip
    return sorted([*entries, own], key=lambda entry: entry["at"])


def where(sign: Sign) -> str:
    """How near, in space and time."""
    before = sign.hours < 0
    hours = format_number(abs(sign.hours), 1)
    words = _("%(km)s km away, %(hours)s h earlier") if before else _("%(km)s km away, %(hours)s h later")
    if abs(sign.hours) < 0.05:
        words = _("%(km)s km away, at the same time")
    return words % {"km": format_number(sign.km, 1), "hours": hours}


def geojson(event: Event, signs: list[Sign]) -> dict[str, Any]:
    """The event and its neighbours as points; of several at one thing the gravest."""
    order = ("normal", "attention", "high", "critical")
    points: dict[int, tuple[str, str, str, Entity]] = {}
    for sign in signs:
        known = points.get(sign.entity.pk)
        if known is None or order.index(sign.state) > order.index(known[0]):
            points[sign.entity.pk] = (sign.state, sign.title, sign.url, sign.entity)
    points[event.entity.pk] = (event.state, event.title, "", event.entity)
    return {
        "type": "FeatureCollection",
        "features": [_feature(*point, own=pk == event.entity.pk) for pk, point in points.items()],
    }


def _feature(state: str, title: str, url: str, entity: Entity, *, own: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": entity.pk,
        "geometry": {"type": "Point", "coordinates": [entity.lon, entity.lat]},
        "properties": {
            "id": entity.pk, "name": entity.name, "kind": entity.types[0], "kindLabel": kind_label(entity.types),
            "sector": entity.sector, "state": state, "value": _("This event") if own else title, "label": title,
            "place": entity.place.name if entity.place else "", "href": url or reverse("entity", args=[entity.pk]),
            "simulated": entity.simulated,
        },
    }  # fmt: skip
