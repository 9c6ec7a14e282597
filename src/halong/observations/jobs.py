"""What observations do by the clock: roll-ups, tomorrow's partition, and letting go of what is old."""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from halong.core.jobs import app
from halong.observations import rollups
from halong.observations.partitions import drop_before, ensure_partitions_sync
from halong.observations.rollups import keep_days

PATIENCE_S = 45.0  # a round that isn't done by then goes on in the next job


@app.periodic(cron="* * * * * */4")
@app.task(
    name="halong.observations.rollups", queue="fast", queueing_lock="observations.rollups", pass_context=False
)
def roll_up(timestamp: int) -> None:
    """Every four seconds: hours, days and derived values that are due."""
    until = time.monotonic() + PATIENCE_S
    while rollups.work() and time.monotonic() < until:
        pass


@app.periodic(cron="17 * * * *")
@app.task(
    name="halong.observations.partitions",
    queue="fast",
    queueing_lock="observations.partitions",
    pass_context=False,
)
def make_partitions(timestamp: int) -> None:
    """Every hour: today's and tomorrow's partition, so that the first reading of a day doesn't wait for it."""
    today = datetime.now(UTC).date()
    connection.ensure_connection()
    ensure_partitions_sync(connection.connection, [today, today + timedelta(days=1)])


@app.periodic(cron="41 2 * * *")
@app.task(
    name="halong.observations.retention",
    queue="slow",
    queueing_lock="observations.retention",
    pass_context=False,
)
def let_go(timestamp: int) -> None:
    """Every night: readings older than HALONG_KEEP_READINGS_DAYS and roll-ups older than HALONG_KEEP_MEANS_DAYS go.

    Without these settings everything is kept. Means outlive the readings that they were computed from.
    """
    today = datetime.now(UTC).date()
    connection.ensure_connection()
    if days := keep_days("HALONG_KEEP_READINGS_DAYS"):
        first = today - timedelta(days=days)
        drop_before(connection.connection, first)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM correction WHERE time < %s", [first])
    if days := keep_days("HALONG_KEEP_MEANS_DAYS"):
        first = today - timedelta(days=days)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM rollup_hour WHERE time < %s", [first])
            cursor.execute("DELETE FROM rollup_day WHERE day < %s", [first])
