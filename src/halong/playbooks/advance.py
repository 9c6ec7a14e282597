"""Which steps of a plan go on at an hour: a pure function of steps, their states, what is known, and the clock.

A step that waits goes on when, in this order, every step of ``after`` is over; its wait is over (minutes have passed, or
``until`` holds); its condition holds. A condition that doesn't hold makes it unneeded. One that isn't known lets it
begin, marked ``unsure``: better a step too many than one that a missing reading withheld.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from halong.core.conditions import parse_condition
from halong.playbooks.schema import StepPlan

WAITING, READY, DOING, DONE, SKIPPED, UNNEEDED, FAILED = (
    "waiting", "ready", "doing", "done", "skipped", "unneeded", "failed",
)  # fmt: skip
OVER = frozenset({DONE, SKIPPED, UNNEEDED})
LOOK_AGAIN = timedelta(seconds=30)  # how often a wait for something to hold is looked at

Facts = Mapping[str, float | None]


@dataclass(frozen=True)
class StepState:
    """Where a step is. ``waits_until``: a wait has begun, and ends then at the latest (None: hasn't begun, or no end)."""

    state: str = WAITING
    waits_until: datetime | None = None


@dataclass(frozen=True)
class Move:
    """What becomes of a step. ``to`` is "waiting" where only its wait begins."""

    key: str
    to: str
    waits_until: datetime | None = None
    due_at: datetime | None = None
    unsure: bool = False


def advance(
    plans: Sequence[StepPlan], states: Mapping[str, StepState], facts: Facts, now: datetime
) -> list[Move]:
    """Everything that goes on now, in the order of the plan; a step is named twice only if it also began to wait. Nothing
    is left to do at this hour once the moves are made.
    """
    known = dict(states)
    moves: list[Move] = []
    going = True
    while going:  # a step that isn't needed lets the next one begin
        going = False
        for plan in plans:
            move = _move(plan, known, facts, now)
            if move is not None:
                known[plan.key] = StepState(move.to, move.waits_until)
                moves.append(move)
                going = True
    return moves


def _move(plan: StepPlan, states: Mapping[str, StepState], facts: Facts, now: datetime) -> Move | None:
    own = states.get(plan.key, StepState())
    if own.state != WAITING or not _may_begin(plan, states):
        return None
    if plan.wait_minutes and own.waits_until is None:
        until = now + timedelta(minutes=plan.wait_minutes)
        return Move(plan.key, WAITING, waits_until=until)
    if plan.waits and not _waited(plan, own, facts, now):
        return None
    return _begun(plan, facts, now, own.waits_until)


def _may_begin(plan: StepPlan, states: Mapping[str, StepState]) -> bool:
    return all(states.get(key, StepState()).state in OVER for key in plan.after)


def _waited(plan: StepPlan, own: StepState, facts: Facts, now: datetime) -> bool:
    if own.waits_until is not None and own.waits_until <= now:
        return True
    return bool(plan.until) and holds(plan.until, facts) is True


def _begun(plan: StepPlan, facts: Facts, now: datetime, waits_until: datetime | None) -> Move:
    truth = holds(plan.condition, facts) if plan.condition else True
    if truth is False:
        return Move(plan.key, UNNEEDED, waits_until)
    return Move(plan.key, READY, waits_until, due_of(plan, now), unsure=truth is None)


def due_of(plan: StepPlan, begun: datetime) -> datetime | None:
    """Until when a step that could begin at an hour has to be done."""
    return None if plan.due_minutes is None else begun + timedelta(minutes=plan.due_minutes)


def holds(condition: str, facts: Facts) -> bool | None:
    """Whether a condition holds; None where it isn't known."""
    return parse_condition(condition).holds(facts)


def next_look(plans: Sequence[StepPlan], states: Mapping[str, StepState], now: datetime) -> datetime | None:
    """When to look at the plan again although nothing happens: the end of a wait, or soon while something must come to
    hold; None when only people can make it go on.
    """
    looks: list[datetime] = []
    for plan in plans:
        own = states.get(plan.key, StepState())
        if own.state == WAITING and plan.waits and _may_begin(plan, states):
            if own.waits_until is not None:
                looks.append(own.waits_until)
            if plan.until:
                looks.append(now + LOOK_AGAIN)
    return min(looks, default=None)
