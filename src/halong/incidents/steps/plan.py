"""The steps of an incident that belong to the playbook it runs now, as plans and states."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from halong.core.conditions import parse_condition
from halong.incidents.models import Incident, Step
from halong.playbooks.advance import OVER, StepState
from halong.playbooks.schema import StepPlan, read_step

FORMER = "."  # stands in the keys of steps of a playbook that was replaced: "1.call_boats"


@dataclass(frozen=True)
class RunningStep:
    """A step with what its playbook says of it."""

    step: Step
    plan: StepPlan


@dataclass(frozen=True)
class Running:
    """The plan that runs in an incident."""

    steps: tuple[RunningStep, ...]

    @cached_property
    def plans(self) -> list[StepPlan]:
        """What the playbook says, in order."""
        return [running.plan for running in self.steps]

    @cached_property
    def by_key(self) -> dict[str, RunningStep]:
        """The steps by their key."""
        return {running.plan.key: running for running in self.steps}

    def states(self) -> dict[str, StepState]:
        """Where each step is."""
        return {key: StepState(r.step.state, r.step.waits_until) for key, r in self.by_key.items()}

    def wanted(self) -> set[str]:
        """The facts that conditions of steps which wait still ask for."""
        waiting = [running.plan for running in self.steps if running.step.state == Step.State.WAITING]
        return _named(text for plan in waiting for text in (plan.condition, plan.until))


def _named(conditions: Iterable[str]) -> set[str]:
    return {key for text in conditions if text for key in parse_condition(text).keys}


def running_of(incident: Incident) -> Running:
    """The plan that runs in an incident, read anew."""
    rows = Step.objects.filter(incident=incident).exclude(key__contains=FORMER).order_by("order", "pk")
    return Running(tuple(RunningStep(step, read_step(step.definition)) for step in rows))


def plan_of(step: Step) -> StepPlan:
    """What the playbook says of a step."""
    return read_step(step.definition)


def open_critical(incident: Incident) -> list[Step]:
    """Critical steps of the playbook that aren't over: what stands against the all-clear."""
    running = running_of(incident).steps
    return [one.step for one in running if one.plan.critical and one.step.state not in OVER]


def may(step: Step, plan: StepPlan) -> frozenset[str]:
    """What can be done with a step as it stands, as names of actions; who may is another question."""
    if FORMER in step.key:
        return frozenset()
    found = _ACTS.get(step.state, frozenset())
    return found - {"start_step", "finish_step"} if plan.automatic else found


_ACTS = {
    Step.State.WAITING.value: frozenset({"skip_step"}),
    Step.State.READY.value: frozenset({"start_step", "finish_step", "skip_step"}),
    Step.State.DOING.value: frozenset({"finish_step", "skip_step"}),
    Step.State.FAILED.value: frozenset({"retry_step", "skip_step"}),
}
