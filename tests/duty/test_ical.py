"""iCalendar in and out: what RFC 5545 allows, what programs write, and what must be refused."""

import contextlib
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halong.duty.ical import reading
from halong.duty.ical.reading import read_calendar
from halong.duty.ical.scan import BadCalendar
from halong.duty.ical.writing import Turn, write_calendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def calendar(*events, head=""):
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//EN\n{head}{body}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def read(content):
    return read_calendar(content, start=START, end=END, zone=ZONE)


def spans(reading):
    return [(f"{one.start:%m-%dT%H:%M}", f"{one.end:%m-%dT%H:%M}") for one in reading.occurrences]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("DTSTART:20261110T000000Z", "DTEND:20261110T120000Z", ("11-10T00:00", "11-10T12:00")),
        ("DTSTART:20261110T070000", "DTEND:20261110T190000", ("11-10T00:00", "11-10T12:00")),
        ("DTSTART;TZID=Asia/Ho_Chi_Minh:20261110T070000", "DURATION:PT12H", ("11-10T00:00", "11-10T12:00")),
        ("DTSTART;VALUE=DATE:20261110", "DTEND;VALUE=DATE:20261111", ("11-09T17:00", "11-10T17:00")),
        ("DTSTART;VALUE=DATE:20261110", "SUMMARY:x", ("11-09T17:00", "11-10T17:00")),
        (
            "DTSTART;TZID=SE Asia Standard Time:20261110T070000",
            "DURATION:PT1H",
            ("11-10T00:00", "11-10T01:00"),
        ),
    ],
)
def test_times_in_every_form(start, end, expected):
    assert spans(read(calendar(f"UID:a\n{start}\n{end}"))) == [expected]


def test_own_time_zone_folding_and_escapes():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Duty\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0700\nTZOFFSETTO:+0700\n"
        "END:STANDARD\nEND:VTIMEZONE\n"
    )
    event = "UID:a\nDTSTART;TZID=Duty:20261110T070000\nDTEND;TZID=Duty:20261110T190000\nSUMMARY:Trực ba\n n\\, ca\n  1"
    (one,) = read(calendar(event, head=zone)).occurrences
    assert (f"{one.start:%H:%M}", one.title) == ("00:00", "Trực ban, ca 1")


def test_series_with_exceptions():
    series = (
        "UID:a\nDTSTART;TZID=Asia/Ho_Chi_Minh:20261110T070000\nDTEND;TZID=Asia/Ho_Chi_Minh:20261110T190000\n"
        "RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Asia/Ho_Chi_Minh:20261111T070000\n"
        "RDATE;TZID=Asia/Ho_Chi_Minh:20261120T070000"
    )
    moved = (
        "UID:a\nRECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261112T070000\nDTSTART;TZID=Asia/Ho_Chi_Minh:20261112T080000\n"
        "DTEND;TZID=Asia/Ho_Chi_Minh:20261112T190000"
    )
    found = read(calendar(series, moved))
    assert [(one.recurrence, f"{one.start:%d %H:%M}") for one in found.occurrences] == [
        ("20261110T000000Z", "10 00:00"),
        ("20261112T000000Z", "12 01:00"),
        ("20261113T000000Z", "13 00:00"),
        ("20261120T000000Z", "20 00:00"),
    ]


def test_cancelled_events_are_none_and_attendees_are_read():
    event = (
        "UID:a\nDTSTART:20261110T000000Z\nDTEND:20261110T010000Z\nATTENDEE;CN=Lan:mailto:LAN@example.vn\n"
        "ATTENDEE;CN=Phòng;CUTYPE=ROOM:mailto:r@example.vn\nATTENDEE;CN=Hoa;PARTSTAT=DECLINED:mailto:h@example.vn"
    )
    (one,) = read(
        calendar(event, "UID:b\nSTATUS:CANCELLED\nDTSTART:20261110T000000Z\nDURATION:PT1H")
    ).occurrences
    assert [(who.text, who.email) for who in one.people] == [("Lan", "lan@example.vn")]


@pytest.mark.parametrize(
    ("event", "line", "reason"),
    [
        ("UID:a\nDTSTART:2026111", 6, "DTSTART"),
        ("UID:a\nSUMMARY:x", 4, "begins"),
        ("UID:a\nDTSTART:20261110T000000Z\nDTEND:20261110T010000Z\nRRULE:FREQ=FOO", 8, "RRULE"),
        ("UID:a\nDTSTART:20261110T000000Z\nDTEND:20261110T010000Z\nRRULE:FREQ=SECONDLY", 8, "hour"),
        (
            "UID:a\nDTSTART:20261110T000000Z\nDTEND:20261110T010000Z\nRRULE:FREQ=DAILY;INTERVAL=0",
            8,
            "INTERVAL",
        ),
        ("UID:a\nDTSTART:20261110T000000Z\nDTEND:20261109T010000Z", 7, "ends before"),
        ("UID:a\nDTSTART:20261110T000000Z", 4, "no time"),
    ],
)
def test_bad_events_are_left_out_with_line_and_reason(event, line, reason):
    good = "UID:good\nDTSTART:20261110T000000Z\nDTEND:20261110T010000Z"
    with translation.override("en"):
        found = read(calendar(event, good))
    assert [one.uid for one in found.occurrences] == ["good"]
    assert [(one.line, one.uid, reason in one.reason) for one in found.problems] == [(line, "a", True)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", None),
        (b"hello", 1),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", 3),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", 2),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:\xff\r\nEND:VCALENDAR\r\n", 2),
        (b"BEGIN:VCALENDAR\r\nCALSCALE:CHINESE\r\nEND:VCALENDAR\r\n", None),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * (9 * 1024 * 1024), None),
    ],
)
def test_bad_files_are_refused_with_the_line(content, line):
    with pytest.raises(BadCalendar) as refused:
        read(content)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=HOURLY;COUNT=9999999",
        "FREQ=DAILY;COUNT=99999999999",
        "FREQ=WEEKLY;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;BYSETPOS=9",
    ],
)
def test_endless_repetitions_come_to_an_end(rule):
    event = f"UID:a\nDTSTART:20261101T000000Z\nDTEND:20261101T003000Z\nRRULE:{rule}"
    began = time.thread_time()
    found = read(calendar(event))
    assert time.thread_time() - began < 10
    assert len(found.occurrences) <= 31


def test_too_many_turns_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_OCCURRENCES", 1000)
    events = [f"UID:{n}\nDTSTART:20261101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY" for n in range(3)]
    with pytest.raises(BadCalendar):
        read(calendar(*events))


@given(
    turns=st.lists(
        st.tuples(st.integers(0, 29 * 24 * 60), st.integers(1, 24 * 60), st.text(max_size=40)), max_size=8
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_again(turns):
    """Property: turns written as a calendar come back with the same times and titles."""
    made = [
        Turn(
            f"t{n}@halong",
            START + timedelta(minutes=a),
            START + timedelta(minutes=a + b),
            " ".join(title.split()),
        )
        for n, (a, b, title) in enumerate(turns)
        if title.isprintable()
    ]
    found = read(write_calendar("x", made, now=START))
    assert found.problems == ()
    wanted = {(t.uid, t.start, t.end, t.title) for t in made}
    assert {(o.uid, o.start, o.end, o.title) for o in found.occurrences} == wanted


@given(st.binary(max_size=400))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused(noise):
    """Property: whatever comes in, it is read or refused, never anything else."""
    for content in (noise, b"BEGIN:VCALENDAR\r\n" + noise + b"\r\nEND:VCALENDAR\r\n"):
        with contextlib.suppress(BadCalendar):
            read(content)
