"""Declaring: from alerts, citizens' reports, calls and the press, or from nothing but what somebody knows."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import shapely
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Invalid
from halong.core.formats import local
from halong.core.permissions import SYSTEM, require
from halong.core.text import fold
from halong.incidents import duty, sources
from halong.incidents.actions.parts import acknowledge_alerts, join_parts, link_calls
from halong.incidents.drafts import Declared, IncidentDraft
from halong.incidents.models import Entry, Incident, Role
from halong.incidents.numbers import next_number
from halong.incidents.sources import Source
from halong.incidents.steps.actions import begin_playbook
from halong.incidents.timeline import write_entry
from halong.places.models import Agency, Place
from halong.places.queries import locate
from halong.playbooks.kinds import KINDS
from halong.playbooks.queries import best_for

MOST_PARTS = 500
AREA = 100_000  # characters of GeoJSON


def declare_incident(draft: IncidentDraft, *, by: Any) -> Declared:
    """Declare an incident, once a ``client_id``; needs ``incidents.declare`` where it lies.

    Its alerts count as acknowledged by the same person, who also becomes its coordinator, and the playbook begins. Conflict
    where a part belongs to another open incident; Invalid with the fields that are wrong; NotFound for a part that isn't
    there or that ``by`` may not see.
    """
    known = Incident.objects.filter(client_id=draft.client_id).first()
    if known is not None:
        return Declared(known, False)
    try:
        with transaction.atomic():
            return Declared(_declare(draft, by), True)
    except IntegrityError:
        sent_twice = Incident.objects.filter(client_id=draft.client_id).first()
        if sent_twice is None:
            raise
        return Declared(sent_twice, False)


def _declare(draft: IncidentDraft, by: Any) -> Incident:
    now = timezone.now()
    if len(draft.parts) > MOST_PARTS:
        raise invalid("parts", _("At most {n} at once.").format(n=MOST_PARTS))
    parts = sources.look(draft.parts, by)
    incident = _new(draft, parts, now)
    incident.declared_by = by if isinstance(by, User) else None
    require(by, "incidents.declare", incident)
    incident.number = next_number(now)
    incident.folded = folded(incident)
    incident.save(force_insert=True)
    joined = join_parts(incident, parts, by)
    data = {"kind": incident.kind, "severity": incident.severity, "title": incident.title, "parts": joined}
    write_entry(incident, Entry.Kind.DECLARED, by=by, text=incident.summary, data=data)
    if isinstance(by, User):
        Role.objects.create(incident=incident, kind=Role.Kind.COORDINATOR, person=by, since=now)
    acknowledge_alerts(incident, parts, by)
    link_calls(incident, parts, by)
    record(by, "incidents.declare", incident, number=incident.number, kind=incident.kind, parts=len(parts))
    duty.tell_declared(incident, by)
    _begin(incident, draft)
    incident.refresh_from_db()
    return incident


def _new(draft: IncidentDraft, parts: Sequence[Source], now: datetime) -> Incident:
    lon, lat = checked_point(draft.lon, draft.lat)
    if lon is None:
        lon, lat = next(
            ((p.lon, p.lat) for p in parts if p.lon is not None and p.lat is not None), (None, None)
        )
    incident = Incident(
        client_id=draft.client_id, title=checked_title(draft.title), kind=checked_kind(draft.kind),
        severity=checked_severity(draft.severity), summary=draft.summary.strip(), where=draft.where.strip()[:300],
        lon=lon, lat=lat, area=checked_area(draft.area),
        place=draft.place or first_place(parts) or place_at(lon, lat, draft.area, now),
        sector=draft.sector or next((part.sector for part in parts if part.sector), KINDS[draft.kind].sector),
        agency=draft.agency or first_agency(parts),
        detected_at=min([part.at for part in parts], default=now), declared_at=now, changed_at=now,
        occurred_at=min([part.occurred_at for part in parts], default=None),
        simulated=bool(parts) and all(part.simulated for part in parts),
    )  # fmt: skip
    if all(part.subject is None for part in parts):
        incident.acknowledged_at = now  # somebody saw it with his own eyes
    return incident


def _begin(incident: Incident, draft: IncidentDraft) -> None:
    """Begin the playbook that was chosen, or the best one there is. Halong does: nobody has begun to work by that."""
    if not draft.with_playbook:
        return
    version = draft.playbook or best_for(incident.kind, incident.severity)
    if version is not None:
        begin_playbook(incident, version, by=SYSTEM)


def first_place(parts: Iterable[Source]) -> Place | None:
    """The place of the first part that has one."""
    return next((part.place for part in parts if part.place is not None), None)


def first_agency(parts: Iterable[Source]) -> Agency | None:
    """The agency of the first part that has one."""
    return next((part.agency for part in parts if part.agency is not None), None)


def place_at(lon: float | None, lat: float | None, area: Any, now: datetime) -> Place | None:
    """The unit in which a point, or the middle of an area, lies."""
    if lon is None and area is not None:
        middle = shapely.from_geojson(json.dumps(area)).representative_point()
        lon, lat = middle.x, middle.y
    if lon is None or lat is None:
        return None
    found = locate(lon, lat, local(now).date())
    return found.place if found is not None else None


def folded(incident: Incident) -> str:
    """What the search looks into."""
    return fold(f"{incident.number} {incident.title} {incident.where}")[:400]


def checked_title(title: str) -> str:
    """A title of 1–200 characters."""
    words = " ".join(title.split())
    if not words:
        raise invalid("title", _("Write a title."))
    if len(words) > 200:
        raise invalid("title", _("At most {n} characters.").format(n=200))
    return words


def checked_kind(kind: str) -> str:
    """A kind that there is."""
    if kind not in KINDS:
        raise invalid("kind", _("Choose a kind."))
    return kind


def checked_severity(severity: Any) -> int:
    """1 to 4."""
    if severity not in Incident.Severity.values:
        raise invalid("severity", _("Choose a severity."))
    return int(severity)


def checked_point(lon: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """Degrees on Earth, both or none."""
    if lon is None and lat is None:
        return None, None
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise invalid("lon", _("This isn't a point on Earth."))
    return lon, lat


def checked_area(area: dict[str, Any] | None) -> dict[str, Any] | None:
    """A polygon, or several, that can be drawn."""
    if not area:
        return None
    try:
        text = json.dumps(area)
        drawn = shapely.from_geojson(text)
    except (TypeError, ValueError, shapely.errors.ShapelyError):
        raise invalid("area", _("This isn't an area.")) from None
    kind_fits = drawn.geom_type in ("Polygon", "MultiPolygon")
    if len(text) > AREA or not kind_fits or drawn.is_empty or not drawn.is_valid or not _on_earth(drawn):
        raise invalid("area", _("This isn't an area."))
    return area


def _on_earth(drawn: BaseGeometry) -> bool:
    west, south, east, north = drawn.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def invalid(name: str, words: str) -> Invalid:
    """What is wrong, to be shown beside the field that it is about."""
    return Invalid(words, fields={name: words})
