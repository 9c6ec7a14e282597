"""One partition of ``observation`` a UTC day, made when the first reading of that day comes.

A partition is made beside the table and attached, which neither waits for readers and writers nor stops them.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from psycopg import AsyncConnection, Connection
from psycopg.errors import LockNotAvailable

LOCK = 0x0B5E  # advisory: one process makes partitions at a time
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's; no reading is older
DAY_US = 86_400_000_000


def day_of(time_us: int) -> date:
    """The UTC day of a time in microseconds since 2000."""
    return (EPOCH + timedelta(days=time_us // DAY_US)).date()


def name_of(day: date) -> str:
    """The table of a day: ``observation_20181008``."""
    return f"observation_{day:%Y%m%d}"


def creation_sql(day: date) -> list[str]:
    """The statements that make the partition of a day; run each in one transaction that holds ``LOCK``."""
    name, after = name_of(day), day + timedelta(days=1)
    bounds = f"FROM ('{day} 00:00+00') TO ('{after} 00:00+00')"
    within = f"time >= '{day} 00:00+00' AND time < '{after} 00:00+00'"
    return [
        f"CREATE TABLE {name} (LIKE observation INCLUDING ALL, CONSTRAINT within CHECK ({within}))",
        f"ALTER TABLE observation ATTACH PARTITION {name} FOR VALUES {bounds}",
        f"ALTER TABLE {name} DROP CONSTRAINT within",
    ]


async def ensure_partitions(connection: AsyncConnection, days: Iterable[date]) -> None:
    """Make the missing partitions of these days, each in a transaction of its own (the connection must be idle)."""
    for day in sorted(set(days)):
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            found = await connection.execute("SELECT to_regclass(%s)", [name_of(day)])
            if (await found.fetchone() or (None,))[0] is None:
                for statement in creation_sql(day):
                    await connection.execute(statement)


def ensure_partitions_sync(connection: Connection, days: Iterable[date]) -> None:
    """The same for jobs."""
    for day in sorted(set(days)):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            found = connection.execute("SELECT to_regclass(%s)", [name_of(day)]).fetchone()
            if (found or (None,))[0] is None:
                for statement in creation_sql(day):
                    connection.execute(statement)


def existing_days(connection: Connection) -> list[date]:
    """The days that have a partition, oldest first."""
    rows = connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'observation'::regclass"
    ).fetchall()
    return sorted(datetime.strptime(str(row[0])[-8:], "%Y%m%d").replace(tzinfo=UTC).date() for row in rows)


def drop_before(connection: Connection, first_kept: date) -> list[date]:
    """Drop the partitions of the days before ``first_kept``; returns those that went.

    A partition that stays busy for more than two seconds is left for the next time, rather than stopping ingest.
    """
    gone = []
    for day in existing_days(connection):
        if day >= first_kept:
            break
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '2s'")
                connection.execute(f"DROP TABLE {name_of(day)}")
        except LockNotAvailable:
            continue
        gone.append(day)
    return gone
