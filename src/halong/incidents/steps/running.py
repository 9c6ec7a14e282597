"""Letting the playbook of an incident go on: called after everything that changes it, and by the clock.

One transaction under a lock on the incident holds the moves, what Halong does by itself in them, and when to look next: a
process that is killed in the middle leaves everything as it was, ``advance_at`` included, so that another one does it.
"""

import logging
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from halong.core.errors import HalongError
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.incidents.models import UNDER_WAY, Incident, Step
from halong.incidents.steps import automatic, deadlines, writing
from halong.incidents.steps.facts import facts_of
from halong.incidents.steps.plan import Running, RunningStep, running_of
from halong.incidents.timeline import TOPIC
from halong.playbooks.advance import LOOK_AGAIN, READY, UNNEEDED, WAITING, Move, advance, next_look

AT_ONCE = 50
State = Step.State
log = logging.getLogger(__name__)


@transaction.atomic
def advance_incident(incident_id: int, *, now: datetime | None = None, by: Actor = SYSTEM) -> int:
    """Do everything in the playbook of an incident that is due; returns how many steps moved. Harmless at any time."""
    require(by, "system.manage")
    incident = _locked(incident_id)
    if incident is None:
        return 0
    moment = now or timezone.now()
    moved = 0
    if incident.state in UNDER_WAY:
        running = running_of(incident)
        while moves := _round(incident, running, moment):  # an automatic step that is done lets others begin
            moved += moves
        deadlines.remind(incident, running, moment)
        look = _next(running, moment)
    else:
        look = None
    Incident.objects.filter(pk=incident.pk).exclude(advance_at=look).update(advance_at=look)
    if moved:
        touch(TOPIC, str(incident.pk))
    return moved


def _locked(incident_id: int) -> Incident | None:
    found = Incident.objects.select_for_update(of=("self",)).filter(pk=incident_id)
    return found.select_related("place", "agency", "playbook__playbook").first()


def _round(incident: Incident, running: Running, now: datetime) -> int:
    facts = facts_of(incident, now=now, wanted=running.wanted())
    moves = advance(running.plans, running.states(), facts, now)
    for move in moves:
        _make(incident, running.by_key[move.key], move, now)
    ready = [r for r in running.steps if r.plan.automatic and r.step.state == State.READY]
    for one in ready:
        _perform(incident, one, now)
    return len(moves) + len(ready)


def _make(incident: Incident, running: RunningStep, move: Move, now: datetime) -> None:
    step = running.step
    step.state, step.waits_until, step.due_at, step.unsure = (
        move.to,
        move.waits_until,
        move.due_at,
        move.unsure,
    )
    if move.to != WAITING:
        step.ready_at = now
    if move.to == UNNEEDED:
        step.done_at = now
    step.save(update_fields=["state", "waits_until", "due_at", "unsure", "ready_at", "done_at"])
    if move.to == UNNEEDED:
        writing.note(incident, running, "unneeded")
    elif move.to == READY and not running.plan.automatic:
        writing.tell_ready(incident, running)


def _perform(incident: Incident, running: RunningStep, now: datetime) -> None:
    """Do an automatic step: its effect and the step's new state are committed together, or neither is."""
    step = running.step
    try:
        with transaction.atomic():
            done = automatic.perform(incident, running)
    except HalongError as error:
        writing.fail(incident, running, _reason(error), now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: all of it is done again
    except (DatabaseError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        log.exception("automatic step %s of incident %s", step.key, incident.number)
        writing.fail(incident, running, type(error).__name__, now)
    else:
        step.state = State.DONE if done.over else State.DOING
        step.done_at = now if done.over else None
        step.note = done.note
        step.save(update_fields=["state", "done_at", "note"])
        writing.note(incident, running, "did" if done.over else "begun", **done.data)


def _reason(error: HalongError) -> str:
    fields = "; ".join(dict.fromkeys(error.fields.values()))
    return fields if fields and error.detail == error.title else error.detail


def _next(running: Running, now: datetime) -> datetime | None:
    looks = [next_look(running.plans, running.states(), now), deadlines.next_moment(running, now)]
    return min((look for look in looks if look is not None), default=None)


def advance_due(*, now: datetime | None = None, by: Actor = SYSTEM) -> int:
    """Go on in incidents whose hour has come; returns how many were looked at. What fails in one doesn't hold up others,
    and is tried again.
    """
    require(by, "system.manage")
    moment = now or timezone.now()
    due = Incident.objects.filter(advance_at__lte=moment).order_by("advance_at").values_list("pk", flat=True)
    found = list(due[:AT_ONCE])
    for pk in found:
        try:
            advance_incident(pk, now=now)
        except (HalongError, DatabaseError):
            log.exception("advancing incident %s", pk)
            later = Incident.objects.filter(pk=pk, advance_at__lte=moment)
            later.update(advance_at=moment + LOOK_AGAIN)
    return len(found)
