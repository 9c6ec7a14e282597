"""Incidents under way near the place that a telephone call is about, so that it is added instead of opening another."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from halong.core.errors import NotFound
from halong.core.formats import format_datetime
from halong.duty.models import Call
from halong.duty.near import MOST, Known, Spot, distance, near_q
from halong.incidents.actions.parts import add_parts
from halong.incidents.drafts import PartRef
from halong.incidents.models import Incident


def known_incidents(user: Any, spot: Spot, now: datetime) -> list[Known]:
    """Those under way near a spot, or in the unit."""
    found = (
        Incident.objects.visible_to(user)
        .under_way()
        .filter(near_q(spot))
        .order_by("-severity", "-declared_at")
    )
    return [
        Known(
            f"incident:{incident.pk}",
            f"{incident.number} · {incident.title}",
            reverse("incident", args=[incident.pk]),
            incident.severity_key,
            f"{incident.get_state_display()} · {format_datetime(incident.declared_at)}",
            distance(spot, incident),
            incident.simulated,
            joins=True,
        )
        for incident in found[:MOST]
    ]


def join_call(call: Call, ref: str, by: Any) -> None:
    """Add a call to an incident. Raises NotFound for one that the person may not see."""
    incident = Incident.objects.visible_to(by).filter(pk=ref).first() if ref.isdecimal() else None
    if incident is None:
        raise NotFound
    add_parts(incident, [PartRef("call", str(call.pk))], by=by)
