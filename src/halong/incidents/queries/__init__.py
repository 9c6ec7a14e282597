"""Reading incidents: lists, the room of one, its timeline, its times, what is near, the status board."""

from halong.incidents.models import Entry, Incident
from halong.incidents.queries.board import BoardRow, board
from halong.incidents.queries.listing import TABS, counts, in_tab, listing
from halong.incidents.queries.near import Near, NearGroup, NearThing, near
from halong.incidents.queries.proposals import proposal_from
from halong.incidents.queries.room import Room, allowed, room
from halong.incidents.queries.timeline import TimelinePage, entries_after, timeline
from halong.incidents.queries.times import Measured, times
from halong.incidents.steps.facts import facts_of
from halong.incidents.timeline import changes_since


def since(incident: Incident, version: int) -> list[Entry]:
    """What changed after a version, for whoever comes second."""
    return list(changes_since(incident, version))


def facts(incident: Incident) -> dict[str, float | None]:
    """What conditions of a playbook know of it."""
    return facts_of(incident)


__all__ = [
    "TABS",
    "BoardRow",
    "Measured",
    "Near",
    "NearGroup",
    "NearThing",
    "Room",
    "TimelinePage",
    "allowed",
    "board",
    "counts",
    "entries_after",
    "facts",
    "in_tab",
    "listing",
    "near",
    "proposal_from",
    "room",
    "since",
    "timeline",
    "times",
]
