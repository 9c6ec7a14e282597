"""Where one shift follows another, and which of these had no hand-over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from halong.duty.models import Handover, Shift, Team

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


def changes(team: Team, start: datetime, end: datetime) -> list[tuple[datetime, str, str]]:
    """Moments at which one person's turn ended and another person's began, in order, with both names."""
    turns = list(
        Shift.objects.filter(team=team, end__gte=start - GRACE, start__lte=end)
        .select_related("person")
        .order_by("start")
    )
    found: dict[datetime, tuple[datetime, str, str]] = {}
    for turn in turns:
        if not start <= turn.start <= end:
            continue
        before = [
            one
            for one in turns
            if one.role == turn.role and abs(one.end - turn.start) <= GRACE and _who(one) != _who(turn)
        ]
        if before:
            found.setdefault(turn.start, (turn.start, _who(before[0]), _who(turn)))
    return sorted(found.values())


def missing(now: datetime, teams: Any = None) -> list[Missing]:
    """Changes of shift of the last day, half an hour ago at least, without a hand-over that was taken."""
    found = []
    for team in (Team.objects.current() if teams is None else teams).order_by("name"):
        moments = changes(team, now - BACK, now)
        taken = list(
            Handover.objects.filter(
                team=team, state=Handover.State.TAKEN, taken_at__gte=now - BACK - EARLY
            ).values_list("taken_at", flat=True)
        )
        for n, (at, outgoing, incoming) in enumerate(moments):
            until = moments[n + 1][0] - EARLY if n + 1 < len(moments) else now
            done = any(at - EARLY <= hour <= until for hour in taken if hour is not None)
            if at <= now - GRACE and not done:
                found.append(Missing(team, at, outgoing, incoming))
    return found


def _who(turn: Shift) -> str:
    return str(turn.person) if turn.person is not None else turn.who
