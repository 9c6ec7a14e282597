"""Who is on: turns, repetitions, exchanges, calendars of others."""

import http.server
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.alerts.conftest import make_alert
from tests.duty.conftest import NOW

from halong.alerts.models import Alert
from halong.alerts.quality import measures
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.duty.actions.rota import (
    add_pattern,
    add_shift,
    cancel_stand_in,
    expand_patterns,
    remove_shift,
    stand_in,
    swap_shifts,
)
from halong.duty.actions.subscribing import import_file, read_due, subscribe_rota
from halong.duty.actions.teams import ensure_teams, make_link, withdraw_link
from halong.duty.calendars import calendar_of
from halong.duty.coverage import stretches, twice_on
from halong.duty.forms.rota import words_of_rule
from halong.duty.ical.reading import read_calendar
from halong.duty.models import DutyRole, Rota, Shift
from halong.duty.queries import on_duty, operators_on, turns
from halong.duty.week import week_of

__all__ = ["make_alert"]

HOUR = timedelta(hours=1)


def names(people):
    return [one.username for one in people]


def test_on_duty_by_part(team, watch):
    assert names(on_duty(team, NOW)) == ["lan", "minh"]
    assert names(on_duty(team, NOW, DutyRole.LEADER)) == ["lan"]
    assert names(on_duty(team, NOW + 6 * HOUR)) == []  # the end of a turn isn't in it
    assert names(on_duty(team, NOW - HOUR)) == ["lan", "minh"]


def test_closed_accounts_are_never_on(team, watch):
    watch["lan"].is_active = False
    watch["lan"].save()
    assert names(on_duty(team, NOW)) == ["minh"]


def test_somebody_stands_in(team, watch):
    change = stand_in(
        team,
        watch["hoa"],
        DutyRole.OFFICER,
        NOW + HOUR,
        NOW + 2 * HOUR,
        by=watch["lan"],
        replaced=watch["minh"],
    )
    at = [NOW, NOW + HOUR, NOW + 2 * HOUR]
    assert [names(on_duty(team, moment, DutyRole.OFFICER)) for moment in at] == [["minh"], ["hoa"], ["minh"]]
    cancel_stand_in(change, by=watch["lan"])
    assert names(on_duty(team, NOW + HOUR, DutyRole.OFFICER)) == ["minh"]
    with pytest.raises(Conflict):
        cancel_stand_in(change, by=watch["lan"])


def test_two_people_swap(team, watch):
    first = Shift.objects.get(person=watch["minh"])
    second = add_shift(team, watch["hoa"], DutyRole.OFFICER, NOW + 6 * HOUR, NOW + 12 * HOUR, by=SYSTEM)
    swap_shifts(first, second, by=watch["lan"], reason="family")
    assert names(on_duty(team, NOW, DutyRole.OFFICER)) == ["hoa"]
    assert names(on_duty(team, NOW + 7 * HOUR)) == ["minh"]


def test_a_member_gives_only_his_own_turn_away(team, watch, person):
    officer = person("binh", "officer")
    with pytest.raises(Forbidden):
        stand_in(team, watch["hoa"], "officer", NOW, NOW + HOUR, by=officer, replaced=watch["minh"])
    with pytest.raises(Forbidden):
        stand_in(team, watch["hoa"], "officer", NOW, NOW + HOUR, by=officer, replaced=officer)


def test_turns_that_cannot_be(team, watch):
    with pytest.raises(Invalid):
        add_shift(team, watch["lan"], "leader", NOW, NOW + HOUR, by=SYSTEM)  # she is on already
    with pytest.raises(Invalid):
        add_shift(team, watch["hoa"], "leader", NOW, NOW, by=SYSTEM)
    running = Shift.objects.get(person=watch["lan"])
    remove_shift(running, by=SYSTEM)
    running.refresh_from_db()
    assert running.end <= datetime.now(UTC)  # what was done stays


def test_people_take_turns(team, watch):
    start = (NOW + timedelta(days=1)).replace(minute=0, second=0)
    people = [watch["lan"], watch["minh"], watch["hoa"]]
    add_pattern(team, people, DutyRole.TECHNICIAN, start, 12 * 60, "FREQ=DAILY", by=SYSTEM)
    found = [names(on_duty(team, start + timedelta(days=n), DutyRole.TECHNICIAN)) for n in range(4)]
    assert found == [["lan"], ["minh"], ["hoa"], ["lan"]]
    count = Shift.objects.count()
    expand_patterns()
    assert Shift.objects.count() == count
    for rule in ("FREQ=NEVER", "", "FREQ=SECONDLY"):
        with pytest.raises(Invalid):
            add_pattern(team, people, DutyRole.OFFICER, start, 60, rule, by=SYSTEM)


def events(*rows):
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
        for uid, start, end, title in rows
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\n{body}END:VCALENDAR\r\n".encode()


def test_a_file_names_our_people(team, watch, administrator):
    later = NOW + 24 * HOUR
    content = events(
        ("a", later, later + HOUR, "Trưởng ca: đ/c Vũ Thị Lan"),
        ("b", later, later + HOUR, "Trần Thị Hoa\\, Lê Quang Minh"),
        ("c", later, later + HOUR, "Phạm Ai Đó"),
    )
    rota = import_file(team, "Lịch trực", DutyRole.OFFICER, content, by=administrator)
    found = Shift.objects.filter(rota=rota).order_by("uid", "who")
    assert [(s.uid, s.person and s.person.username, s.role) for s in found] == [
        ("a", "lan", "leader"),
        ("b", "minh", "officer"),
        ("b", "hoa", "officer"),
        ("c", None, "officer"),
    ]
    assert names(on_duty(team, later)) == ["lan", "minh", "hoa"]
    pks = set(found.values_list("pk", flat=True))
    import_file(team, "", DutyRole.OFFICER, content, by=administrator, rota=rota)  # read twice: nothing new
    assert set(Shift.objects.filter(rota=rota).values_list("pk", flat=True)) == pks
    import_file(
        team,
        "",
        DutyRole.OFFICER,
        events(("a", later + HOUR, later + 2 * HOUR, "Lan")),
        by=administrator,
        rota=rota,
    )
    assert [s.start for s in Shift.objects.filter(rota=rota)] == [later + HOUR]


def test_a_bad_file_is_refused_with_its_line(team, administrator):
    with pytest.raises(Invalid) as refused:
        import_file(team, "x", DutyRole.OFFICER, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", by=administrator)
    assert "2" in refused.value.fields["file"]
    assert not Rota.objects.filter(kind="file").exists()


@pytest.fixture
def published():
    """A calendar on the network: ``published.content`` is what it answers."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.server.content else 503)
            self.end_headers()
            self.wfile.write(self.server.content)

        def log_message(self, *_args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    server.content = b""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_read_again_and_again(team, watch, administrator, published):
    later, url = NOW + 24 * HOUR, f"http://127.0.0.1:{published.server_port}/rota.ics"
    rota = subscribe_rota(team, "", DutyRole.OFFICER, url, by=administrator, inside=True)
    published.content = events(("a", later, later + HOUR, "Hoa"))
    assert read_due() == 1
    rota.refresh_from_db()
    assert (rota.error, rota.failures, names(on_duty(team, later))) == ("", 0, ["hoa"])
    for content in (b"", events(), b"<html>"):  # away, emptied, a sign-in page: what was known is kept
        published.content = content
        Rota.objects.filter(pk=rota.pk).update(due_at=NOW - HOUR)
        assert read_due() == 1
        rota.refresh_from_db()
        assert rota.error
        assert names(on_duty(team, later)) == ["hoa"]
    assert rota.failures == 3


def test_addresses_inside_need_permission(team, administrator, published):
    published.content = events(("a", NOW, NOW + HOUR, "Lan"))
    url = f"http://127.0.0.1:{published.server_port}/rota.ics"
    rota = subscribe_rota(team, "", DutyRole.OFFICER, url, by=administrator)
    read_due()
    rota.refresh_from_db()
    assert rota.error == "not a public address"
    assert rota.host == "127.0.0.1"
    assert url.encode() not in bytes(rota.sealed)
    with pytest.raises(Invalid):
        subscribe_rota(team, "", DutyRole.OFFICER, "file:///etc/passwd", by=administrator)


def test_calendars_go_out(team, watch, administrator, client):
    stand_in(team, watch["hoa"], "officer", NOW, NOW + HOUR, by=watch["lan"], replaced=watch["minh"])
    link = make_link(team=team, by=administrator)
    zone = NOW.tzinfo
    read = read_calendar(calendar_of(link, NOW), start=NOW - HOUR * 2, end=NOW + HOUR * 12, zone=zone)
    assert sorted(one.people[0].email for one in read.occurrences) == [
        "hoa@example.vn", "lan@example.vn", "minh@example.vn", "minh@example.vn",
    ]  # fmt: skip
    own = make_link(by=watch["hoa"])
    mine = read_calendar(calendar_of(own, NOW), start=NOW - HOUR * 2, end=NOW + HOUR * 12, zone=zone)
    assert [(one.start, one.end) for one in mine.occurrences] == [(NOW, NOW + HOUR)]
    from halong.duty import links

    path = f"/duty/{links.token('calendar', link.pk, link.salt)}.ics"
    assert client.get(path)["Content-Type"] == "text/calendar; charset=utf-8"
    assert client.get(path.replace(f"/{link.pk}-", f"/{own.pk}-")).status_code == 404
    withdraw_link(link, by=administrator)
    assert client.get(path).status_code == 404


def test_the_week_shows_gaps_and_overlaps(team, watch):
    def kinds():
        days = week_of(team, NOW.date(), watch["lan"]).days
        return {fault.kind for day in days for fault, _hours in day.faults}

    assert kinds() == {"gap"}  # a leader and an officer at once are meant
    add_shift(team, watch["hoa"], "officer", NOW, NOW + HOUR, by=SYSTEM)
    assert kinds() == {"gap", "over"}
    team.at_once = 3
    assert kinds() == {"gap", "short"}


def test_a_team_of_leaders_on_duty_has_no_gap_while_one_is_on(team, person):
    add_shift(team, person("ha", "leader"), "command", NOW, NOW + HOUR, by=SYSTEM)
    week = week_of(team, NOW.date(), None)
    today = next(day for day in week.days if day.day == NOW.date())
    assert all(fault.end <= NOW or fault.start >= NOW + HOUR for fault, _hours in today.faults)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "Every day"),
        ("FREQ=WEEKLY;BYDAY=MO,FR", "On chosen weekdays: Mon, Fri"),
        ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
    ],
)
def test_a_rule_of_repetition_in_words(rule, words):
    with translation.override("en"):
        assert words_of_rule(rule) == words


@given(
    rows=st.lists(st.tuples(st.integers(0, 48), st.integers(1, 12), st.integers(1, 3)), max_size=8),
    at_once=st.integers(1, 2),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_stretches_agree_with_looking_at_every_half_hour(rows, at_once):
    """Property: at any moment the stretches say what counting says."""
    base = datetime(2026, 11, 1, tzinfo=UTC)
    intervals = [(base + a * HOUR, base + (a + b) * HOUR, who) for a, b, who in rows]
    found = stretches(intervals, base, base + 48 * HOUR, at_once)
    for n in range(96):
        moment = base + n * HOUR / 2
        count = len({who for a, b, who in intervals if a <= moment < b})
        kind = "gap" if count == 0 else "short" if count < at_once else "over" if count > at_once else ""
        assert [one.kind for one in found if one.start <= moment < one.end] == ([kind] if kind else [])


def test_twice_on():
    base = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [(base, base + 2 * HOUR, 1, 7), (base + HOUR, base + 3 * HOUR, 1, 8), (base, base + HOUR, 2, 7)]
    assert twice_on(rows) == [(1, base + HOUR, base + 2 * HOUR)]


def test_turns_take_two_queries(team, watch, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(turns([team], NOW, NOW + HOUR)) == 2


def test_teams_that_playbooks_call_are_made_once(team):
    assert ensure_teams(["Trực ban IOC", "Đội ứng cứu", "Đội ứng cứu"], by=SYSTEM) == 1
    assert ensure_teams(["đội ứng cứu"], by=SYSTEM) == 0


def test_the_load_of_alerts_is_spread_over_those_who_are_on(team, watch, person, make_alert):
    hai = person("hai", "leader")
    add_shift(team, hai, DutyRole.COMMAND, NOW - HOUR, NOW + HOUR, by=SYSTEM)
    assert operators_on([NOW - 2 * HOUR, NOW, NOW + 7 * HOUR]) == [0, 2, 0]
    for n in range(4):
        make_alert(f"wind {n}", ago=20)
    found = measures.quality(Alert.objects.all(), NOW + timedelta(seconds=1), hours=1)
    assert (found.by_rota, found.operators, found.total, max(found.per_slot)) == (True, 2, 4, 2)
