"""A week of a team's rota, day by day, with what is wrong with it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from itertools import pairwise

from django.utils import timezone

from halong.core.formats import local
from halong.duty.coverage import Interval, Stretch, stretches
from halong.duty.models import DutyRole, Team
from halong.duty.queries import RANK, On, turns

DAYS = 7


@dataclass(frozen=True)
class Piece:
    """The part of a turn that lies in a day. ``mine``: whether it is the reader's."""

    on: On
    start: datetime
    end: datetime
    mine: bool
    goes_on: bool  # past midnight

    @property
    def hours(self) -> str:
        """``07:00–19:00``; midnight at the end of a day is 24:00."""
        return hours_of(self.start, self.end)


@dataclass(frozen=True)
class Day:
    """A day: who is on in each part, and the stretches in which too few or too many are."""

    day: date
    today: bool
    cells: list[tuple[DutyRole, list[Piece]]]
    faults: list[tuple[Stretch, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """Seven days of one team; ``roles`` are the columns."""

    team: Team
    monday: date
    roles: list[DutyRole]
    days: list[Day]

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.monday - timedelta(days=DAYS)

    @property
    def after(self) -> date:
        """The next Monday."""
        return self.monday + timedelta(days=DAYS)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=DAYS - 1)


def hours_of(start: datetime, end: datetime) -> str:
    """A span within a day in words."""
    last = local(end)
    return f"{local(start):%H:%M}–{'24:00' if last.time() == clock() else f'{last:%H:%M}'}"


def week_of(team: Team, on: date, user: object) -> Week:
    """The week that a day lies in."""
    monday = on - timedelta(days=on.weekday())
    zone = timezone.get_default_timezone()
    midnights = [datetime.combine(monday + timedelta(days=n), clock(), tzinfo=zone) for n in range(DAYS + 1)]
    found = turns([team], midnights[0], midnights[-1])
    used = {DutyRole(one.role) for one in found} or {DutyRole.OFFICER}
    roles = sorted(used, key=lambda role: RANK.get(role, 9))
    today = timezone.localdate()
    days = [
        Day(
            start.date(),
            start.date() == today,
            _cells(found, roles, start, end, user),
            _faults(team, found, start, end),
        )
        for start, end in pairwise(midnights)
    ]
    return Week(team, monday, roles, days)


def _cells(
    found: list[On], roles: list[DutyRole], start: datetime, end: datetime, user: object
) -> list[tuple[DutyRole, list[Piece]]]:
    inside = [on for on in found if on.start < end and on.end > start]
    return [
        (
            role,
            [
                Piece(on, max(on.start, start), min(on.end, end), on.person == user, on.end > end)
                for on in inside
                if on.role == role
            ],
        )
        for role in roles
    ]


def _faults(team: Team, found: list[On], start: datetime, end: datetime) -> list[tuple[Stretch, str]]:
    """Stretches of a day in which nobody or too few are on, or too many in one part. Leaders on duty don't count where
    others are on too; somebody who isn't one of our accounts counts as nobody: he can't be told.
    """
    rows: dict[str, list[Interval]] = {}
    of_leaders = {on.role for on in found} == {DutyRole.COMMAND}
    for on in found:
        if on.person is not None and (of_leaders or on.role != DutyRole.COMMAND):
            rows.setdefault(on.role, []).append((on.start, on.end, on.person.pk))
    everybody = [row for part in rows.values() for row in part]
    wrong = [one for one in stretches(everybody, start, end, team.at_once) if one.kind != "over"]
    for part in rows.values():
        wrong += [one for one in stretches(part, start, end, team.at_once) if one.kind == "over"]
    if not team.around_clock:
        wrong = [one for one in wrong if one.kind != "gap"]
    return [(one, hours_of(one.start, one.end)) for one in sorted(wrong, key=lambda one: one.start)]
