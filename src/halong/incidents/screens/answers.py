"""What somebody ticked and typed in while doing a step."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.playbooks.schema import StepPlan


def answers_of(plan: StepPlan, given: Mapping[str, Any]) -> dict[str, Any]:
    """Ticks as True, readings as numbers ("1.234,5" and "1234.5" alike). Raises Invalid for what isn't a number."""
    found: dict[str, Any] = {check.key: True for check in plan.checks if given.get(f"check-{check.key}")}
    for ask in plan.asks:
        text = str(given.get(f"ask-{ask.key}", "")).strip()
        if not text:
            continue
        try:
            found[ask.key] = number(text)
        except ValueError as error:
            raise Invalid(_("%(what)s: write a number.") % {"what": ask.words()}) from error
    return found


def answer_of(plan: StepPlan, field: str, given: Mapping[str, Any]) -> tuple[str, Any]:
    """One tick or number of a step's form, named as its field is; an empty number is None."""
    kind, _dash, key = field.partition("-")
    if kind == "check":
        return key, bool(given.get(field))
    return key, answers_of(plan, {field: given.get(field, "")}).get(key)


def number(text: str) -> float:
    """A number as people write it here: a comma is the decimal sign, dots before it group; a lone dot is decimal."""
    text = text.replace(" ", "").replace("−", "-")
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
