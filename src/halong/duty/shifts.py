"""Where one shift follows another, and which of these had no hand-over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from halong.duty.models import Handover, Team
from halong.duty.queries import On, turns

GRACE = timedelta(minutes=30)  # so late a hand-over is still on time
EARLY = timedelta(hours=2)  # so early it may be
BACK = timedelta(hours=24)


@dataclass(frozen=True)
class Missing:
    """A change of shift that nobody handed over: since when, who went and who came."""

    team: Team
    at: datetime
    outgoing: str
    incoming: str

    @property
    def key(self) -> str:
        """Which one it is."""
        return f"{self.team.pk}:{int(self.at.timestamp())}"


def changes(found: Sequence[On], start: datetime, end: datetime) -> list[tuple[datetime, str, str]]:
    """Moments at which one person's turn ended and another person's began, in order, with both names."""
    moments: dict[datetime, tuple[datetime, str, str]] = {}
    for turn in found:
        if not start <= turn.start <= end:
            continue
        before = [
            one
            for one in found
            if one.role == turn.role and abs(one.end - turn.start) <= GRACE and one.name != turn.name
        ]
        if before:
            moments.setdefault(turn.start, (turn.start, before[0].name, turn.name))
    return sorted(moments.values())


def missing(now: datetime, teams: Any = None) -> list[Missing]:
    """Changes of shift of the last day, half an hour ago at least, without a hand-over that was taken. Exchanges are taken
    into account. As many queries for all teams as for one.
    """
    rows = list((Team.objects.current() if teams is None else teams).order_by("name"))
    start = now - BACK
    on: dict[int, list[On]] = {team.pk: [] for team in rows}
    for turn in turns(rows, start - GRACE, now):
        on[turn.team_id].append(turn)
    taken: dict[int, list[datetime]] = {team.pk: [] for team in rows}
    notes = Handover.objects.filter(team__in=rows, state=Handover.State.TAKEN, taken_at__gte=start - EARLY)
    for team_id, at in notes.values_list("team_id", "taken_at"):
        if at is not None:
            taken[team_id].append(at)
    return [
        gap
        for team in rows
        for gap in _missing_of(team, changes(on[team.pk], start, now), taken[team.pk], now)
    ]


def _missing_of(
    team: Team, moments: list[tuple[datetime, str, str]], taken: list[datetime], now: datetime
) -> Iterator[Missing]:
    for n, (at, outgoing, incoming) in enumerate(moments):
        until = moments[n + 1][0] - EARLY if n + 1 < len(moments) else now
        done = any(at - EARLY <= hour <= until for hour in taken)
        if at <= now - GRACE and not done:
            yield Missing(team, at, outgoing, incoming)
