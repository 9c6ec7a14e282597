"""What is different between two versions of a playbook, step by step and field by field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.playbooks.doing import ACTIONS
from halong.playbooks.roles import ROLES
from halong.playbooks.schema import StepPlan

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True)
class FieldChange:
    """A field of a step: what it was, what it is; "" where it was or is empty."""

    label: "StrPromise"
    before: str
    after: str


@dataclass(frozen=True)
class StepChange:
    """A step that is new, gone, another one, or at another place in the list only."""

    kind: str
    step: StepPlan
    fields: tuple[FieldChange, ...] = ()


def compare(before: Sequence[StepPlan], after: Sequence[StepPlan]) -> list[StepChange]:
    """What was done to the steps, in the order of the newer list, what is gone at the end. Steps are the same by key."""
    old = {step.key: step for step in before}
    new = {step.key: step for step in after}
    moved = _moved([key for key in old if key in new], [key for key in new if key in old])
    found = []
    for key, step in new.items():
        if key not in old:
            found.append(StepChange(ADDED, step))
        elif fields := _fields(old[key], step):
            found.append(StepChange(CHANGED, step, fields))
        elif key in moved:
            found.append(StepChange(MOVED, step))
    return [*found, *(StepChange(REMOVED, step) for key, step in old.items() if key not in new)]


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The fewest steps whose moving explains the new order: those outside of the longest common order."""
    rank = {key: number for number, key in enumerate(old)}
    best: list[list[str]] = []
    for key in new:
        before = [chain for chain in best if rank[chain[-1]] < rank[key]]
        best.append([*_longest(before), key])
    return set(new) - set(_longest(best))


def _longest(chains: list[list[str]]) -> list[str]:
    found: list[str] = []
    for chain in chains:
        found = chain if len(chain) > len(found) else found
    return found


def _fields(old: StepPlan, new: StepPlan) -> tuple[FieldChange, ...]:
    said = ((label, of(old), of(new)) for label, of in _LABELS)
    return tuple(FieldChange(label, before, after) for label, before, after in said if before != after)


def _minutes(value: int | None) -> str:
    return "" if not value else str(value)


def _action(step: StepPlan) -> str:
    if step.action is None:
        return ""
    settings = "\n".join(f"{name}: {value}" for name, value in sorted(step.action.settings.items()))
    return f"{ACTIONS[step.action.kind].label}\n{settings}"


_LABELS: tuple[tuple["StrPromise", Callable[[StepPlan], str]], ...] = (
    (pgettext_lazy("field of a step", "Title"), lambda step: step.title),
    (pgettext_lazy("step", "Title in English"), lambda step: step.title_en),
    (_("Instruction"), lambda step: step.instruction),
    (_("Instruction in English"), lambda step: step.instruction_en),
    (pgettext_lazy("field of a step", "Role"), lambda step: str(ROLES[step.role]) if step.role else ""),
    (_("Deadline in minutes"), lambda step: _minutes(step.due_minutes)),
    (_("After the steps"), lambda step: ", ".join(step.after)),
    (_("Wait, in minutes"), lambda step: _minutes(step.wait_minutes)),
    (_("Wait until"), lambda step: step.until),
    (_("Only if"), lambda step: step.condition),
    (_("Check list"), lambda step: "\n".join(f"{c.text} / {c.text_en}" for c in step.checks)),
    (
        _("Figures asked"),
        lambda step: "\n".join(f"{a.key}: {a.label} / {a.label_en} ({a.unit})" for a in step.asks),
    ),
    (_("Automatic action"), _action),
    (_("The all-clear waits for it"), lambda step: "✓" if step.critical else ""),
)
