"""The base periods of indicators, from what lies beneath them: hours and days of series, or records of modules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from halong.core import registry
from halong.core.formats import local
from halong.indicators.cells import SETTLE, cells_of_rows, store_cells
from halong.indicators.grains import day_of, start_of
from halong.indicators.models import Definition
from halong.indicators.specs import OPS, across_of
from halong.places.models import Agency, Place

_AT_HOUR = (
    "SELECT {what} AS v FROM rollup_hour r WHERE r.series_id = {id} AND r.time = k.label AND r.valid > 0"
)
_ON_DAY = "SELECT {what} AS v FROM rollup_day r WHERE r.series_id = {id} AND r.day = k.last AND r.valid > 0"
_OVER_DAYS = (
    "SELECT {what} AS v FROM rollup_day r WHERE r.series_id = {id} AND r.day BETWEEN k.first AND k.last "
    "AND r.valid > 0"
)
_LAST_READING = (
    "SELECT o.value AS v FROM observation o WHERE o.series_id = {id} AND o.time > k.start AND o.time <= k.label "
    "AND o.quality = 0 ORDER BY o.time DESC LIMIT 1"
)
_LAST_HOUR = (
    "SELECT r.mean AS v FROM rollup_hour r WHERE r.series_id = {id} AND r.time > k.start AND r.time <= k.label "
    "AND r.valid > 0 ORDER BY r.time DESC LIMIT 1"
)
_LAST_DAY = (
    "SELECT r.mean AS v FROM rollup_day r WHERE r.series_id = {id} AND r.day BETWEEN k.first AND k.last "
    "AND r.valid > 0 ORDER BY r.day DESC LIMIT 1"
)
_ONE = {
    "mean": "r.mean", "max": "r.maximum", "min": "r.minimum", "sum": "(r.mean * r.valid)::numeric::float8",
    "count": "r.valid::float8",
}  # fmt: skip
_MANY = {
    "mean": "(sum((r.mean * r.valid)::numeric) / nullif(sum(r.valid), 0))::float8",
    "max": "max(r.maximum)",
    "min": "min(r.minimum)",
    "sum": "sum((r.mean * r.valid)::numeric)::float8",
    "count": "sum(r.valid)::float8",
}

# a period that ended so recently is still the present, for what only the present tells
PRESENT = timedelta(minutes=10)

_THINGS = """
thing AS (
    SELECT k.label, m.series_id, m.place_id, m.agency_id, m.simulated, {v} AS v, {w} AS w,
           k.label > m.since AS expected
    FROM unnest(%(starts)s::timestamptz[], %(labels)s::timestamptz[], %(firsts)s::date[], %(lasts)s::date[])
         AS k (start, label, first, last)
    CROSS JOIN indicator_member m
    LEFT JOIN LATERAL ({reading}) x ON true
    {joins}
    WHERE m.definition_id = %(definition)s AND (m.until IS NULL OR k.start < m.until)
)
"""
_CELL = """
cell AS (
    SELECT label, place_id, agency_id, {num} AS num, {den} AS den, min(v) AS low, max(v) AS high,
           count({good})::int4 AS reported, count(*)::int4 AS expected, bool_or(simulated) AS simulated,
           NULL::timestamptz AS at
    FROM thing WHERE expected OR v IS NOT NULL GROUP BY label, place_id, agency_id
)
"""
_MADE_OF = {  # numerator and denominator of a cell, by the way across things
    "mean": ("sum(v::numeric)::float8", "count(v)::float8"),
    "sum": ("sum(v::numeric)::float8", "NULL::float8"),
    "max": ("NULL::float8", "NULL::float8"),
    "min": ("NULL::float8", "NULL::float8"),
    "share": ("(count(v) FILTER (WHERE {cond}))::float8", "count(v)::float8"),
    "count": (
        "CASE WHEN count(v) > 0 THEN (count(v) FILTER (WHERE {cond}))::float8 END",
        "nullif(count(v), 0)::float8",
    ),
    "alive": ("count(v)::float8", "count(*)::float8"),
    "ratio": (
        "(sum(v::numeric) FILTER (WHERE w IS NOT NULL))::float8",
        "(sum(w::numeric) FILTER (WHERE v IS NOT NULL))::float8",
    ),
}
# Early in a running period most haven't reported yet: whoever reported within the length of a period is alive.
_ALIVE_NOW = (
    "coalesce(x.v, CASE WHEN k.label > %(settled)s AND l.quality = 0 "
    "AND l.time > %(now)s - (k.label - k.start) THEN l.value END)"
)


def things_sql(definition: Definition) -> str:
    """The CTE thing: what each thing contributes to each period: v (and w, what it is divided by)."""
    spec = definition.spec
    time = spec.get("time", "mean")
    reading = _reading(definition.grain, time)
    joins, w = "", "NULL::float8"
    if spec.get("den_property"):
        joins = f"LEFT JOIN LATERAL ({reading.format(id='m.den_id')}) y ON true"
        w = "y.v"
    elif spec.get("den_attribute"):
        w = "m.weight"
    v = "x.v * m.factor + m.addend"
    if across_of(definition) == "alive":
        joins, v = "LEFT JOIN latest l ON l.series_id = m.series_id", _ALIVE_NOW
    return _THINGS.format(v=v, w=w, reading=reading.format(id="m.series_id"), joins=joins)


def _reading(grain: str, time: str) -> str:
    if time == "last":
        return {"hour": _LAST_READING, "day": _LAST_HOUR}.get(grain, _LAST_DAY)
    if grain in ("hour", "day"):
        return (_AT_HOUR if grain == "hour" else _ON_DAY).replace("{what}", _ONE[time])
    return _OVER_DAYS.replace("{what}", _MANY[time])


def condition_sql(definition: Definition) -> str:
    """What share and count count: a comparison of v, whose number is a parameter."""
    where = definition.spec.get("where") or {}
    if where.get("value") is None:
        return "true"
    return f"v {OPS[where.get('op', '<=')]} %(where_value)s"


def given_for(definition: Definition, labels: Sequence[datetime]) -> dict[str, Any]:
    """The parameters of ``things_sql`` and ``condition_sql``."""
    starts = [start_of(label, definition.grain) for label in labels]
    now = timezone.now()
    return {
        "definition": definition.pk,
        "labels": list(labels),
        "starts": starts,
        "firsts": [local(start).date() for start in starts],  # of an hour: nobody asks
        "lasts": [day_of(label) for label in labels],
        "where_value": (definition.spec.get("where") or {}).get("value"),
        "now": now,
        "settled": now - SETTLE,
    }  # fmt: skip


def compute_series(cursor: Any, definition: Definition, labels: Sequence[datetime]) -> set[datetime]:
    """Compute base periods from hours and days of series; returns the labels whose values are other ones now."""
    across = across_of(definition)
    cond = condition_sql(definition)
    num, den = (part.format(cond=cond) for part in _MADE_OF[across])
    good = "CASE WHEN w IS NOT NULL THEN v END" if across == "ratio" else "v"
    cells = f"{things_sql(definition)}, {_CELL.format(num=num, den=den, good=good)}"
    return store_cells(cursor, definition, labels, cells, given_for(definition, labels))


def compute_records(cursor: Any, definition: Definition, labels: Sequence[datetime]) -> set[datetime]:
    """Compute base periods from the records of a module."""
    measure = registry.record_measures.get(str(definition.spec.get("measure", "")))
    if measure is None:
        return set()
    now = timezone.now()
    wanted = [label for label in labels if measure.looks_back or label > now - PRESENT]
    params = {key: value for key, value in definition.spec.items() if key not in ("measure", "across")}
    rows = [
        (label, place, agency, num, den)
        for label in wanted
        for place, agency, num, den in measure.compute(
            start_of(label, definition.grain), min(label, now), **params
        )
    ]
    if measure.across == "sum":  # nothing counted is zero, not unknown
        rows += [(label, place, agency, 0.0, 0.0) for label in wanted for place, agency in _everywhere()]
    made_up = {
        label
        for label in wanted
        if measure.simulated is not None
        and measure.simulated(start_of(label, definition.grain), min(label, now))
    }
    sql, given = cells_of_rows(rows, simulated=made_up)
    return store_cells(cursor, definition, wanted, sql, given) if wanted else set()


def _everywhere() -> list[tuple[int | None, int | None]]:
    """Every place and agency of today, and nowhere in particular."""
    places = Place.objects.filter(valid_to__isnull=True).values_list("pk", flat=True)
    agencies = Agency.objects.filter(valid_to__isnull=True).values_list("pk", flat=True)
    return [(None, None), *((pk, None) for pk in places), *((None, pk) for pk in agencies)]


def member_count(definition: Definition) -> int:
    """How many series a definition reads: what computing a period costs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicator_member WHERE definition_id = %s", [definition.pk])
        return int(cursor.fetchone()[0])
