"""A rota and chains for trying things out: who is on with the first accounts, marked as an illustration and gone at go-live.

Nothing of a real rota is guessed: the sample is only laid into teams that have no rota yet, and what people change of it (a
chain under another name) is theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from halong.accounts.models import User
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.duty.actions.chains import ChainDraft, save_chain
from halong.duty.actions.rota import add_pattern, own_rota
from halong.duty.actions.teams import save_member
from halong.duty.models import Chain, Member, Pattern, Rota, Run, Shift, Team
from halong.duty.steps import EVERY_WAY, ON_DUTY

MARK = "Minh họa"  # what the names of the rotas and chains of the sample begin with
DAILY = "FREQ=DAILY"


@dataclass(frozen=True)
class SampleTurn:
    """Those who have the role ``accounts`` take turns in a part of a team, each for ``hours`` from each of ``begins``."""

    team: str
    part: str
    accounts: str
    begins: Sequence[time]
    hours: int


@dataclass(frozen=True)
class SampleChain:
    """From which priority on a team's parts are told, each after so many minutes."""

    team: str
    name: str
    priority: int
    steps: Sequence[tuple[int, str]]


@transaction.atomic
def lay_down_sample(
    turns: Iterable[SampleTurn], chains: Iterable[SampleChain], people: Mapping[str, Sequence[User]], *, by: Actor,
    together: bool = False,
) -> int:  # fmt: skip
    """Lay the sample down in teams that have no rota; returns in how many. ``people``: role → who has it; in turns, or all
    of them at the same time (``together``). Done again it changes nothing.
    """
    require(by, "profile.manage")
    teams = {team.name: team for team in Team.objects.current() if _is_bare(team)}
    laid: set[str] = set()
    for turn in turns:
        who = people.get(turn.accounts, ())
        if turn.team in teams and who:
            _take_turns(teams[turn.team], turn, who, by, together)
            laid.add(turn.team)
    for chain in chains:
        if chain.team in laid:
            _add_chain(teams[chain.team], chain, by)
    return len(laid)


def _is_bare(team: Team) -> bool:
    return not (Shift.objects.filter(team=team).exists() or Pattern.objects.filter(rota__team=team).exists())


def _take_turns(team: Team, turn: SampleTurn, who: Sequence[User], by: Actor, together: bool) -> None:
    rota = own_rota(team)
    Rota.objects.filter(pk=rota.pk).exclude(name__startswith=MARK).update(name=f"{MARK}: {rota.name}"[:120])
    for person in who:
        save_member(team, person, turn.part, by=by)
    zone = timezone.get_default_timezone()
    yesterday = timezone.localdate() - timedelta(days=1)  # so that somebody is on now, by night as well
    for group in [[person] for person in who] if together else [list(who)]:
        for begin in turn.begins:
            start = datetime.combine(yesterday, begin, tzinfo=zone)
            add_pattern(team, group, turn.part, start, turn.hours * 60, DAILY, by=by)
    if together and team.at_once < len(who):
        Team.objects.filter(pk=team.pk).update(at_once=len(who))


def _add_chain(team: Team, chain: SampleChain, by: Actor) -> None:
    name = f"{MARK}: {chain.name}"
    if Chain.objects.filter(team=team, name=name).exists():
        return
    steps: list[dict[str, Any]] = [
        {"after": after, "whom": ON_DUTY, "role": part, "ref": None, "channels": list(EVERY_WAY)}
        for after, part in chain.steps
    ]
    save_chain(ChainDraft(team, name, priority=chain.priority, steps=steps), by=by)


@transaction.atomic
def remove_simulated(*, by: Actor) -> dict[str, int]:
    """Going live: the sample goes, with whoever was a member by it only, and the calls because of what was simulated."""
    require(by, "profile.manage")
    rotas = Rota.objects.filter(name__startswith=MARK)
    members = 0
    for pattern in Pattern.objects.filter(rota__in=rotas).select_related("rota"):
        others = Shift.objects.filter(team=pattern.rota.team_id, person__in=pattern.people).exclude(
            rota__in=rotas
        )
        gone = Member.objects.filter(team=pattern.rota.team_id, person__in=pattern.people)
        members += gone.exclude(person__in=others.values("person")).delete()[0]
    turns = Shift.objects.filter(rota__in=rotas, uid__startswith="pattern-").delete()[0]
    Pattern.objects.filter(rota__in=rotas).delete()
    for rota in rotas:  # turns that people typed into it stay
        Rota.objects.filter(pk=rota.pk).update(name=rota.name.removeprefix(MARK).strip(": ") or "Rota")
    chains = Chain.objects.filter(name__startswith=f"{MARK}:").delete()[0]
    runs = Run.objects.filter(simulated=True)
    called = runs.count()
    runs.delete()
    touch("duty")
    return {"duty members": members, "duty turns": turns, "chains": chains, "calls to people": called}
