"""Whether steps make a plan that can run: no cycle, every name known, every condition readable."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from halong.core.conditions import parse_condition
from halong.core.errors import Invalid
from halong.playbooks.facts import is_fact
from halong.playbooks.schema import StepPlan


def check_plan(steps: Sequence[StepPlan]) -> None:
    """Raise Invalid, with a fault by field, unless the steps make a plan that can run to its end."""
    faults: dict[str, str] = {}
    if not steps:
        raise Invalid(_("A playbook needs at least one step."))
    keys = [step.key for step in steps]
    for number, step in enumerate(steps):
        at = f"steps.{number}"
        if step.key in keys[:number]:
            faults[f"{at}.key"] = _("This key is taken already.")
        unknown = [key for key in step.after if key not in keys]
        if unknown:
            faults[f"{at}.after"] = _("There is no step “%(key)s”.") % {"key": unknown[0]}
        for name in ("condition", "until"):
            if fault := _fault_of(getattr(step, name), steps):
                faults[f"{at}.{name}"] = fault
        if step.action is not None and (step.checks or step.asks):
            faults[f"{at}.action"] = _(
                "A step that Halong does by itself has no check list and asks nothing."
            )
    for key in in_circle(steps):
        faults.setdefault(f"steps.{keys.index(key)}.after", _("These steps wait for each other."))
    if faults:
        raise Invalid(_("The playbook has mistakes."), fields=faults)


def in_circle(steps: Sequence[StepPlan]) -> list[str]:
    """The steps that can never begin because they wait for each other, or for such ones."""
    left = {step.key: set(step.after) for step in steps}
    for missing in {key for after in left.values() for key in after} - left.keys():
        left[missing] = set()
    while free := [key for key, after in left.items() if not after]:
        for key in free:
            del left[key]
        for after in left.values():
            after.difference_update(free)
    return [step.key for step in steps if step.key in left]


def _fault_of(condition: str, steps: Sequence[StepPlan]) -> str:
    if not condition:
        return ""
    try:
        parsed = parse_condition(condition)
    except Invalid as error:
        return error.detail
    unknown = [key for key in parsed.keys if not is_fact(key, steps)]
    return _("Nothing is known under the name “%(key)s”.") % {"key": unknown[0]} if unknown else ""
