"""Longer periods: hours become days, days months, months quarters, quarters years, at the same node."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from halong.indicators.cells import EVERY_NODE, SETTLE, store_new
from halong.indicators.grains import finer, start_of
from halong.indicators.models import Definition
from halong.indicators.specs import Shape, shape_of

_SPAN = """
nodes AS MATERIALIZED ({every_node}),
part AS (
    SELECT k.label, n.node, v.label AS part_label, v.value, v.num, v.den, v.reported, v.expected, v.estimated,
           v.simulated
    FROM nodes n CROSS JOIN unnest(%(starts)s::timestamptz[], %(labels)s::timestamptz[]) AS k (start, label)
    CROSS JOIN LATERAL (
        SELECT * FROM indicators_value v WHERE v.indicator_id = %(indicator)s AND v.grain = %(finer)s
        AND v.node = n.node AND v.label > k.start AND v.label <= k.label
    ) v
),
new AS (
    SELECT label, node, {value} AS value, {num} AS num, {den} AS den, sum(reported)::int4 AS reported,
           sum(expected)::int4 AS expected, bool_or(estimated) AS estimated, bool_or(simulated) AS simulated,
           NULL::timestamptz AS at, label > %(settled)s AS running
    FROM part GROUP BY label, node
)
"""
_MEAN = "avg({0}::numeric) FILTER (WHERE value IS NOT NULL)::float8"
_SUM = "sum({0}::numeric) FILTER (WHERE value IS NOT NULL)::float8"
_PICK = "(array_agg({0} ORDER BY {1}) FILTER (WHERE value IS NOT NULL))[1]"
_ORDERS = {"last": "part_label DESC", "max": "value DESC, part_label DESC", "min": "value, part_label DESC"}


def _columns(shape: Shape, over_time: str) -> dict[str, str]:
    """How value, num and den of a longer period are made.

    The mean of a quotient is the quotient of the means: a period with more things weighs more, and num and den stay of the
    size of one period ("84 /86").
    """
    if over_time in _ORDERS:
        return {name: _PICK.format(name, _ORDERS[over_time]) for name in ("value", "num", "den")}
    whole = _MEAN if over_time == "mean" else _SUM
    num, den = whole.format("num"), whole.format("den")
    if shape.form != "quotient":
        return {"value": whole.format("value"), "num": num, "den": den}
    quotient = f"{shape.scale}::float8 * {num} / nullif({den}, 0)"
    complete = "count(value) = count(den) FILTER (WHERE value IS NOT NULL)"
    return {
        "value": f"CASE WHEN {complete} THEN {quotient} ELSE {_MEAN.format('value')} END",
        "num": num,
        "den": den,
    }


def compute_spans(
    cursor: Any, definition: Definition, grain: str, labels: Sequence[datetime], now: datetime
) -> set[datetime]:
    """Compute longer periods from the next shorter ones; returns the labels whose values are other ones now."""
    below = finer(grain)
    given = {
        "starts": [start_of(label, grain) for label in labels],
        "finer": below,
        "settled": now - SETTLE,
    }
    columns = _columns(shape_of(definition), definition.over_time)
    new = _SPAN.format(every_node=EVERY_NODE, **columns)
    return store_new(cursor, definition, grain, labels, new, given)
