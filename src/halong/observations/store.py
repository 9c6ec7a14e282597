"""Writing readings: fast while they are new, careful when some were delivered before.

A reading is named by its series and time. The same value and quality again is a duplicate and changes nothing; another
one is a correction: it replaces what was there, which goes to ``correction``. Whatever the order and however often
readings come, the last word on each (series, time) stands, and no other trace differs.
"""

import asyncio
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from psycopg import AsyncConnection
from psycopg.errors import CheckViolation, UndefinedTable, UniqueViolation

from halong.core.errors import Conflict
from halong.observations.copy import COLUMNS, Columns, encode
from halong.observations.partitions import DAY_US, day_of, ensure_partitions, name_of

HOUR_US = 3_600_000_000
ATTEMPTS = 6  # another process wrote the same keys meanwhile, each time anew
ACCEPTED, DUPLICATE, CORRECTED = 0, 1, 2

Reading = tuple[float, int]  # value, quality
Key = tuple[int, int]  # series, microseconds since 2000


@dataclass(slots=True)
class Written:
    """What became of rows: ``fates[i]`` is ACCEPTED, DUPLICATE or CORRECTED; ``fates`` None means all were accepted."""

    fates: bytearray | None = None


@dataclass(slots=True)
class Plan:
    """How rows meet what is stored: new readings, replacements (key → before, after), the corrections to note."""

    fates: bytearray
    new: dict[Key, Reading] = field(default_factory=dict)
    changed: dict[Key, tuple[Reading, Reading]] = field(default_factory=dict)
    corrections: list[tuple[Key, Reading, Reading]] = field(default_factory=list)


class Store:
    """Writes through one connection that isn't in autocommit. ``known_days`` may be shared by the stores of a process."""

    def __init__(self, connection: AsyncConnection, known_days: set[int] | None = None) -> None:
        self.connection = connection
        self.known_days = set() if known_days is None else known_days

    async def write(self, columns: Columns) -> Written:
        """Store readings and mark their hours, as the FIRST statements of a transaction that the caller commits.

        Raises Conflict when other writers of the same keys were faster several times over.
        """
        try:
            await self._ensure_days(columns)
            await self._copy(columns)
            await self._touch(columns)
            return Written()
        except (UniqueViolation, CheckViolation, UndefinedTable):
            await self.connection.rollback()
            self.known_days.clear()
        for attempt in range(ATTEMPTS):
            try:
                await self._ensure_days(columns)
                return await self._write_carefully(columns)
            except (UniqueViolation, CheckViolation, UndefinedTable, Conflict):
                await self.connection.rollback()
                self.known_days.clear()
                await asyncio.sleep(0.01 * attempt)
        raise Conflict("other writers keep changing the same readings")

    async def _ensure_days(self, columns: Columns) -> None:
        first, last = min(columns.times) // DAY_US, max(columns.times) // DAY_US
        days = {first} if first == last else {time // DAY_US for time in columns.times}
        if not days <= self.known_days:
            missing = days - self.known_days
            await ensure_partitions(self.connection, [day_of(day * DAY_US) for day in missing])
            self.known_days |= days

    async def _copy(self, columns: Columns) -> None:
        first, last = min(columns.times) // DAY_US, max(columns.times) // DAY_US
        table = name_of(day_of(first * DAY_US)) if first == last else "observation"
        async with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} {COLUMNS} FROM STDIN (FORMAT binary)") as copy,
        ):
            await copy.write(encode(columns))

    async def _write_carefully(self, columns: Columns) -> Written:
        plan = plan_writes(columns, await self._find(columns))
        if plan.new:
            await self._copy(_as_columns(plan.new))
        if plan.changed:
            await self._replace(plan.changed)
        if plan.corrections:
            await self._note(plan.corrections)
        kept = [row for row, fate in enumerate(plan.fates) if fate != DUPLICATE]
        if kept:
            await self._touch(columns.select(kept))
        return Written(plan.fates)

    async def _find(self, columns: Columns) -> dict[Key, Reading]:
        """What is stored under the keys of these rows."""
        by_day: dict[int, set[Key]] = defaultdict(set)
        for key in zip(columns.series, columns.times, strict=True):
            by_day[key[1] // DAY_US].add(key)
        found: dict[Key, Reading] = {}
        for day, wanted in by_day.items():
            keys = sorted(wanted)
            rows = await self.connection.execute(
                f"""
                SELECT k.n, o.value, o.quality
                FROM unnest(%s::int4[], %s::int8[]) WITH ORDINALITY k (series_id, us, n)
                JOIN {name_of(day_of(day * DAY_US))} o ON o.series_id = k.series_id
                AND o.time = timestamptz '2000-01-01 00:00+00' + k.us * interval '1 microsecond'
                """,  # noqa: S608 -- the name of a partition
                [literal(key[0] for key in keys), literal(key[1] for key in keys)],
            )
            async for n, value, quality in rows:
                found[keys[n - 1]] = (value, quality)
        return found

    async def _replace(self, changed: Mapping[Key, tuple[Reading, Reading]]) -> None:
        keys = sorted(changed)
        done = await self.connection.execute(
            """
            UPDATE observation o SET value = k.value, quality = k.quality
            FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::int2[], %s::float8[], %s::int2[])
                AS k (series_id, us, old_value, old_quality, value, quality)
            WHERE o.series_id = k.series_id
            AND o.time = timestamptz '2000-01-01 00:00+00' + k.us * interval '1 microsecond'
            AND o.value = k.old_value AND o.quality = k.old_quality
            """,
            [
                literal(key[0] for key in keys),
                literal(key[1] for key in keys),
                *(literal(changed[key][side][part] for key in keys) for side in (0, 1) for part in (0, 1)),
            ],
        )
        if done.rowcount != len(keys):
            raise Conflict

    async def _note(self, corrections: Sequence[tuple[Key, Reading, Reading]]) -> None:
        await self.connection.execute(
            """
            INSERT INTO correction (series_id, time, old_value, old_quality, new_value, new_quality)
            SELECT series_id, timestamptz '2000-01-01 00:00+00' + us * interval '1 microsecond', a, b, c, d
            FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::int2[], %s::float8[], %s::int2[])
                AS k (series_id, us, a, b, c, d)
            """,
            [
                literal(key[0] for key, _old, _new in corrections),
                literal(key[1] for key, _old, _new in corrections),
                *(
                    literal(change[side][part] for change in corrections)
                    for side in (1, 2)
                    for part in (0, 1)
                ),
            ],
        )

    async def _touch(self, columns: Columns) -> None:
        rows = [(label, array("i", series).tobytes()) for label, series in touched_hours(columns).items()]
        statement = "INSERT INTO touched (label, series) VALUES (%b, %b)"
        if len(rows) == 1:
            await self.connection.execute(
                "INSERT INTO touched (label, series) VALUES (%b::int4, %b)", rows[0]
            )
        else:
            async with self.connection.cursor() as cursor:
                await cursor.executemany(statement, rows)


def plan_writes(columns: Columns, stored: Mapping[Key, Reading]) -> Plan:
    """Meet rows, in their order, with what is stored under their keys: pure, and the definition of what a store does."""
    plan = Plan(bytearray(len(columns)))
    for row, key in enumerate(zip(columns.series, columns.times, strict=True)):
        reading = (columns.values[row], columns.qualities[row])
        before = plan.new.get(key) or (plan.changed[key][1] if key in plan.changed else stored.get(key))
        if before is None:
            plan.new[key] = reading
        elif before == reading:
            plan.fates[row] = DUPLICATE
        else:
            plan.fates[row] = CORRECTED
            plan.corrections.append((key, before, reading))
            if key in plan.new:
                plan.new[key] = reading
            else:
                plan.changed[key] = (plan.changed[key][0] if key in plan.changed else before, reading)
    return plan


def touched_hours(columns: Columns) -> dict[int, set[int]]:
    """The hour labels (hours since 2000, each naming the hour that ends there) and the series with readings in them."""
    first, last = -(-min(columns.times) // HOUR_US), -(-max(columns.times) // HOUR_US)
    if first == last:
        return {first: set(columns.series)}
    hours: dict[int, set[int]] = defaultdict(set)
    for series_id, time in zip(columns.series, columns.times, strict=True):
        hours[-(-time // HOUR_US)].add(series_id)
    return hours


def literal(numbers: Iterable[float]) -> str:
    """An array of numbers in PostgreSQL's own notation, several times faster than adapting a list."""
    return "{" + ",".join(map(repr, numbers)) + "}"


def _as_columns(readings: Mapping[Key, Reading]) -> Columns:
    keys = sorted(readings)
    return Columns(
        [key[0] for key in keys],
        [key[1] for key in keys],
        [readings[key][0] for key in keys],
        [readings[key][1] for key in keys],
    )


async def write_latest(connection: AsyncConnection, newest: Mapping[int, tuple[int, float, int]]) -> None:
    """Bring ``latest`` up to readings (series → microseconds since 2000, value, quality); never backwards."""
    ids = sorted(newest)
    await connection.execute(
        """
        INSERT INTO latest AS l (series_id, time, value, quality)
        SELECT series_id, timestamptz '2000-01-01 00:00+00' + us * interval '1 microsecond', value, quality
        FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::int2[]) AS k (series_id, us, value, quality)
        ON CONFLICT (series_id) DO UPDATE SET time = excluded.time, value = excluded.value, quality = excluded.quality
        WHERE l.time <= excluded.time
        """,
        [literal(ids), *(literal(newest[i][part] for i in ids) for part in range(3))],
    )
