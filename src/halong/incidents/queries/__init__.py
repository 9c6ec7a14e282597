"""Reading incidents: lists, the room of one, its timeline, its times, what is near, the status board."""

from halong.incidents.queries.board import BoardRow, board
from halong.incidents.queries.listing import TABS, counts, listing
from halong.incidents.queries.near import Near, NearGroup, NearThing, near
from halong.incidents.queries.proposals import proposal_from
from halong.incidents.queries.room import Room, allowed, room
from halong.incidents.queries.timeline import TimelinePage, timeline
from halong.incidents.queries.times import Measured, times

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
    "listing",
    "near",
    "proposal_from",
    "room",
    "timeline",
    "times",
]
