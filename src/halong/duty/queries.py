"""Reads about duty: who is on, whom to call, what is under way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from halong.accounts.models import User
from halong.core.text import fold
from halong.duty.coverage import twice_on
from halong.duty.models import Contact, DutyRole, Override, Page, Run, Shift, Team
from halong.places.models import Place

RANK = {
    role: number
    for number, role in enumerate((DutyRole.LEADER, DutyRole.OFFICER, DutyRole.TECHNICIAN, DutyRole.COMMAND))
}


@dataclass(frozen=True)
class On:
    """Somebody who is on: since when and until when, in which part, and whom he stands in for."""

    team_id: int
    person: User | None
    who: str
    role: str
    start: datetime
    end: datetime
    instead_of: User | None = None
    shift: Shift | None = None
    override: Override | None = None

    @property
    def name(self) -> str:
        """Full name, or what the calendar says."""
        return str(self.person) if self.person else self.who

    @property
    def role_name(self) -> str:
        """The part in words."""
        return str(DutyRole(self.role).label)


def turns(teams: Iterable[Team], start: datetime, end: datetime) -> list[On]:
    """Who is on between two moments, exchanges taken into account: a turn is cut where somebody stands in. Two queries."""
    wanted = [team.pk for team in teams]
    shifts = Shift.objects.filter(team__in=wanted, start__lt=end, end__gt=start).select_related("person")
    overrides = list(
        Override.objects.filter(team__in=wanted, start__lt=end, end__gt=start, cancelled_at=None)
        .select_related("person", "replaced")
        .order_by("at", "pk")
    )
    found = [On(s.team_id, s.person, s.who, s.role, s.start, s.end, shift=s) for s in shifts]
    for change in overrides:
        found = _changed(found, change)
    inside = [on for on in found if on.start < end and on.end > start]
    return sorted(inside, key=lambda on: (on.start, RANK.get(DutyRole(on.role), 9), on.name))


def _changed(turns: list[On], change: Override) -> list[On]:
    found: list[On] = []
    if change.replaced_id is not None:
        for on in turns:
            found += _cut(on, change) if _is_meant(on, change) else [on]
    else:
        found = list(turns)
    came = On(
        change.team_id,
        change.person,
        "",
        change.role,
        change.start,
        change.end,
        change.replaced,
        override=change,
    )
    return [*found, came]


def _is_meant(on: On, change: Override) -> bool:
    return (
        on.team_id == change.team_id
        and on.person is not None
        and on.person.pk == change.replaced_id
        and on.role == change.role
        and on.start < change.end
        and on.end > change.start
    )


def _cut(on: On, change: Override) -> list[On]:
    sides = ((on.start, min(on.end, change.start)), (max(on.start, change.end), on.end))
    return [
        On(on.team_id, on.person, on.who, on.role, start, end, on.instead_of, on.shift, on.override)
        for start, end in sides
        if start < end
    ]


def on_now(teams: Iterable[Team], at: datetime) -> dict[int, list[On]]:
    """Who is on in each team at a moment, the shift leader first. Two queries."""
    listed = list(teams)
    found: dict[int, list[On]] = {team.pk: [] for team in listed}
    for on in turns(listed, at, at + timedelta(seconds=1)):
        if on.start <= at < on.end:
            found[on.team_id].append(on)
    for rows in found.values():
        rows.sort(key=lambda on: (RANK.get(DutyRole(on.role), 9), on.start))
    return found


def operators_on(moments: Sequence[datetime]) -> list[int]:
    """How many people with accounts are on in any team at each of these moments, without leaders on duty. Three queries."""
    if not moments:
        return []
    rows = turns(Team.objects.current(), moments[0], moments[-1] + timedelta(seconds=1))
    rows = [on for on in rows if on.person is not None and on.role != DutyRole.COMMAND]
    return [len({on.person.pk for on in rows if on.person and on.start <= at < on.end}) for at in moments]


@dataclass(frozen=True)
class Twice:
    """Somebody who is on in two teams at the same time: nobody is at two places."""

    person: User
    teams: list[Team]
    start: datetime
    end: datetime


def on_twice(teams: Iterable[Team], start: datetime, end: datetime) -> list[Twice]:
    """Who is on in two teams at once between two moments, by time. Leaders on duty don't count: they have several."""
    known = {team.pk: team for team in teams}
    found = [on for on in turns(known.values(), start, end) if on.person and on.role != DutyRole.COMMAND]
    people = {on.person.pk: on.person for on in found if on.person}
    rows = [(max(on.start, start), min(on.end, end), on.person.pk, on.team_id) for on in found if on.person]
    return [
        Twice(people[who], _at(known, rows, who, begin), begin, until)
        for who, begin, until in dict.fromkeys(twice_on(rows))
    ]


def _at(
    known: dict[int, Team], rows: Iterable[tuple[datetime, datetime, int, int]], who: int, at: datetime
) -> list[Team]:
    ids = dict.fromkeys(team for begin, until, one, team in rows if one == who and begin <= at < until)
    return [known[pk] for pk in ids]


def on_duty(team: Team, at: datetime, role: str = "") -> list[User]:
    """Who is on: the only way to ask. Each person once, the shift leader first; those with closed accounts left out."""
    people = {
        on.person.pk: on.person
        for on in on_now([team], at)[team.pk]
        if on.person is not None and on.person.is_active and role in ("", on.role)
    }
    return list(people.values())


def answerable(place: Place | None = None, sector: str = "", kind: str = "") -> list[Contact]:
    """Whom to call about something of a kind in a sector at a place: the most particular first, then by order.

    A contact of a place answers for all places in it; an empty side of a contact means all of them.
    """
    chain = [int(part) for part in place.path.strip("/").split("/") if part] if place is not None else []
    found = (
        Contact.objects.current()
        .filter(Q(place=None) | Q(place__in=chain))
        .filter(Q(sector="") | Q(sector=sector), Q(kind="") | Q(kind=kind))
        .select_related("agency", "place", "person")
        .defer("place__boundary")
    )
    depth = {pk: number for number, pk in enumerate(chain, 1)}

    def nearness(contact: Contact) -> tuple[Any, ...]:
        return (
            not contact.kind,
            -depth.get(contact.place_id or 0, 0),
            not contact.sector,
            contact.order,
            contact.name,
        )

    return sorted(found, key=nearness)


def directory(
    user: object, *, q: str = "", place: Place | None = None, sector: str = "", kind: str = ""
) -> QuerySet[Contact]:
    """The directory: words are looked for in names, posts, agencies, places and numbers."""
    found: QuerySet[Contact] = Contact.objects.visible_to(user).current()
    for word in fold(q).split():
        found = found.filter(folded__contains=word)
    if place is not None:
        above = [int(part) for part in place.path.strip("/").split("/") if part]
        found = found.filter(Q(place=None) | Q(place__in=above) | Q(place__path__startswith=place.path))
    if sector:
        found = found.filter(sector__in=["", sector])
    if kind:
        found = found.filter(kind__in=["", kind])
    return (
        found.select_related("agency", "place", "person")
        .defer("place__boundary")
        .order_by("folded", "order", "pk")
    )


OPEN_PAGE = (Page.State.SENT, Page.State.DELIVERED, Page.State.READ)


def waiting_for(user: User) -> QuerySet[Page]:
    """Pages that wait for somebody's answer: one of each run, of runs that still run."""
    return (
        Page.objects.filter(person=user, state__in=OPEN_PAGE, run__state=Run.State.RUNNING)
        .select_related("run__team")
        .order_by("run_id", "pk")
        .distinct("run_id")
    )


def runs(user: object, *, only_running: bool = False) -> QuerySet[Run]:
    """Runs of chains, those that still run first, then the latest."""
    found: QuerySet[Run] = Run.objects.visible_to(user).select_related("team", "chain", "over_by")
    if only_running:
        found = found.filter(state=Run.State.RUNNING)
    under_way = Case(
        When(state=Run.State.RUNNING, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return found.order_by(under_way, "-started_at")


def teams(user: object) -> QuerySet[Team]:
    """The teams that work now."""
    return (
        Team.objects.visible_to(user)
        .current()
        .select_related("agency", "place")
        .defer("place__boundary")
        .order_by("name")
    )
