"""Which series a definition reads, and for which place and agency: ``indicator_member``, renewed when things, series or
definitions change, so that a reading finds the indicators that depend on it by one join.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from halong.core.units import UnknownUnitError, convert
from halong.indicators.grains import rank
from halong.indicators.models import WHOLE, Definition
from halong.indicators.specs import num_property
from halong.observations.rollups import day_bounds

LOCK = 0x1D1C  # advisory: members, marks and values are changed by one at a time
AT_ONCE = 20_000
TREES = -1  # in stale_entity: places or agencies stand below others now

_EVERYTHING = """
INSERT INTO indicator_note SELECT DISTINCT v.indicator_id, v.label FROM indicators_value v
JOIN indicators_definition d ON d.indicator_id = v.indicator_id AND d.grain = v.grain WHERE v.node = %s
"""

_WANTED = """
SELECT s.id AS series_id, d.id AS den_id, (a.document ->> 'value')::float8 AS weight,
       coalesce(u.factor, 1) AS factor, coalesce(u.addend, 0) AS addend,
       coalesce(e.place_id, 0)::int4 AS place_id, coalesce(e.agency_id, 0)::int4 AS agency_id, e.simulated,
       e.created_at AS since, e.deleted_at AS until
FROM context_entity e
JOIN observations_series s ON s.entity_id = e.id AND s.property = %(property)s
LEFT JOIN observations_series d ON d.entity_id = e.id AND d.property = %(den_property)s
LEFT JOIN context_attribute a ON a.entity_id = e.id AND a.name = %(den_attribute)s AND a.dataset_id = ''
     AND a.deleted_at IS NULL AND jsonb_typeof(a.document -> 'value') = 'number'
LEFT JOIN unnest(%(units)s::text[], %(factors)s::float8[], %(addends)s::float8[]) AS u (unit, factor, addend)
     ON u.unit = s.unit
WHERE (%(types)s::text[] = '{}' OR e.types && %(types)s::varchar[]) AND (%(sector)s = '' OR e.sector = %(sector)s)
  AND (%(den_property)s = '' OR d.id IS NOT NULL) AND (%(den_attribute)s = '' OR a.id IS NOT NULL)
"""
_COLUMNS = "series_id, den_id, weight, factor, addend, place_id, agency_id, simulated, since"

# Rows that differ, and from when on it matters: always, or, where a thing was only deleted, from then on.
_DIFFERENT = f"""
WITH wanted AS ({_WANTED})
SELECT coalesce(w.series_id, m.series_id),
       CASE WHEN w.series_id IS NOT NULL AND m.series_id IS NOT NULL
             AND (w.den_id, w.weight, w.factor, w.addend, w.place_id, w.agency_id, w.simulated, w.since)
                 IS NOT DISTINCT FROM
                 (m.den_id, m.weight, m.factor, m.addend, m.place_id, m.agency_id, m.simulated, m.since)
            THEN least(w.until, m.until) END
FROM wanted w FULL JOIN (SELECT * FROM indicator_member WHERE definition_id = %(definition)s) m
     ON m.series_id = w.series_id
WHERE (w.series_id, w.den_id, w.weight, w.factor, w.addend, w.place_id, w.agency_id, w.simulated, w.since, w.until)
      IS DISTINCT FROM
      (m.series_id, m.den_id, m.weight, m.factor, m.addend, m.place_id, m.agency_id, m.simulated, m.since, m.until)
"""  # noqa: S608 -- constants
_WRITE = f"""
INSERT INTO indicator_member ({_COLUMNS}, until, definition_id)
SELECT {_COLUMNS}, until, %(definition)s FROM ({_WANTED}) w WHERE w.series_id = ANY(%(ids)s)
"""  # noqa: S608 -- constants


def note_hours(pairs: Iterable[tuple[int, datetime]]) -> None:
    """Hours of series may be other ones now: note the base periods of the indicators that read them. Told by the roll-up in
    its transaction; one statement, and nobody waits for it.
    """
    ids, labels = [], []
    for series_id, label in pairs:
        ids.append(series_id)
        labels.append(label)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicator_note (indicator_id, label)
            SELECT DISTINCT d.indicator_id, k.label
            FROM unnest(%s::int4[], %s::timestamptz[]) AS k (series_id, label)
            JOIN LATERAL (
                SELECT definition_id FROM indicator_member WHERE series_id = k.series_id
                UNION ALL
                SELECT definition_id FROM indicator_member WHERE den_id = k.series_id AND den_id IS NOT NULL
            ) m ON true JOIN indicators_definition d ON d.id = m.definition_id
            """,
            [ids, labels],
        )


@transaction.atomic
def renew_stale() -> int:
    """Renew the members of definitions that things which changed may belong to; returns how many things had changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "DELETE FROM stale_entity WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM stale_entity LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING entity_id",
            [AT_ONCE],
        )
        stale = sorted({row[0] for row in cursor.fetchall()})
        if not stale:
            return 0
        if stale[0] == TREES:
            cursor.execute(_EVERYTHING, [WHOLE])
        cursor.execute(
            "SELECT DISTINCT definition_id FROM indicator_member m JOIN observations_series s ON s.id = m.series_id "
            "WHERE s.entity_id = ANY(%s) UNION SELECT DISTINCT definition_id FROM indicator_member m "
            "WHERE NOT EXISTS (SELECT FROM observations_series s WHERE s.id = m.series_id)",
            [stale],
        )
        reading = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT DISTINCT types, sector, property FROM context_entity e JOIN observations_series s ON s.entity_id = e.id "
            "WHERE e.id = ANY(%s)",
            [stale],
        )
        kinds = [(set(types), sector, name) for types, sector, name in cursor.fetchall()]
    for definition in _series_definitions():
        if definition.pk in reading or any(_may_read(definition.spec, *kind) for kind in kinds):
            renew(definition)
    return len(stale)


def _series_definitions() -> list[Definition]:
    return list(Definition.objects.filter(kind=Definition.Kind.SERIES, indicator__active=True).order_by("pk"))


def _may_read(spec: dict[str, Any], types: set[str], sector: str, name: str) -> bool:
    if spec.get("types") and not types & set(spec["types"]):
        return False
    return spec.get("sector", "") in ("", sector) and name in (num_property(spec), spec.get("den_property"))


@transaction.atomic
def renew(definition: Definition) -> int:
    """Bring the members of one definition up to date and note every period that this changes; returns how many differ."""
    if definition.kind != Definition.Kind.SERIES:
        return 0
    given = _given(definition)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_DIFFERENT, given)
        different: dict[int, datetime | None] = dict(cursor.fetchall())
        if not different:
            return 0
        ids = list(different)
        cursor.execute(
            "DELETE FROM indicator_member WHERE definition_id = %s AND series_id = ANY(%s)",
            [definition.pk, ids],
        )
        cursor.execute(_WRITE, given | {"ids": ids})
        _note(cursor, definition, different)
    return len(different)


def _note(cursor: Any, definition: Definition, different: dict[int, datetime | None]) -> None:
    """Note the periods that other members change: those that have values, and those that the new series have hours in."""
    since = datetime.min.replace(tzinfo=UTC, year=1900)
    first = min(at or since for at in different.values())
    ids = [series_id for series_id, at in different.items() if at is None]
    cursor.execute(
        "INSERT INTO indicator_note SELECT indicator_id, label FROM indicators_value "
        "WHERE indicator_id = %s AND grain = %s AND node = %s AND label > %s",
        [definition.indicator_id, definition.grain, WHOLE, first],
    )
    labels = source_labels(cursor, definition, ids)
    cursor.execute(
        "INSERT INTO indicator_note SELECT %s, label FROM unnest(%s::timestamptz[]) label",
        [definition.indicator_id, [*labels, timezone.now()]],
    )


def source_labels(cursor: Any, definition: Definition, ids: list[int] | None = None) -> list[datetime]:
    """Instants, at least one in each period, for which the members (or the series ``ids``) have hours."""
    if ids is None:
        cursor.execute(
            "SELECT series_id FROM indicator_member WHERE definition_id = %(d)s UNION "
            "SELECT den_id FROM indicator_member WHERE definition_id = %(d)s AND den_id IS NOT NULL",
            {"d": definition.pk},
        )
        ids = [row[0] for row in cursor.fetchall()]
    if rank(definition.grain) == 0:
        cursor.execute("SELECT DISTINCT time FROM rollup_hour WHERE series_id = ANY(%s)", [ids])
        return [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT DISTINCT day FROM rollup_day WHERE series_id = ANY(%s)", [ids])
    return [day_bounds(row[0])[1] for row in cursor.fetchall()]


def _given(definition: Definition) -> dict[str, Any]:
    spec = definition.spec
    units = _units(definition)
    return {
        "definition": definition.pk,
        "property": num_property(spec),
        "den_property": spec.get("den_property") or "",
        "den_attribute": spec.get("den_attribute") or "",
        "types": list(spec.get("types") or []),
        "sector": spec.get("sector") or "",
        "units": list(units),
        "factors": [factor for factor, _addend in units.values()],
        "addends": [addend for _factor, addend in units.values()],
    }


def _units(definition: Definition) -> dict[str, tuple[float, float]]:
    """How readings in each unit become readings in the unit that the definition compares in: factor and addend."""
    spec = definition.spec
    across = spec.get("across", "mean")
    wanted = (spec.get("where") or {}).get("unit", "") if across in ("share", "count") else definition.unit
    if not wanted or across in ("ratio", "alive") or spec.get("time") == "count":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unit FROM observations_series WHERE property = %s AND unit <> ''",
            [num_property(spec)],
        )
        found = [row[0] for row in cursor.fetchall()]
    units = {}
    for unit in found:
        try:
            addend = convert(0.0, unit, wanted)
            units[unit] = (convert(1.0, unit, wanted) - addend, addend)
        except UnknownUnitError:
            continue
    return units
