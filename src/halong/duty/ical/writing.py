"""Turns as an iCalendar file that other programs read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar


@dataclass(frozen=True)
class Turn:
    """A turn to write: ``uid`` is stable, so that programs know it again."""

    uid: str
    start: datetime
    end: datetime
    title: str
    text: str = ""
    place: str = ""
    person: str = ""
    email: str = ""


def write_calendar(name: str, turns: Iterable[Turn], *, now: datetime) -> bytes:
    """A calendar of these turns (RFC 5545), in UTC, asked for again every hour."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Halong//Duty//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for turn in turns:
        calendar.add_component(_event(turn, now))
    return bytes(calendar.to_ical())


def _event(turn: Turn, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", turn.uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", turn.start.astimezone(UTC))
    event.add("dtend", turn.end.astimezone(UTC))
    event.add("summary", turn.title)
    for key, value in (("description", turn.text), ("location", turn.place)):
        if value:
            event.add(key, value)
    if turn.email:
        who = icalendar.vCalAddress(f"mailto:{turn.email}")
        who.params["CN"] = icalendar.vText(turn.person)
        event.add("attendee", who, encode=False)
    return event
