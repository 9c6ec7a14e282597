"""From an iCalendar file to turns: who is named from when until when.

What is wrong with one series leaves out that series, with its line and the reason; what is wrong with the file refuses it.
Series are expanded within a span of time only, and what would take for ever is refused beforehand.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import x_wr_timezone
from django.utils.translation import gettext as _

from halong.duty.ical.scan import BadCalendar, Part, Scanned, scan
from halong.duty.ical.sound import Unsound, check_rule, moment_of

MOST_OCCURRENCES = 20_000
BUDGET_S = 20.0  # of this thread's work: a busy machine refuses nothing more
LONGEST_TURN = timedelta(days=31)
ERRORS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
NEEDED = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID"})


@dataclass(frozen=True)
class Problem:
    """What was left out, and why; ``line`` counts from 1."""

    line: int
    uid: str
    reason: str


@dataclass(frozen=True)
class Named:
    """Somebody whom an event names: as an attendee (with an address) or by its title."""

    text: str
    email: str = ""


@dataclass(frozen=True)
class Occurrence:
    """One event once, in UTC. ``recurrence`` says which one of a series it is; empty for an event that doesn't repeat."""

    uid: str
    recurrence: str
    start: datetime
    end: datetime
    title: str
    people: tuple[Named, ...]
    line: int


@dataclass(frozen=True)
class Reading:
    """A calendar as read: what happens within the span, and what was left out."""

    name: str
    events: int
    occurrences: tuple[Occurrence, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Span:
    start: datetime
    end: datetime
    zone: ZoneInfo


def read_calendar(content: bytes, *, start: datetime, end: datetime, zone: ZoneInfo) -> Reading:
    """What a calendar says between two moments; floating times and days are counted in ``zone``. Raises BadCalendar."""
    scanned = scan(content)
    scales = {
        line.partition(":")[2].strip().upper() for line in scanned.head if line.upper().startswith("CALSCALE")
    }
    if scales - {"GREGORIAN", ""}:
        raise BadCalendar(_("Only the Gregorian calendar is read."))
    problems: list[Problem] = []
    pairs = list(_parsed(scanned, problems))
    span, until = _Span(start, end, zone), time.thread_time() + BUDGET_S
    found: dict[tuple[str, str], Occurrence] = {}
    for uid, series in _by_uid(pairs).items():
        if time.thread_time() > until:
            raise BadCalendar(_("Working out the repetitions takes too long."), series[0][0].line)
        for one in _expanded(uid, series, span, problems):
            found[one.uid, one.recurrence] = one
        if len(found) > MOST_OCCURRENCES:
            raise BadCalendar(_("More than {count} turns.").format(count=MOST_OCCURRENCES), series[0][0].line)
    ordered = sorted(found.values(), key=lambda one: (one.start, one.uid, one.recurrence))
    name = next(
        (line.partition(":")[2] for line in scanned.head if line.upper().startswith("X-WR-CALNAME")), ""
    )
    return Reading(name[:120], len(pairs), tuple(ordered), tuple(sorted(problems, key=lambda one: one.line)))


Pair = tuple[Part, Any]  # the lines, and icalendar's component of them


def _parsed(scanned: Scanned, problems: list[Problem]) -> Iterator[Pair]:
    """The events with their lines. All is read at once; where that fails, part by part, so that a bad one is found."""
    events = scanned.of("VEVENT")
    try:
        read = _read(scanned.head, scanned.of("VTIMEZONE") + events)
    except ERRORS:
        zones = [part for part in scanned.of("VTIMEZONE") if _reads(scanned.head, part, problems)]
        events = [part for part in events if _reads(scanned.head, part, problems)]
        try:
            read = _read(scanned.head, zones + events)
        except ERRORS as error:
            raise BadCalendar(str(error)[:200]) from error
    for part, event in zip(events, read, strict=True):
        faults = [(name, text) for name, text in event.errors if (name or "").upper() in NEEDED]
        if faults:
            name, text = faults[0]
            problems.append(
                Problem(part.line_of(name.upper()), part.value("UID")[:200], f"{name}: {text}"[:300])
            )
        else:
            yield part, event


def _read(head: list[str], parts: list[Part]) -> list[Any]:
    zones = [line for line in head if line.upper().startswith("X-WR-TIMEZONE")]
    lines = [
        "BEGIN:VCALENDAR",
        *zones[:1],
        *(line for part in parts for line in part.lines),
        "END:VCALENDAR",
        "",
    ]
    calendar = icalendar.Calendar.from_ical("\r\n".join(lines))
    assert isinstance(calendar, icalendar.Calendar)
    if "X-WR-TIMEZONE" in calendar:
        calendar = x_wr_timezone.to_standard(calendar)
    return [event for event in calendar.subcomponents if event.name == "VEVENT"]


def _reads(head: list[str], part: Part, problems: list[Problem]) -> bool:
    try:
        _read(head, [part])
    except ERRORS as error:
        problems.append(Problem(part.line, part.value("UID")[:200], str(error)[:300]))
        return False
    return True


def _by_uid(pairs: list[Pair]) -> dict[str, list[Pair]]:
    """Events that belong together: a series and its exceptions. Without a UID (older programs) each stands for itself."""
    found: dict[str, list[Pair]] = {}
    for part, event in pairs:
        uid = str(event.get("UID", "")).strip() or f"line-{part.line}"
        found.setdefault(uid[:255], []).append((part, event))
    return found


def _expanded(uid: str, series: list[Pair], span: _Span, problems: list[Problem]) -> Iterator[Occurrence]:
    calendar, sound = icalendar.Calendar(), []
    for part, event in series:
        try:
            check_rule(event, span.end)
        except Unsound as error:
            problems.append(Problem(part.line_of(error.name), uid[:200], str(error)))
            return
        except ERRORS as error:  # a property that icalendar kept although it can't be read
            problems.append(Problem(part.line, uid[:200], f"{type(error).__name__}: {error}"[:300]))
            return
        sound.append(part)
        calendar.add_component(event)
    line = sound[0].line
    try:
        query = recurring_ical_events.of(calendar)
        found = query.between(span.start, span.end)
    except (*ERRORS, recurring_ical_events.errors.InvalidCalendar) as error:
        problems.append(Problem(line, uid[:200], f"{type(error).__name__}: {error}"[:300]))
        return
    repeats = len(found) > 1 or any("RRULE" in event or "RDATE" in event for _part, event in series)
    for event in found:
        try:
            one = _occurrence(uid, event, span, line, repeats)
        except Unsound as error:
            problems.append(Problem(line, uid[:200], str(error)))
            return
        if one is not None:
            yield one


def _occurrence(uid: str, event: Any, span: _Span, line: int, repeats: bool) -> Occurrence | None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    start, end = moment_of(event["DTSTART"].dt, span.zone), moment_of(event["DTEND"].dt, span.zone)
    if end <= start:
        raise Unsound("DTEND", _("It lasts no time."))
    if end - start > LONGEST_TURN:
        raise Unsound("DTEND", _("It lasts longer than {days} days.").format(days=LONGEST_TURN.days))
    if end <= span.start or start >= span.end:
        return None
    mark = event.get("RECURRENCE-ID")
    recurrence = f"{moment_of(mark.dt, span.zone):%Y%m%dT%H%M%SZ}" if repeats and mark is not None else ""
    title = str(event.get("SUMMARY", "")).strip()[:300]
    return Occurrence(uid, recurrence, start, end, title, tuple(_people(event)), line)


def _people(event: Any) -> Iterator[Named]:
    attendees = event.get("ATTENDEE", [])
    for one in attendees if isinstance(attendees, list) else [attendees]:
        parameters = getattr(one, "params", {})
        if str(parameters.get("CUTYPE", "INDIVIDUAL")).upper() not in ("INDIVIDUAL", "UNKNOWN"):
            continue  # a room, a group
        if str(parameters.get("PARTSTAT", "")).upper() == "DECLINED":
            continue
        scheme, _colon, address = str(one).partition(":")
        email = address.strip().lower() if scheme.lower() == "mailto" else ""
        text = str(parameters.get("CN", "")).strip() or email
        if text:
            yield Named(text[:200], email)
