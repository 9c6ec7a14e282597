"""While a call is taken: which place is meant, and what is known near it already."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.alerts.models import Alert
from halong.citizens.models import Report
from halong.citizens.queries.similar import M_PER_DEGREE, in_circle, metres
from halong.context.models import Entity
from halong.core.finding import Entry, Index
from halong.core.formats import format_datetime
from halong.core.registry import Registry
from halong.duty.models import Call
from halong.places.models import Place

RADIUS_M = 2000.0
RECENT = timedelta(hours=24)
MOST = 5
LOOK_S = 10.0


@dataclass(frozen=True)
class Spot:
    """A place that may be meant: a unit, or a thing with a point. ``ref`` is "place:12" or "thing:7"."""

    ref: str
    name: str
    kind: str
    place: Place | None
    lon: float | None = None
    lat: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude of a thing; the middle of a unit is no point to measure from."""
        if not self.ref.startswith("thing:") or self.lon is None or self.lat is None:
            return None
        return self.lon, self.lat


@dataclass(frozen=True)
class Known:
    """Something near by that the call may be about. ``ref`` is "alert:17"; ``metres`` None: in the same unit."""

    ref: str
    title: str
    url: str
    state: str
    note: str
    metres: float | None = None
    simulated: bool = False
    joins: bool = False  # whether a call can be added to it


# (user, where the call is from, now) → what is known there; the module that knows incidents adds its own
finders: Registry[Callable[[Any, Spot, datetime], list[Known]]] = Registry()
# kind → adds a call to the thing of that id, for the person; alerts and reports are known here
joiners: Registry[Callable[[Call, str, Any], None]] = Registry()


class _Names:
    """Names of units and of things with a point, in this process; looked at for changes every ten seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: Index[str] = Index()
        self._version: Any = None
        self._looked = -LOOK_S

    def find(self, query: str, limit: int) -> list[str]:
        """The best refs for what was typed."""
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_S or not len(self._index):
                self._look()
                self._looked = time.monotonic()
            return [found.key for found in self._index.find(query, limit)]

    def _look(self) -> None:
        places = Place.objects.on(timezone.localdate())
        things = Entity.objects.living().filter(lon__isnull=False)
        version = (
            tuple(places.aggregate(n=Count("pk"), at=Max("modified_at")).values()),
            tuple(things.aggregate(n=Count("pk"), at=Max("modified_at")).values()),
        )
        if version == self._version:
            return
        index: Index[str] = Index()
        for pk, name in places.values_list("pk", "name"):
            index.put(Entry(f"place:{pk}", name))
        for pk, name, place in things.exclude(name="").values_list("pk", "name", "place__name"):
            index.put(Entry(f"thing:{pk}", name, place or ""))
        self._index, self._version = index, version


_names = _Names()


def spots(user: Any, typed: str, limit: int = MOST) -> list[Spot]:
    """Which places may be meant by what was typed so far: the whole, else its parts between commas, the last first."""
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    asked = list(dict.fromkeys([typed.strip(), *reversed(parts)]))
    for words in asked:
        refs = _names.find(words, 4 * limit) if len(words) > 1 else []
        found = _spots(user, refs)
        if found:
            return found[:limit]
    return []


def spot_of(user: Any, ref: str) -> Spot | None:
    """The spot of a ref, if the user may see it."""
    return next(iter(_spots(user, [ref])), None)


def _spots(user: Any, refs: list[str]) -> list[Spot]:
    ids: dict[str, list[int]] = {"place": [], "thing": []}
    for ref in refs:
        kind, _colon, number = ref.partition(":")
        if kind in ids and number.isdecimal():
            ids[kind].append(int(number))
    found: dict[str, Spot] = {}
    for place in Place.objects.visible_to(user).filter(pk__in=ids["place"]).defer("boundary"):
        found[f"place:{place.pk}"] = Spot(
            f"place:{place.pk}", place.name, place.get_kind_display(), place, place.lon, place.lat
        )
    things = Entity.objects.visible_to(user).filter(pk__in=ids["thing"]).select_related("place")
    for thing in things:
        where = thing.place.name if thing.place else ""
        found[f"thing:{thing.pk}"] = Spot(
            f"thing:{thing.pk}", thing.name, where, thing.place, thing.lon, thing.lat
        )
    return [found[ref] for ref in refs if ref in found]


def known(user: Any, spot: Spot, now: datetime) -> list[Known]:
    """What is open near a spot: the nearest first, then what lies in the same unit."""
    rows = [row for finder in finders for row in finder(user, spot, now)]
    return sorted(rows, key=lambda row: (row.metres is None, row.metres or 0.0))[: 2 * MOST]


def near_alerts(user: Any, spot: Spot, now: datetime) -> list[Known]:
    """Open alerts of things near by, or in the unit."""
    found = Alert.objects.visible_to(user).calling(now).select_related("entity", "place")
    rows = found.filter(near_q(spot, "entity__")).order_by("priority", "-raised_at")[:MOST]
    return [
        Known(
            f"alert:{alert.pk}",
            alert.title,
            reverse("alert", args=[alert.pk]),
            alert.priority_key,
            f"{alert.get_state_display()} · {format_datetime(alert.raised_at)}",
            distance(spot, alert.entity),
            alert.simulated,
            joins=True,
        )
        for alert in rows
    ]


def near_reports(user: Any, spot: Spot, now: datetime) -> list[Known]:
    """Open citizens' reports near by, or of the last day in the unit."""
    seen: QuerySet[Report] = Report.objects.visible_to(user).open().select_related("category", "place")
    if spot.point is not None:
        seen = in_circle(seen, *spot.point, RADIUS_M)
    else:
        seen = seen.filter(_inside(spot), created_at__gte=now - RECENT)
    return [
        Known(
            f"report:{report.pk}",
            f"{report.number} · {report.category}",
            reverse("report", args=[report.pk]),
            "high" if report.urgent else "normal",
            f"{report.text[:80]} · {format_datetime(report.created_at)}",
            distance(spot, report),
            report.simulated,
            joins=True,
        )
        for report in seen.order_by("-created_at")[:MOST]
    ]


def near_calls(user: Any, spot: Spot, now: datetime) -> list[Known]:
    """Calls of the last day from there: the same matter is often called in by several people."""
    found = Call.objects.visible_to(user).filter(taken_at__gte=now - RECENT).select_related("place")
    rows = found.filter(near_q(spot)).order_by("-taken_at")[:MOST]
    return [
        Known(
            f"call:{call.pk}",
            _("Call") + f" {call.pk}",
            reverse("duty-call", args=[call.pk]),
            "attention" if call.urgent else "normal",
            f"{call.said[:80]} · {format_datetime(call.taken_at)}",
            distance(spot, call),
            call.simulated,
        )
        for call in rows
    ]


def register() -> None:
    """Put duty's own finders into the registry."""
    finders.register("alerts", near_alerts)
    finders.register("reports", near_reports)
    finders.register("calls", near_calls)


def near_q(spot: Spot, owner: str = "") -> Q:
    """What lies around a point (``owner`` leads to what has one), or all of the unit where a call names only that."""
    if spot.point is None:
        return _inside(spot)
    lon, lat = spot.point
    up = RADIUS_M / M_PER_DEGREE
    side = up / max(0.1, cos(radians(lat)))
    return Q(
        **{
            f"{owner}lon__range": (lon - side, lon + side),
            f"{owner}lat__range": (lat - up, lat + up),
        }
    )


def _inside(spot: Spot) -> Q:
    return Q(place__path__startswith=spot.place.path) if spot.place is not None else Q(pk__in=[])


def distance(spot: Spot, thing: Any) -> float | None:
    """Metres from a spot to anything with a point; None where either has none."""
    if spot.point is None or thing is None or thing.lon is None or thing.lat is None:
        return None
    return metres(*spot.point, thing.lon, thing.lat)
