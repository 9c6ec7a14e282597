"""Rotas as calendars for other programs."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.duty.ical.writing import Turn, write_calendar
from halong.duty.models import CalendarLink, Override, Shift, Team
from halong.duty.queries import On, turns

BACK, AHEAD = timedelta(days=31), timedelta(days=120)


def calendar_of(link: CalendarLink, now: datetime) -> bytes:
    """The turns of a team, or of a person in all teams, with exchanges made."""
    start, end = now - BACK, now + AHEAD
    if link.team is not None:
        name = _("Duty: {team}").format(team=link.team)
        return write_calendar(name, [_turn(on, link.team) for on in turns([link.team], start, end)], now=now)
    assert link.person is not None
    teams = {team.pk: team for team in _teams_of(link.person, start)}
    own = [on for on in turns(teams.values(), start, end) if on.person == link.person]
    name = _("Duty of {person}").format(person=link.person)
    return write_calendar(name, [_turn(on, teams[on.team_id]) for on in own], now=now)


def _teams_of(person: User, start: datetime) -> list[Team]:
    shifts = Shift.objects.filter(person=person, end__gt=start).values("team")
    stands_in = Override.objects.filter(person=person, end__gt=start, cancelled_at=None).values("team")
    return list(Team.objects.filter(pk__in=shifts) | Team.objects.filter(pk__in=stands_in))


def _turn(on: On, team: Team) -> Turn:
    number = f"s{on.shift.pk}" if on.shift is not None else f"o{on.override.pk if on.override else 0}"
    text = _("instead of {person}").format(person=on.instead_of) if on.instead_of is not None else ""
    return Turn(
        uid=f"{number}-{on.start:%Y%m%dT%H%M%S}@halong",
        start=on.start,
        end=on.end,
        title=f"{on.role_name}: {on.name}",
        text=text,
        place=str(team),
        person=on.name,
        email=on.person.email if on.person is not None else "",
    )
