"""Hours and days computed again whenever a reading beneath them came or changed.

Ingest writes ``touched`` with the readings; here it is folded into ``dirty_hour``, each of whose rows is computed from the
readings themselves, so that it doesn't matter in which order, how late or how often they came. The hour that is
running is brought up to date once a minute; ``GRACE`` after its end it is computed for good, and again with every late
reading. ``complete`` follows the 75 % rule against the interval that the series declares.
"""

import os
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from halong.core import registry
from halong.core.derived import LOCAL
from halong.observations import derivation
from halong.observations.partitions import EPOCH

HOUR = timedelta(hours=1)
GRACE = timedelta(seconds=10)  # most readings of an hour's last moment are here by then
ROWS = 5_000  # hours computed in one transaction
FOLDED = 2_000  # rows of touched folded in one transaction

Labels = Mapping[datetime, set[int]]

_HOUR = """
INSERT INTO rollup_hour AS r (series_id, time, count, valid, mean, minimum, maximum, complete)
SELECT a.series_id, %(label)s, a.count, a.valid, a.mean::numeric::float8, a.minimum, a.maximum,
       a.valid * s.interval_s >= 2700
FROM (
    SELECT o.series_id, count(*) AS count, count(*) FILTER (WHERE o.quality = 0) AS valid,
           avg(o.value) FILTER (WHERE o.quality = 0) AS mean,
           min(o.value) FILTER (WHERE o.quality = 0) AS minimum,
           max(o.value) FILTER (WHERE o.quality = 0) AS maximum
    FROM observation o
    WHERE o.series_id = ANY(%(ids)s) AND o.time > %(start)s AND o.time <= %(label)s GROUP BY o.series_id
) a JOIN observations_series s ON s.id = a.series_id
ON CONFLICT (series_id, time) DO UPDATE SET count = excluded.count, valid = excluded.valid, mean = excluded.mean,
    minimum = excluded.minimum, maximum = excluded.maximum, complete = excluded.complete
WHERE (r.count, r.valid, r.mean, r.minimum, r.maximum, r.complete) IS DISTINCT FROM
      (excluded.count, excluded.valid, excluded.mean, excluded.minimum, excluded.maximum, excluded.complete)
"""
# float8 → numeric keeps 15 digits: the mean doesn't depend on the order in which it was summed.

_EMPTY = """
DELETE FROM rollup_hour r USING observations_series s
WHERE s.id = r.series_id AND s.derived <> '' AND r.series_id = ANY(%(ids)s) AND r.time = %(label)s AND NOT EXISTS (
    SELECT FROM observation o WHERE o.series_id = r.series_id AND o.time > %(start)s AND o.time <= %(label)s)
"""

# One statement, ascending: ingest writes ``latest`` in the same order, so neither waits for the other in a circle.
_NEWEST = """
INSERT INTO latest AS l (series_id, time, value, quality)
SELECT o.series_id, o.time, o.value, o.quality
FROM unnest(%(ids)s::int4[], %(labels)s::timestamptz[]) AS k (id, label) CROSS JOIN LATERAL (
    SELECT series_id, time, value, quality FROM observation
    WHERE series_id = k.id AND time > k.label - interval '1 hour' AND time <= k.label ORDER BY time DESC LIMIT 1
) AS o ORDER BY o.series_id
ON CONFLICT (series_id) DO UPDATE SET time = excluded.time, value = excluded.value, quality = excluded.quality
WHERE l.time < excluded.time
   OR (l.time = excluded.time AND (l.value, l.quality) IS DISTINCT FROM (excluded.value, excluded.quality))
"""

_DAY = """
INSERT INTO rollup_day AS r (series_id, day, count, valid, hours, mean, minimum, maximum, complete)
SELECT h.series_id, %(day)s, sum(h.count), sum(h.valid), count(*) FILTER (WHERE h.complete),
       (sum(h.mean * h.valid) / nullif(sum(h.valid), 0))::numeric::float8, min(h.minimum), max(h.maximum),
       sum(h.valid) * s.interval_s >= 64800
FROM rollup_hour h JOIN observations_series s ON s.id = h.series_id
WHERE h.series_id = ANY(%(ids)s) AND h.time > %(start)s AND h.time <= %(end)s GROUP BY h.series_id, s.interval_s
ON CONFLICT (series_id, day) DO UPDATE SET count = excluded.count, valid = excluded.valid, hours = excluded.hours,
    mean = excluded.mean, minimum = excluded.minimum, maximum = excluded.maximum, complete = excluded.complete
"""


def work() -> int:
    """One round: fold what was touched, compute the hours that are due, then derived series. Returns how much was done;
    call again until it is 0. Any number of processes may do so at the same time.
    """
    return fold() + compute_hours() + derivation.compute_due()


@transaction.atomic
def fold() -> int:
    """Turn what ingest noted into hours that are due; returns how many notes there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [derivation.LOCK]
        )  # derived values note hours, too
        cursor.execute(
            "DELETE FROM touched WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM touched LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING label, series",
            [FOLDED],
        )
        rows = cursor.fetchall()
    labels: dict[datetime, set[int]] = defaultdict(set)
    for label, packed in rows:
        labels[EPOCH + label * HOUR].update(array("i", bytes(packed)))
    mark_hours(labels)
    return len(rows)


def mark_hours(labels: Labels) -> None:
    """Let these hours of these series be computed: at once, or, for the running hour, within a minute."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        for label, ids in sorted(labels.items()):
            cursor.execute(
                """
                INSERT INTO dirty_hour AS d (series_id, time, due_at)
                SELECT id, %s, %s FROM unnest(%s::int4[]) AS id ORDER BY id
                ON CONFLICT (series_id, time) DO UPDATE SET due_at = excluded.due_at WHERE d.due_at > excluded.due_at
                """,
                [label, _due(label, now), sorted(ids)],
            )


def _due(label: datetime, now: datetime) -> datetime:
    """When to compute an hour that was touched now."""
    if label + GRACE <= now:
        return now
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return min(minute, label + GRACE)


@transaction.atomic
def compute_hours() -> int:
    """Compute hours that are due, their days, and note which derived values depend on them; returns how many hours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [derivation.LOCK]
        )  # a day is summed by one at a time
        cursor.execute(
            "SELECT time, series_id FROM dirty_hour WHERE due_at <= clock_timestamp() ORDER BY due_at, time LIMIT %s "
            "FOR UPDATE SKIP LOCKED",
            [ROWS],
        )
        labels: dict[datetime, set[int]] = defaultdict(set)
        for label, series_id in cursor.fetchall():
            labels[label].add(series_id)
        days: dict[date, set[int]] = defaultdict(set)
        newest: dict[int, datetime] = {}
        _forget_what_is_gone(cursor, labels)
        for label, ids in sorted(labels.items()):
            given: dict[str, Any] = {"label": label, "start": label - HOUR, "ids": sorted(ids)}
            for statement in (_HOUR, _EMPTY):
                cursor.execute(statement, given)
            newest |= dict.fromkeys(ids, label)
            days[day_of_label(label)] |= ids
        cursor.execute(_NEWEST, {"ids": sorted(newest), "labels": [newest[one] for one in sorted(newest)]})
        for day, ids in sorted(days.items()):
            start, end = day_bounds(day)
            cursor.execute(_DAY, {"day": day, "start": start, "end": end, "ids": sorted(ids)})
        finished = _settle(cursor, labels)
    for listener in registry.hour_listeners:
        listener((series_id, label) for label, ids in labels.items() for series_id in ids)
    derivation.mark(finished)
    return sum(map(len, labels.values()))


def _forget_what_is_gone(cursor: Any, labels: dict[datetime, set[int]]) -> None:
    """Leave hours alone whose readings were let go: their means outlive them."""
    days = keep_days("HALONG_KEEP_READINGS_DAYS")
    if not days:
        return
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    for label in [label for label in labels if label <= first]:
        ids = sorted(labels.pop(label))
        cursor.execute("DELETE FROM dirty_hour WHERE time = %s AND series_id = ANY(%s)", [label, ids])


def keep_days(name: str) -> int:
    """How many days a kind of data is kept, from the environment; 0: for ever. Less than two days is taken as two, so that
    no running hour or day loses its readings.
    """
    given = os.environ.get(name) or "0"
    return max(int(given), 2) if given.isdigit() and int(given) else 0


def _settle(cursor: Any, labels: Labels) -> dict[datetime, set[int]]:
    """Strike finished hours off the list, put the running one off for a minute; returns the finished ones."""
    now = datetime.now(UTC)
    finished: dict[datetime, set[int]] = {}
    for label, ids in sorted(labels.items()):
        if label + GRACE <= now:
            finished[label] = ids
            cursor.execute(
                "DELETE FROM dirty_hour WHERE time = %s AND series_id = ANY(%s)", [label, sorted(ids)]
            )
        else:
            # nothing new may come: it is computed once more when the hour is over, since that publishes it
            cursor.execute(
                "UPDATE dirty_hour SET due_at = %s WHERE time = %s AND series_id = ANY(%s)",
                [label + GRACE, label, sorted(ids)],
            )
    return finished


def day_of_label(label: datetime) -> date:
    """The day in Asia/Ho_Chi_Minh that an hour's label belongs to: 01:00 to 00:00 of the next day."""
    return (label.astimezone(LOCAL) - timedelta(microseconds=1)).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants between which (the first excluded) the labels of a day lie."""
    start = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    return start, start + timedelta(days=1)


def mark_all_hours(series_ids: Iterable[int]) -> None:
    """Let everything of these series be computed again: their interval or unit was corrected, or a formula was added."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dirty_hour (series_id, time, due_at) SELECT series_id, time, now() FROM rollup_hour "
            "WHERE series_id = ANY(%s) ORDER BY time, series_id ON CONFLICT DO NOTHING",
            [sorted(series_ids)],
        )
