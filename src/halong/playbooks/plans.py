"""A plan as a page shows it: each step with its words, what it waits for by name, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from halong.core.formats import format_duration
from halong.places.models import Agency
from halong.playbooks.doing import ACTIONS, Doing
from halong.playbooks.roles import ROLES
from halong.playbooks.schema import StepPlan


@dataclass(frozen=True)
class PlanRow:
    """A step in a plan."""

    number: int
    plan: StepPlan
    role: Any
    after: list[str]  # "2 Gọi tàu"
    due: str
    wait: str
    doing: Doing | None
    told: list[tuple[Any, str]]  # the settings of the automatic action, in words
    faults: list[str] = field(default_factory=list)


def plan_rows(steps: Sequence[StepPlan], faults: Mapping[str, str] | None = None) -> list[PlanRow]:
    """The steps in order; ``faults`` as ``check_plan`` names them."""
    names = {step.key: f"{number} {step.words()}" for number, step in enumerate(steps, 1)}
    codes = {step.action.settings.get("agency") for step in steps if step.action}
    agencies = dict(Agency.objects.filter(code__in=codes - {None}).values_list("code", "name"))
    return [_row(number, step, names, agencies, faults or {}) for number, step in enumerate(steps)]


def _row(
    number: int,
    step: StepPlan,
    names: Mapping[str, str],
    agencies: Mapping[str, str],
    faults: Mapping[str, str],
) -> PlanRow:
    at = f"steps.{number}."
    return PlanRow(
        number=number + 1,
        plan=step,
        role=ROLES.get(step.role, ""),
        after=[names.get(key, key) for key in step.after],
        due=format_duration(step.due_minutes * 60) if step.due_minutes else "",
        wait=format_duration(step.wait_minutes * 60) if step.wait_minutes else "",
        doing=ACTIONS[step.action.kind] if step.action else None,
        told=_told(step, agencies),
        faults=[words for path, words in faults.items() if path.startswith(at)],
    )


def _told(step: StepPlan, names: Mapping[str, str]) -> list[tuple[Any, str]]:
    if step.action is None:
        return []
    found = []
    for setting in ACTIONS[step.action.kind].settings:
        value = step.action.settings.get(setting.key)
        if value is not None:
            words = (
                names.get(value, value)
                if setting.kind == "agency"
                else dict(setting.choices).get(str(value), value)
            )
            found.append((setting.label, str(words)))
    return found
