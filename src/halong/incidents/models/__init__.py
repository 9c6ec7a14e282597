"""Incidents: something that has to be coordinated, from its declaration to what was learnt from it."""

from halong.incidents.models.incident import UNDER_WAY, Incident, IncidentNumber, Link, Part, Role
from halong.incidents.models.review import Correction, Review
from halong.incidents.models.steps import Call, Step
from halong.incidents.models.timeline import Entry, EntryPhoto, Mention

__all__ = [
    "UNDER_WAY",
    "Call",
    "Correction",
    "Entry",
    "EntryPhoto",
    "Incident",
    "IncidentNumber",
    "Link",
    "Mention",
    "Part",
    "Review",
    "Role",
    "Step",
]
