"""Changing what is known of an incident: title, kind, severity, place, area, sector, agency."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from halong.core.errors import Invalid
from halong.incidents.actions.declaring import (
    checked_area,
    checked_kind,
    checked_point,
    checked_severity,
    checked_title,
    folded,
    place_at,
)
from halong.incidents.actions.moving import move
from halong.incidents.models import UNDER_WAY, Entry, Incident
from halong.incidents.permissions import require_work

FIELDS = (
    "title", "kind", "severity", "summary", "place", "where", "lon", "lat", "area", "sector", "agency", "on_wall",
)  # fmt: skip


@transaction.atomic
def change_incident(incident: Incident, changes: dict[str, Any], *, by: Any) -> Incident:
    """Change fields (FIELDS); what is the same already changes nothing. ``incident.version`` is what the person saw:
    Conflict where somebody else has changed one of the same fields since then. A new point without a place finds its place.
    """
    require_work(by, incident)
    wanted = _checked(incident, changes)
    seen = incident.version
    now = Incident.objects.select_related("place", "agency").get(pk=incident.pk)
    changed = {name: value for name, value in wanted.items() if getattr(now, name) != value}
    if not changed:
        return incident
    told = {
        name: [_told(getattr(now, name)), _told(value)] for name, value in changed.items() if name != "lat"
    }
    touches = {("lon" if name == "lat" else name) for name in changed}
    if "lat" in changed and "lon" not in told:
        told["lon"] = [now.lon, now.lon]
    require_work(by, _as_changed(now, changed))  # nobody moves an incident to where he may do nothing
    incident.version = seen
    move(incident, Entry.Kind.CHANGED, by=by, touches=touches, states=(*UNDER_WAY, "closed"), data={"changes": told},
         **changed, **_refolded(now, changed))  # fmt: skip
    return incident


def _as_changed(now: Incident, changed: dict[str, Any]) -> Incident:
    for name, value in changed.items():
        setattr(now, name, value)
    return now


def _refolded(now: Incident, changed: dict[str, Any]) -> dict[str, Any]:
    return {"folded": folded(now)} if {"title", "where"} & set(changed) else {}


def _checked(incident: Incident, changes: dict[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise Invalid(", ".join(sorted(unknown)))
    given = dict(changes)
    checks: dict[str, Callable[[Any], Any]] = {
        "title": checked_title,
        "kind": checked_kind,
        "severity": checked_severity,
        "area": checked_area,
    }
    for name, check in checks.items():
        if name in given:
            given[name] = check(given[name])
    for name in ("summary", "where"):
        if name in given:
            given[name] = given[name].strip()
    if "lon" in given or "lat" in given:
        given["lon"], given["lat"] = checked_point(
            given.get("lon", incident.lon), given.get("lat", incident.lat)
        )
        moved = (given["lon"], given["lat"]) != (incident.lon, incident.lat)
        if moved and "place" not in given and given["lon"] is not None:
            given["place"] = place_at(given["lon"], given["lat"], None, timezone.now()) or incident.place
    return given


def _told(value: Any) -> Any:
    """As the timeline keeps it: numbers and words; areas and long texts only as "there is one"."""
    if isinstance(value, dict):
        return True
    if isinstance(value, str):
        return value[:300]
    return value if value is None or isinstance(value, int | float | bool) else str(value)
