"""Formulas over other indicators: at the same node, over the same period, under the definition in force at its end."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from halong.core.errors import Invalid
from halong.core.expression import Expression, parse
from halong.indicators.cells import EVERY_NODE, store_new
from halong.indicators.models import Definition, Indicator

_INPUTS = """
SELECT i.key, v.label, v.node, v.value, v.reported, v.expected, v.running, v.estimated, v.simulated
FROM indicators_indicator i
CROSS JOIN ({every_node}) n
CROSS JOIN unnest(%(labels)s::timestamptz[]) AS k (label)
JOIN indicators_value v ON v.indicator_id = i.id AND v.grain = %(grain)s AND v.node = n.node AND v.label = k.label
WHERE i.key = ANY(%(keys)s)
"""
_NEW = """
new AS (
    SELECT label, node, value, num, den, reported, expected, estimated, simulated, NULL::timestamptz AS at, running
    FROM unnest(%(f_labels)s::timestamptz[], %(f_nodes)s::int4[], %(f_values)s::float8[], %(f_nums)s::float8[],
                %(f_dens)s::float8[], %(f_reported)s::int4[], %(f_expected)s::int4[], %(f_running)s::boolean[],
                %(f_estimated)s::boolean[], %(f_simulated)s::boolean[])
        AS k (label, node, value, num, den, reported, expected, running, estimated, simulated)
)
"""
_NAMES = (
    "f_labels", "f_nodes", "f_values", "f_nums", "f_dens", "f_reported", "f_expected", "f_running", "f_estimated",
    "f_simulated",
)  # fmt: skip


def expression_of(definition: Definition) -> Expression | None:
    """The formula of a definition; None if it can't be read."""
    try:
        return parse(str(definition.spec.get("expression", "")))
    except Invalid:
        return None


def keys_of(definition: Definition) -> tuple[str, ...]:
    """The keys of the indicators that a definition names; none where it is no formula, or can't be read."""
    read = expression_of(definition) if definition.kind == Definition.Kind.FORMULA else None
    return read.keys if read else ()


def formulas_using(indicator: Indicator) -> list[Definition]:
    """The present definitions of the active indicators whose formula names this one. Two queries."""
    rows = Indicator.objects.active().exclude(pk=indicator.pk).prefetch_related("definitions")
    return [found for row in rows if (found := row.definition) and indicator.key in keys_of(found)]


def dependents(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    """For each key, the indicators of which some definition is a formula that names it."""
    found: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        for key in {key for definition in indicator.definitions.all() for key in keys_of(definition)}:
            found.setdefault(key, []).append(indicator)
    return found


def compute_formula(
    cursor: Any, definition: Definition, grain: str, labels: Sequence[datetime]
) -> set[datetime]:
    """Compute a formula for these periods wherever all that it names has a value; returns the labels that changed."""
    read = expression_of(definition)
    if read is None:
        return set()
    given = {"keys": list(read.keys), "grain": grain, "labels": list(labels)}
    cursor.execute(_INPUTS.format(every_node=EVERY_NODE), given)
    inputs: dict[tuple[datetime, int], dict[str, tuple[Any, ...]]] = {}
    for key, label, node, *rest in cursor.fetchall():
        inputs.setdefault((label, node), {})[key] = tuple(rest)
    rows = [
        _row(read, label, node, found)
        for (label, node), found in inputs.items()
        if len(found) == len(read.keys)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_NAMES)
    made = {name: list(column) for name, column in zip(_NAMES, columns, strict=True)}
    return store_new(cursor, definition, grain, labels, _NEW, made)


def _row(read: Expression, label: datetime, node: int, found: dict[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    values = {key: row[0] for key, row in found.items()}
    value = num = den = None
    if all(given is not None for given in values.values()):
        value = read.evaluate(values)
        num, den = read.parts(values)
    reported = min(row[1] for row in found.values())
    expected = max(row[2] for row in found.values())
    running, estimated, simulated = (any(row[n] for row in found.values()) for n in (3, 4, 5))
    return label, node, value, num, den, reported, expected, running, estimated, simulated
