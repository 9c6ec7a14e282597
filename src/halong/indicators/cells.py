"""From cells to values. A cell is what one place × agency contributes to a period: num, den, low, high, how many reported
and how many were expected. Every node is made of the cells below it, so that places, former districts, agencies and the
whole agree by construction. Sums are taken in decimal arithmetic: they don't depend on the order of the rows.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from halong.indicators.models import Definition
from halong.indicators.specs import Shape, shape_of

SETTLE = timedelta(seconds=15)  # after its end, a period is computed for good

# Every node there may be, for finding what is stored by the index.
EVERY_NODE = "SELECT 0 AS node UNION ALL SELECT id::int4 FROM places_place UNION ALL SELECT -id::int4 FROM places_agency"
# A leaf's ancestors; a former unit is the sum of the units that are mainly made of it, which is an estimate.
_NODES = """
lineage AS MATERIALIZED (
    SELECT p.id AS leaf, x::int4 AS node FROM places_place p, unnest(string_to_array(trim(both '/' from p.path), '/')) x
    WHERE x <> ''
),
place_node AS MATERIALIZED (
    SELECT leaf, node, bool_and(estimated) AS estimated FROM (
        SELECT leaf, node, false AS estimated FROM lineage
        UNION ALL
        SELECT l.leaf, s.former_id, true FROM lineage l JOIN places_placesuccession s ON s.present_id = l.node
        JOIN places_place p ON p.id = s.present_id AND p.valid_to IS NULL
    ) n GROUP BY leaf, node
),
agency_node AS MATERIALIZED (
    SELECT a.id AS leaf, -x::int4 AS node
    FROM places_agency a, unnest(string_to_array(trim(both '/' from a.path), '/')) x WHERE x <> ''
),
spread AS (
    SELECT c.*, 0 AS node, false AS estimated FROM cell c
    UNION ALL SELECT c.*, n.node, n.estimated FROM cell c JOIN place_node n ON n.leaf = c.place_id
    UNION ALL SELECT c.*, n.node, false FROM cell c JOIN agency_node n ON n.leaf = c.agency_id
)
"""
_MADE = """
made AS (
    SELECT label, node, sum(num::numeric)::float8 AS num, sum(den::numeric)::float8 AS den, min(low) AS low,
           max(high) AS high, sum(reported)::int4 AS reported, sum(expected)::int4 AS expected,
           bool_or(estimated) AS estimated, coalesce(bool_or(simulated), false) AS simulated, min(at) AS at
    FROM spread GROUP BY label, node
)
"""
_NEW = """
new AS (
    SELECT label, node, {value} AS value, num, den, reported, expected, estimated, simulated, at,
           label > %(settled)s AS running
    FROM made
)
"""
# Unchanged rows aren't written.
_STORE = """
, every_node AS MATERIALIZED ({every_node}),
old AS MATERIALIZED (
    SELECT v.label, v.node, v.value, v.running FROM every_node n
    CROSS JOIN unnest(%(labels)s::timestamptz[]) AS k (label)
    JOIN indicators_value v ON v.indicator_id = %(indicator)s AND v.grain = %(grain)s AND v.node = n.node
        AND v.label = k.label
),
gone AS (
    DELETE FROM indicators_value v USING old o
    WHERE v.indicator_id = %(indicator)s AND v.grain = %(grain)s AND v.node = o.node AND v.label = o.label
      AND NOT EXISTS (SELECT FROM new n WHERE n.node = o.node AND n.label = o.label)
    RETURNING v.label
),
put AS (
    INSERT INTO indicators_value AS v (indicator_id, grain, node, label, value, num, den, reported, expected, version,
                                       running, estimated, simulated, computed_at, first_at)
    SELECT %(indicator)s, %(grain)s, node, label, value, num, den, reported, expected, %(version)s,
           running, estimated, simulated, %(now)s,
           CASE WHEN NOT running AND value IS NOT NULL THEN coalesce(at,
               CASE WHEN label + %(promise)s * interval '1 second' >= %(now)s THEN %(now)s::timestamptz END) END
    FROM new ORDER BY node, label
    ON CONFLICT (indicator_id, grain, node, label) DO UPDATE SET
        value = excluded.value, num = excluded.num, den = excluded.den, reported = excluded.reported,
        expected = excluded.expected, version = excluded.version, running = excluded.running,
        estimated = excluded.estimated, simulated = excluded.simulated, computed_at = excluded.computed_at,
        first_at = coalesce(v.first_at, CASE WHEN excluded.value IS NULL OR excluded.running THEN NULL
            WHEN v.value IS NULL OR v.running THEN excluded.computed_at END)
    WHERE excluded.running
       OR (v.value, v.num, v.den, v.reported, v.expected, v.version, v.running, v.estimated, v.simulated)
          IS DISTINCT FROM
          (excluded.value, excluded.num, excluded.den, excluded.reported, excluded.expected, excluded.version,
           excluded.running, excluded.estimated, excluded.simulated)
    RETURNING v.label
),
revised AS (
    INSERT INTO indicators_revision (indicator_id, grain, node, label, old_value, new_value, at)
    SELECT %(indicator)s, %(grain)s, o.node, o.label, o.value, n.value, %(now)s
    FROM old o LEFT JOIN new n USING (node, label)
    WHERE NOT o.running AND o.value IS NOT NULL AND o.value IS DISTINCT FROM n.value
      AND o.label + %(promise)s * interval '1 second' < %(now)s
)
SELECT label FROM put UNION SELECT label FROM gone
"""


def store_cells(
    cursor: Any, definition: Definition, labels: Sequence[datetime], cells: str, given: dict[str, Any]
) -> set[datetime]:
    """Store the values that the rows of the SQL ``cells`` make for these base periods, at every node; values of the periods
    that have no cells any more go. Returns the labels for which something is another one now.

    ``cells`` gives CTEs, the last one named cell: label, place_id, agency_id, num, den, low, high, reported, expected,
    simulated, at.
    """
    value = value_sql(shape_of(definition))
    new = f"{cells}, {_NODES}, {_MADE}, {_NEW.format(value=value)}"
    return store_new(cursor, definition, definition.grain, labels, new, given)


def store_new(
    cursor: Any,
    definition: Definition,
    grain: str,
    labels: Sequence[datetime],
    new: str,
    given: dict[str, Any],
) -> set[datetime]:
    """The same for values that are known by node: ``new`` gives CTEs, the last one with the name and columns of ``_NEW``."""
    now = timezone.now()
    cursor.execute(
        f"WITH {new} {_STORE.format(every_node=EVERY_NODE)}",
        {
            "indicator": definition.indicator_id, "grain": grain, "version": definition.version, "labels": list(labels),
            "promise": definition.freshness_s, "now": now, "settled": now - SETTLE,
        }
        | given,
    )  # fmt: skip
    return {row[0] for row in cursor.fetchall()}


def value_sql(shape: Shape) -> str:
    """The value of a row of ``made``."""
    if shape.form == "quotient":
        return f"CASE WHEN den <> 0 THEN {shape.scale}::float8 * num / den END"
    return {"sum": "num", "high": "high", "low": "low"}[shape.form]


def cells_of_rows(
    rows: Iterable[tuple[datetime, int | None, int | None, float, float | None]],
    simulated: Collection[datetime] = (),
) -> tuple[str, dict[str, Any]]:
    """The SQL of ``store_cells`` for rows in Python's hands: (label, place id, agency id, num, den); ``simulated``: the
    labels of what simulated records are among.
    """
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    sql = """
    cell AS (
        SELECT label, coalesce(place, 0) AS place_id, coalesce(agency, 0) AS agency_id, num, den, num AS low,
               num AS high, 1 AS reported, 1 AS expected, label = ANY(%(row_simulated)s::timestamptz[]) AS simulated,
               NULL::timestamptz AS at
        FROM unnest(%(row_labels)s::timestamptz[], %(row_places)s::int4[], %(row_agencies)s::int4[],
                    %(row_nums)s::float8[], %(row_dens)s::float8[]) AS k (label, place, agency, num, den)
    )
    """
    names = ("row_labels", "row_places", "row_agencies", "row_nums", "row_dens")
    given: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return sql, given | {"row_simulated": list(simulated)}


# What was said for a node itself stands before what was said for parts of it.
_SAID = """
cell AS (
    SELECT c.label, c.place_id, c.agency_id, c.num, c.den, c.simulated, c.at, p.parent_id IS NULL AS top
    FROM indicators_cell c LEFT JOIN places_place p ON p.id = c.place_id
    WHERE c.indicator_id = %(indicator)s AND c.grain = %(grain)s AND c.label = ANY(%(labels)s) AND c.num IS NOT NULL
)
"""
_CHOSEN = """
chosen AS (
    SELECT *, min(distance) OVER (PARTITION BY label, node) AS nearest FROM (
        SELECT *, CASE WHEN node = 0 THEN CASE WHEN top AND agency_id = 0 THEN 0 WHEN top THEN 1 ELSE 2 END
                       WHEN node > 0 THEN (place_id <> node)::int
                       ELSE 2 * (agency_id <> -node)::int + (NOT top)::int END AS distance
        FROM spread
    ) d
)
"""
_SAID_MADE = """
made AS (
    SELECT label, node, sum(num::numeric) FILTER (WHERE den IS NOT NULL)::float8 AS part,
           sum(den::numeric)::float8 AS den, sum(num::numeric)::float8 AS total, avg(num::numeric)::float8 AS middle,
           min(num) AS low, max(num) AS high, count(*)::int4 AS reported, bool_or(estimated) AS estimated,
           bool_or(simulated) AS simulated, min(at) AS at
    FROM chosen WHERE distance = nearest GROUP BY label, node
)
"""
_SAID_NEW = """
new AS (
    SELECT label, node,
           CASE WHEN den IS NOT NULL THEN {scale}::float8 * part / nullif(den, 0) ELSE {plain} END AS value,
           CASE WHEN den IS NOT NULL THEN part WHEN {adds} THEN total END AS num, den, reported, reported AS expected,
           estimated, simulated, at, false AS running
    FROM made
)
"""


def store_said(cursor: Any, definition: Definition, grain: str, labels: Sequence[datetime]) -> set[datetime]:
    """Store the values of figures that were approved or imported (``Cell``) for these periods, like ``store_cells``.

    Pairs of num and den make a quotient, bare numbers a sum, or a mean where sums say nothing (percentages, means).
    """
    shape = shape_of(definition)
    adds = shape.form == "sum"
    plain = {"quotient": "middle", "sum": "total", "high": "high", "low": "low"}[shape.form]
    scale = shape.scale if shape.form == "quotient" else (100.0 if definition.unit == "P1" else 1.0)
    new = _SAID_NEW.format(scale=scale, plain=plain, adds=str(adds).lower())
    return store_new(
        cursor, definition, grain, labels, f"{_SAID}, {_NODES}, {_CHOSEN}, {_SAID_MADE}, {new}", {}
    )
