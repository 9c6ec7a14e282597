"""What ``Definition.spec`` says, by kind.

- ``series``: ``types`` (names of entity types) and/or ``sector``: which things; ``property``, or ``num_property`` with
  ``den_property`` or ``den_attribute`` (a number of the registry): what is read of each; ``time`` (mean max min sum last
  count): a thing's value over the period; ``across`` (mean sum max min share count ratio alive): how things become one
  value; ``where`` {"op", "value", "unit"?}: what share and count count.
- ``records``: ``measure``: a key of ``core.registry.record_measures``; other keys are its parameters (``sector``).
- ``formula``: ``expression`` over keys of other indicators at the same node and period.
- ``table``: ``across`` (sum mean) where it isn't what the unit suggests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from halong.core import registry
from halong.core.errors import Invalid
from halong.core.expression import parse
from halong.indicators.models import Definition, Indicator

TIMES = ("mean", "max", "min", "sum", "last", "count")
ACROSS = ("mean", "sum", "max", "min", "share", "count", "ratio", "alive")
OPS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}
QUOTIENTS = ("mean", "share", "ratio", "alive")
SCALES = {"P1": 100.0, "NX": 1000.0}


@dataclass(frozen=True)
class Shape:
    """How num, den, low and high become the value: ``form`` is quotient (``scale`` · num / den), sum, high or low."""

    form: str
    scale: float = 1.0


def across_of(definition: Definition) -> str:
    """How parts become one value, said or implied."""
    said = definition.spec.get("across")
    if said:
        return str(said)
    if definition.kind == Definition.Kind.SERIES:
        return "mean"
    measure = registry.record_measures.get(str(definition.spec.get("measure", "")))
    if measure is not None and measure.across != "sum":
        return measure.across
    relative = definition.unit in SCALES
    return ("mean" if definition.kind == Definition.Kind.TABLE else "share") if relative else "sum"


def shape_of(definition: Definition) -> Shape:
    """The shape of a definition's values. A ratio in % or ‰ is scaled to it; a share is a percentage."""
    across = across_of(definition)
    if across in ("max", "min"):
        return Shape("high" if across == "max" else "low")
    if across not in QUOTIENTS:
        return Shape("sum")
    scale = 1.0
    if across != "mean" or definition.kind == Definition.Kind.TABLE:
        scale = SCALES.get(definition.unit, 100.0 if across in ("share", "alive") else 1.0)
    return Shape("quotient", scale)


def num_property(spec: Mapping[str, Any]) -> str:
    """The property that is read of each thing."""
    return str(spec.get("property") or spec.get("num_property") or "")


def check_spec(definition: Definition) -> None:
    """Raises Invalid by field for what the kind can't be computed with; formulas are checked for cycles, too."""
    faults = {
        Definition.Kind.SERIES: _series_faults,
        Definition.Kind.RECORDS: _record_faults,
        Definition.Kind.FORMULA: _formula_faults,
        Definition.Kind.TABLE: _table_faults,
    }[Definition.Kind(definition.kind)](definition)
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)


def _series_faults(definition: Definition) -> dict[str, str]:
    spec = definition.spec
    faults: dict[str, str] = {}
    if not num_property(spec):
        faults["property"] = _("Say which property is read.")
    if spec.get("time", "mean") not in TIMES:
        faults["time"] = _("Unknown way over time.")
    across = spec.get("across", "mean")
    if across not in ACROSS:
        faults["across"] = _("Unknown way across things.")
    where = spec.get("where") or {}
    if where.get("op", "<=") not in OPS:
        faults["where_op"] = _("Unknown comparison.")
    if across == "share" and not isinstance(where.get("value"), (int, float)):
        faults["where_value"] = _("This needs a number.")
    if across == "ratio" and not (spec.get("den_property") or spec.get("den_attribute")):
        faults["den_property"] = _("Choose what it is divided by.")
    return faults


def _record_faults(definition: Definition) -> dict[str, str]:
    if str(definition.spec.get("measure", "")) not in registry.record_measures:
        return {"measure": _("Nobody counts this.")}
    return {}


def _table_faults(definition: Definition) -> dict[str, str]:
    return (
        {} if definition.spec.get("across", "sum") in ACROSS else {"across": _("Unknown way across things.")}
    )


def _formula_faults(definition: Definition) -> dict[str, str]:
    try:
        keys = parse(str(definition.spec.get("expression", ""))).keys
    except Invalid as error:
        return {"expression": error.detail}
    known = set(Indicator.objects.filter(key__in=keys).values_list("key", flat=True))
    if unknown := [key for key in keys if key not in known]:
        return {"expression": _("There is no indicator %(keys)s.") % {"keys": ", ".join(unknown)}}
    if chain := _cycle(definition.indicator.key, keys):
        return {"expression": _("This goes in a circle: %(chain)s.") % {"chain": " → ".join(chain)}}
    return {}


def _cycle(key: str, keys: tuple[str, ...]) -> list[str] | None:
    """The chain of keys that leads from an indicator back to itself, or None."""
    needs: dict[str, set[str]] = {}
    formulas = Definition.objects.filter(kind=Definition.Kind.FORMULA).exclude(indicator__key=key)
    for other, spec in formulas.values_list("indicator__key", "spec"):
        try:
            needs.setdefault(other, set()).update(parse(str(spec.get("expression", ""))).keys)
        except Invalid:  # an old one that nobody can compute
            continue
    needs[key] = set(keys)
    return _path(key, key, needs, [])


def _path(start: str, at: str, needs: dict[str, set[str]], seen: list[str]) -> list[str] | None:
    for following in sorted(needs.get(at, ())):
        if following == start:
            return [*seen, at, start]
        if following not in seen and (found := _path(start, following, needs, [*seen, at])):
            return found
    return None
