"""What goes together: what happened near an event at about the same time. Nearness is shown; a cause isn't claimed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Q
from django.urls import reverse

from halong.alerts.models import Alert
from halong.analysis.models import Unusual
from halong.analysis.words import name_of, reason
from halong.context.models import Entity

EARTH_KM = 6371.0
DEGREE_KM = 111.0
MOST = 100


@dataclass(frozen=True)
class Sign:
    """Something that happened near by: ``kind`` "alert" or "unusual"; ``hours`` after the event (before it: negative)."""

    kind: str
    pk: int
    at: datetime
    until: datetime | None
    title: str
    text: str
    state: str
    url: str
    entity: Entity
    km: float
    hours: float


def distance_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """The great-circle distance (haversine)."""
    first, second = radians(lat), radians(other_lat)
    across = radians(other_lon - lon)
    h = sin((second - first) / 2) ** 2 + cos(first) * cos(second) * sin(across / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(h)))


def degrees(km: float, lat: float) -> tuple[float, float]:
    """How many degrees of longitude and of latitude so many kilometres are."""
    high = km / DEGREE_KM
    return high / max(cos(radians(lat)), 0.1), high


def neighbours(at: datetime, lon: float, lat: float, km: float, hours: float, user: Any) -> list[Sign]:
    """Alerts raised, and values that were unusual, within ``km`` and ``hours`` of an event, among what the user may see; the
    nearest in time first. Two queries.
    """
    around = (at - timedelta(hours=hours), at + timedelta(hours=hours))
    found = [*_alerts(around, lon, lat, km, user), *_unusual(around, lon, lat, km, user)]
    near = [
        Sign(kind, pk, when, until, title, text, state, url, entity, away, (when - at).total_seconds() / 3600)
        for kind, pk, when, until, title, text, state, url, entity in found
        if (away := distance_km(lon, lat, float(entity.lon or 0), float(entity.lat or 0))) <= km
    ]
    return sorted(near, key=lambda sign: (abs(sign.hours), sign.km))[:MOST]


Found = tuple[str, int, datetime, datetime | None, str, str, str, str, Entity]


def _box(path: str, lon: float, lat: float, km: float) -> Q:
    """A rectangle around the circle, for the index."""
    wide, high = degrees(km, lat)
    return Q(
        **{f"{path}__lat__range": (lat - high, lat + high), f"{path}__lon__range": (lon - wide, lon + wide)}
    )


def _alerts(
    around: tuple[datetime, datetime], lon: float, lat: float, km: float, user: Any
) -> Iterator[Found]:
    rows = Alert.objects.visible_to(user).filter(_box("entity", lon, lat, km), raised_at__range=around)
    for alert in rows.select_related("entity").order_by("-raised_at")[: 2 * MOST]:
        assert alert.entity is not None
        url = reverse("alert", args=[alert.pk])
        words = str(alert.get_state_display())
        yield (
            "alert", alert.pk, alert.raised_at, alert.cleared_at, alert.title, words, alert.priority_key, url, alert.entity
        )  # fmt: skip


def _unusual(
    around: tuple[datetime, datetime], lon: float, lat: float, km: float, user: Any
) -> Iterator[Found]:
    rows = Unusual.objects.visible_to(user).filter(
        _box("series__entity", lon, lat, km), first__lte=around[1], last__gte=around[0]
    )
    for flag in rows.select_related("series__entity").order_by("-first")[: 2 * MOST]:
        entity = flag.series.entity
        url = f"{reverse('entity', args=[entity.pk])}?property={flag.series.property}"
        yield (
            "unusual", flag.pk, max(flag.first, around[0]), flag.last, name_of(flag), reason(flag), "attention", url, entity
        )  # fmt: skip
