"""Moving, copying and removing a step of a draft."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from halong.playbooks.schema import StepPlan
from halong.playbooks.wording import free_key

Steps = tuple[StepPlan, ...]


def up(steps: Sequence[StepPlan], key: str) -> Steps:
    """One place further up."""
    return _swapped(steps, key, -1)


def down(steps: Sequence[StepPlan], key: str) -> Steps:
    """One place further down."""
    return _swapped(steps, key, 1)


def _swapped(steps: Sequence[StepPlan], key: str, by: int) -> Steps:
    found = list(steps)
    at = _at(found, key)
    if 0 <= at + by < len(found):
        found[at], found[at + by] = found[at + by], found[at]
    return tuple(found)


def copied(steps: Sequence[StepPlan], key: str) -> Steps:
    """The same step once more, after it."""
    at = _at(steps, key)
    again = replace(steps[at], key=free_key(steps[at].title, {step.key for step in steps}))
    return (*steps[: at + 1], again, *steps[at + 1 :])


def removed(steps: Sequence[StepPlan], key: str) -> Steps:
    """Without the step; what came after it comes after what it came after."""
    gone = steps[_at(steps, key)]
    return tuple(replace(step, after=_instead(step.after, gone)) for step in steps if step.key != key)


def _instead(after: tuple[str, ...], gone: StepPlan) -> tuple[str, ...]:
    if gone.key not in after:
        return after
    kept = [key for key in after if key != gone.key]
    return tuple(dict.fromkeys([*kept, *(key for key in gone.after if key != gone.key)]))


def _at(steps: Sequence[StepPlan], key: str) -> int:
    return next(number for number, step in enumerate(steps) if step.key == key)


ACTS: dict[str, Callable[[Sequence[StepPlan], str], Steps]] = {
    "up": up,
    "down": down,
    "copy": copied,
    "remove": removed,
}
