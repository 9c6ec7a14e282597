"""How fast 20 million readings are read: through the functions that pages and the API use."""

import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from halong.bench.ingest import SERIES, Stage
from halong.observations.models import Series
from halong.observations.partitions import ensure_partitions_sync
from halong.observations.queries import hourly_means, latest, series_points, stream_points

ROWS = 20_000_000
SERIES_READ = 10_000
DAYS = 30
RUNS = 15


def fill(stage: Stage, say: Callable[[str], None], rows: int = ROWS) -> list[int]:
    """Lay so many readings of 10,000 series over the last 30 days, with their hourly means; returns the series' ids.

    Written by SQL in the order of time, as they would have come; vacuumed as autovacuum would have done meanwhile.
    """
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_series (entity_id, property, unit, interval_s, decimals, derived, created_at) "
            "SELECT s.entity_id, 'bench' || n, 'GQ', 1296, 1, '', now() "
            "FROM observations_series s, generate_series(1, %s) n WHERE s.id = ANY(%s) RETURNING id",
            [SERIES_READ // SERIES, stage.ids],
        )
        ids = [row[0] for row in cursor.fetchall()]
        step = timedelta(days=DAYS) / (rows / SERIES_READ)
        for day in days():
            ensure_partitions_sync(connection.connection, [day])
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            given: dict[str, Any] = {
                "start": start,
                "end": start + timedelta(days=1),
                "step": step,
                "ids": ids,
            }
            cursor.execute(
                "INSERT INTO observation SELECT t, (id * 7 + extract(epoch FROM t)::int8 / 60) %% 600 / 10.0, id, 0 "
                "FROM generate_series(%(start)s, %(end)s - interval '1 microsecond', %(step)s) t, "
                "unnest(%(ids)s::int4[]) id",
                given,
            )
            cursor.execute(
                "INSERT INTO rollup_hour (series_id, time, count, valid, mean, minimum, maximum, complete) "
                "SELECT series_id, date_bin('1 hour', time, %(start)s) + interval '1 hour', count(*), count(*), "
                "avg(value), min(value), max(value), true FROM observation "
                "WHERE time >= %(start)s AND time < %(end)s AND series_id = ANY(%(ids)s) GROUP BY 1, 2 ORDER BY 2, 1",
                given,
            )
        cursor.execute(
            "INSERT INTO latest SELECT id, now(), 1.5, 0 FROM unnest(%s::int4[]) id ON CONFLICT DO NOTHING",
            [ids],
        )
        for table in ("observation", "rollup_hour", "latest"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    say(f"{rows:,} readings of {SERIES_READ:,} series laid down in {time.monotonic() - began:.0f} s")
    return ids


def days() -> list[date]:
    """The last 30 whole days, UTC."""
    today = datetime.now(UTC).date()
    return [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]


def measure(stage: Stage, say: Callable[[str], None], rows: int = ROWS) -> dict[str, float]:
    """The median of 15 calls each, rows in Python's hands."""
    ids = fill(stage, say, rows)
    first = days()[0]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = start + timedelta(days=DAYS)
    one = Series.objects.get(pk=ids[4711])
    middle = start + timedelta(days=15)
    hundred = ids[100:200]
    figures = {
        "latest_10k_ms": median_ms(lambda: latest(ids)),
        "day_series_ms": median_ms(lambda: series_points(one, middle, middle + timedelta(days=1), "raw")),
        "hourly_100x30d_ms": median_ms(lambda: hourly_means(hundred, start, end)),
    }
    say("; ".join(f"{name} {value:.1f} ms" for name, value in figures.items()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = sum(1 for pk in ids[:50] for _point in stream_points(Series.objects.get(pk=pk), start, end, "raw"))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    say(f"reading {read:,} points one after the other let the reader grow by {grown:.1f} MiB")
    return figures


def median_ms(call: Callable[[], Any]) -> float:
    """The median of 15 calls, after one that warms up."""
    call()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
