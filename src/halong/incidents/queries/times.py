"""How long it took to detect, acknowledge, assign, contain and close an incident, against the targets of its day."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.incidents.models import Incident
from halong.incidents.targets import MEASURES, targets_on

LABELS = {
    "detect": _("Detected"),
    "acknowledge": _("Acknowledged"),
    "assign": _("Assigned"),
    "contain": _("Contained"),
    "close": _("Response over"),
}


@dataclass(frozen=True)
class Measured:
    """A time of an incident. ``seconds`` is how long it took, or takes until now; None: not known. ``met`` is None while it
    isn't decided. Detecting counts from what happened, the others from when it was detected.
    """

    key: str
    label: Any  # a lazy translation
    at: datetime | None
    seconds: float | None
    target_s: int
    met: bool | None


def times(incident: Incident, now: datetime | None = None) -> list[Measured]:
    """The five times, by the targets that held when it was declared and by its present severity."""
    now = now or timezone.now()
    targets = targets_on(incident.declared_at).seconds
    begun = {"detect": incident.occurred_at}
    reached = {
        "detect": incident.detected_at,
        "acknowledge": incident.acknowledged_at,
        "assign": incident.assigned_at,
        "contain": incident.contained_at,
        "close": incident.closed_at,
    }
    found = [
        _measured(
            key,
            begun.get(key, incident.detected_at),
            reached[key],
            incident.closed_at or now,
            targets[key][incident.severity - 1],
        )
        for key in MEASURES
    ]
    if incident.closed_at is None:
        return found
    # over: what wasn't reached by then never was, and took no time
    return [one if one.at else replace(one, seconds=None) for one in found]


def _measured(
    key: str, begun: datetime | None, at: datetime | None, until: datetime, target_s: int
) -> Measured:
    if begun is None:
        return Measured(key, LABELS[key], at, None, target_s, None)
    seconds = max(0.0, ((at or until) - begun).total_seconds())
    met = seconds <= target_s if at is not None else (False if seconds > target_s else None)
    return Measured(key, LABELS[key], at, seconds, target_s, met)
