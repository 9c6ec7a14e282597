"""Reading series: points for charts, tables and the API; the newest readings of things; how a derived value came about.

An hour or a day stands under the label of its end: the hour (h-1, h] under h, a day of the province under 00:00 of the
next. Its value is None, a gap, unless it is complete (at least 75 % of the readings that the series promises).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection

from halong.context.documents import Document, format_datetime
from halong.context.models import Entity
from halong.core.derived import LOCAL
from halong.observations.derivation import explain
from halong.observations.models import Series
from halong.observations.store import literal

__all__ = [
    "coverage",
    "explain",
    "hour_rows",
    "hourly_means",
    "hourly_values",
    "latest",
    "latest_documents",
    "series_points",
    "stream_points",
]

Point = tuple[datetime, float | None, int]
Reader = Callable[[str, list[Any]], Iterator[Point]]
HOUR = timedelta(hours=1)
GAP_INTERVALS = 2.5  # a raw series has a gap where this many intervals pass without a reading
CHUNK = 5_000

_RAW = "SELECT time, value, quality FROM observation WHERE series_id = %s AND time >= %s AND time <= %s ORDER BY time"
_HOURS = """
SELECT time, CASE WHEN complete OR time > now() THEN mean END, 0 FROM rollup_hour
WHERE series_id = %s AND time > %s AND time <= %s ORDER BY time
"""
_DAYS = """
SELECT (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', CASE WHEN complete OR day >= %s THEN mean END, 0
FROM rollup_day WHERE series_id = %s AND day >= %s AND day < %s ORDER BY day
"""


def series_points(series: Series, start: datetime, end: datetime, interval: str = "raw") -> list[Point]:
    """(time, value, quality) of a series, ascending; see ``stream_points``."""
    return list(_points(_read, series, start, end, interval))


def stream_points(series: Series, start: datetime, end: datetime, interval: str = "raw") -> Iterator[Point]:
    """(time, value, quality) of a series, ascending, read piece by piece so that memory stays flat.

    ``raw``: readings from ``start`` to ``end``, both included; "hour" and "day": labels after ``start``, up to
    ``end``. A gap is a point whose value is None: one where readings are missing, one for each label without a
    complete mean between the first and the last. The running hour and day have the mean so far. Quality is 0 for means.
    """
    return _points(_stream, series, start, end, interval)


def _points(read: Reader, series: Series, start: datetime, end: datetime, interval: str) -> Iterator[Point]:
    if interval == "day":
        today = datetime.now(LOCAL).date()
        days = [start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()]
        return _without_holes(read(_DAYS, [today, series.pk, *days]), timedelta(days=1))
    if interval == "hour":
        return _without_holes(read(_HOURS, [series.pk, start, end]), HOUR)
    if interval != "raw":
        raise ValueError(f"no interval {interval!r}")
    return _with_gaps(read(_RAW, [series.pk, start, end]), timedelta(seconds=series.interval_s))


def _read(sql: str, params: list[Any]) -> Iterator[Point]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return iter(cursor.fetchall())


def _stream(sql: str, params: list[Any]) -> Iterator[Point]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _fetch_many(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Rows by the tens of thousands: in binary form, past Django's cursor, which would make each time in Python."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, binary=True)
        return cursor.fetchall()


def _with_gaps(points: Iterator[Point], interval: timedelta) -> Iterator[Point]:
    before: datetime | None = None
    for point in points:
        if before is not None and point[0] - before > GAP_INTERVALS * interval:
            yield before + interval, None, 0
        yield point
        before = point[0]


def _without_holes(points: Iterator[Point], step: timedelta) -> Iterator[Point]:
    due: datetime | None = None
    for point in points:
        while due is not None and due < point[0]:
            yield due, None, 0
            due += step
        yield point
        due = point[0] + step


def latest(series_ids: Collection[int]) -> dict[int, Point]:
    """The newest reading of each series that has one."""
    sql = "SELECT series_id, time, value, quality FROM latest WHERE series_id = ANY(%s::int4[])"
    rows = _fetch_many(sql, [literal(series_ids)])
    return {series_id: (time, value, quality) for series_id, time, value, quality in rows}


def hourly_values(series_id: int, first: datetime, last: datetime) -> dict[datetime, float | None]:
    """Complete hourly means by label, from ``first`` to ``last``, both included; for a derived series its values."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT time, CASE WHEN complete THEN mean END FROM rollup_hour
            WHERE series_id = %(id)s AND time BETWEEN %(first)s AND %(last)s
            AND NOT EXISTS (SELECT FROM observations_series WHERE id = %(id)s AND derived <> '')
            UNION ALL
            SELECT time, value FROM observation
            WHERE series_id = %(id)s AND time BETWEEN %(first)s AND %(last)s
            AND EXISTS (SELECT FROM observations_series WHERE id = %(id)s AND derived <> '')
            """,
            {"id": series_id, "first": first, "last": last},
        )
        return dict(cursor.fetchall())


def hour_rows(
    series_ids: Collection[int], start: datetime, end: datetime
) -> Iterator[tuple[int, datetime, float | None, int, float | None, float | None]]:
    """(series, label, mean or None, valid readings, minimum, maximum) of hours after ``start``, up to ``end``, by label;
    of derived series their values.
    """
    sql = """
        SELECT r.series_id, r.time, CASE WHEN r.complete THEN r.mean END, r.valid, r.minimum, r.maximum
        FROM rollup_hour r JOIN observations_series s ON s.id = r.series_id AND s.derived = ''
        WHERE r.series_id = ANY(%(ids)s) AND r.time > %(start)s AND r.time <= %(end)s
        UNION ALL
        SELECT o.series_id, o.time, o.value, 1, NULL, NULL
        FROM observation o JOIN observations_series s ON s.id = o.series_id AND s.derived <> ''
        WHERE o.series_id = ANY(%(ids)s) AND o.time > %(start)s AND o.time <= %(end)s
        ORDER BY 2, 1
        """
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, {"ids": list(series_ids), "start": start, "end": end})
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def hourly_means(
    series_ids: Collection[int], start: datetime, end: datetime
) -> dict[int, list[tuple[int, float | None]]]:
    """(label as epoch seconds, mean or None) of the hours after ``start``, up to ``end``, ascending, by series.

    For charts and maps of many series at once; the database reads nothing but an index for it.
    """
    sql = """
        SELECT series_id, extract(epoch FROM time)::int8, CASE WHEN complete THEN mean END FROM rollup_hour
        WHERE series_id = ANY(%s::int4[]) AND time > %s AND time <= %s ORDER BY series_id, time
        """
    found: dict[int, list[tuple[int, float | None]]] = {}
    for series_id, at, mean in _fetch_many(sql, [literal(series_ids), start, end]):
        found.setdefault(series_id, []).append((at, mean))
    return found


def coverage(series_ids: Collection[int], start: datetime, end: datetime) -> dict[int, float]:
    """The share of the hours after ``start``, up to ``end``, that are complete, by series; without any: 0."""
    hours = max((end - start) // HOUR, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT series_id, count(*) FROM rollup_hour "
            "WHERE series_id = ANY(%s) AND time > %s AND time <= %s AND complete GROUP BY series_id",
            [list(series_ids), start, end],
        )
        found = dict(cursor.fetchall())
    return {series_id: min(found.get(series_id, 0) / hours, 1.0) for series_id in series_ids}


def latest_documents(entities: Collection[Entity]) -> Mapping[int, Mapping[str, Document]]:
    """The newest readings as NGSI-LD properties: entity → name → instance, with unitCode and observedAt."""
    found: dict[int, dict[str, Document]] = {entity.pk: {} for entity in entities}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.entity_id, s.property, s.unit, l.time, l.value, l.quality
            FROM observations_series s JOIN latest l ON l.series_id = s.id WHERE s.entity_id = ANY(%s)
            """,
            [list(found)],
        )
        for entity_id, name, unit, time, value, quality in cursor.fetchall():
            instance: Document = {"type": "Property", "value": value, "observedAt": format_datetime(time)}
            if unit:
                instance["unitCode"] = unit
            if quality:
                instance["quality"] = {"type": "Property", "value": quality}
            found[entity_id][name] = instance
    return found
