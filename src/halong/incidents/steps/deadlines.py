"""Deadlines of steps: a reminder before, the coordinator when it is late, the commander when it stays late."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy

from halong.incidents.models import Incident, Step
from halong.incidents.steps import writing
from halong.incidents.steps.plan import Running, RunningStep

UNDER_WAY = (Step.State.READY, Step.State.DOING)
LEAST = timedelta(minutes=5)  # between being late and being reported further up
SHORTEST = 10  # minutes: a step of less isn't reminded of before its deadline
BEFORE, LATE, STILL_LATE = "soon", "late", "still-late"


def moments(due_at: datetime, minutes: int) -> list[tuple[datetime, str]]:
    """When what happens about a step that has ``minutes`` and is due then: at four fifths of its time, at the deadline,
    and half its time later.
    """
    whole = timedelta(minutes=minutes)
    found = [(due_at, LATE), (due_at + max(whole / 2, LEAST), STILL_LATE)]
    return [(due_at - whole / 5, BEFORE), *found] if minutes >= SHORTEST else found


def remind(incident: Incident, running: Running, now: datetime) -> None:
    """Tell about steps whose moment has come, each once: of what was missed meanwhile only the latest."""
    for one in running.steps:
        past = [name for at, name in _moments(one) if at <= now]
        if past:
            _tell(incident, one, past[-1])


def next_moment(running: Running, now: datetime) -> datetime | None:
    """The next of these moments."""
    return min((at for one in running.steps for at, _name in _moments(one) if at > now), default=None)


def _moments(running: RunningStep) -> list[tuple[datetime, str]]:
    step = running.step
    if step.state not in UNDER_WAY or step.due_at is None:
        return []
    return moments(step.due_at, running.plan.due_minutes or 0)


def _tell(incident: Incident, running: RunningStep, name: str) -> None:
    people = writing.doers(incident, running.plan)
    if name == BEFORE:
        writing.tell_about(incident, running, gettext_lazy("Due soon: {title}"), name, people)
        return
    assert running.step.due_at is not None
    key = f"step:{running.step.pk}:{name}"
    above = writing.holders(incident, "coordinator")
    said: dict[str, Any] = {"due_at": running.step.due_at.isoformat()}
    if name == STILL_LATE:
        commanders = writing.holders(incident, "commander")
        above += commanders
        said["commander"] = bool(commanders)
    if writing.note(incident, running, name, key=key, **said) is None:
        return
    everybody = list({person.pk: person for person in [*people, *above]}.values())
    words = gettext_lazy("Late: {title}") if name == LATE else gettext_lazy("Still late: {title}")
    writing.tell_about(incident, running, words, name, everybody)
