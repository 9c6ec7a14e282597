"""Readings delivered twice, late, out of order or contradicting: held to a dictionary."""

import asyncio

import psycopg
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from halong.observations.copy import Columns
from halong.observations.store import ACCEPTED, CORRECTED, DUPLICATE, Store, touched_hours, write_latest

DAY = 86_400_000_000
START = 6_856 * DAY  # 2018-10-09


def columns_of(rows):
    """Columns of (series, time, value, quality) rows."""
    return Columns(*(list(column) for column in zip(*rows, strict=True)))


async def write(url, *batches):
    """Write batches, each in a transaction; their fates."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        store, fates = Store(connection), []
        for rows in batches:
            written = await store.write(columns_of(rows))
            await connection.commit()
            fates.append(list(written.fates or bytes(len(rows))))
        return fates


async def everything(url, query):
    """All rows of a query."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(query)
        return await found.fetchall()


async def test_a_reading_again_is_a_duplicate_and_another_value_a_correction(database_url):
    fates = await write(
        database_url, [(1, START, 5.0, 0)], [(1, START, 5.0, 0)], [(1, START, 6.0, 0)], [(1, START, 6.0, 2)]
    )
    assert fates == [[ACCEPTED], [DUPLICATE], [CORRECTED], [CORRECTED]]
    assert await everything(database_url, "SELECT value, quality FROM observation") == [(6.0, 2)]
    replaced = "SELECT old_value, old_quality, new_value, new_quality FROM correction ORDER BY id"
    assert await everything(database_url, replaced) == [(5.0, 0, 6.0, 0), (6.0, 0, 6.0, 2)]


async def test_partitions_are_made_for_any_day(database_url):
    rows = [(1, day * DAY + 5, 1.0, 0) for day in (0, 6_856, 9_000)]
    assert await write(database_url, rows) == [[ACCEPTED] * 3]
    parts = await everything(
        database_url, "SELECT DISTINCT tableoid::regclass::text FROM observation ORDER BY 1"
    )
    assert parts == [("observation_20000101",), ("observation_20181009",), ("observation_20240822",)]


async def test_a_dropped_partition_comes_back(database_url):
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        store = Store(connection)
        await store.write(columns_of([(1, START, 1.0, 0)]))
        await connection.commit()
        await connection.execute("DROP TABLE observation_20181009")
        await connection.commit()
        await store.write(columns_of([(1, START, 1.0, 0)]))
        await connection.commit()
    assert await everything(database_url, "SELECT count(*) FROM observation") == [(1,)]


async def test_an_uncommitted_write_leaves_nothing(database_url):
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await Store(connection).write(columns_of([(1, START, 1.0, 0)]))
        await connection.rollback()
    assert await everything(database_url, "SELECT count(*) FROM observation") == [(0,)]
    assert await everything(database_url, "SELECT count(*) FROM touched") == [(0,)]


async def test_two_writers_of_the_same_keys_agree(database_url):
    async with (
        await psycopg.AsyncConnection.connect(database_url) as first,
        await psycopg.AsyncConnection.connect(database_url) as second,
    ):
        await Store(first).write(columns_of([(1, START, 1.0, 0), (2, START, 1.0, 0)]))
        late = asyncio.create_task(Store(second).write(columns_of([(1, START, 2.0, 0), (3, START, 1.0, 0)])))
        await asyncio.sleep(0.1)
        await first.commit()
        written = await late
        await second.commit()
    assert list(written.fates) == [CORRECTED, ACCEPTED]
    rows = await everything(database_url, "SELECT series_id, value FROM observation ORDER BY 1")
    assert rows == [(1, 2.0), (2, 1.0), (3, 1.0)]


def test_touched_hours_are_labelled_by_their_end():
    hour = 3_600_000_000
    rows = columns_of([(1, hour, 1.0, 0), (2, hour + 1, 1.0, 0), (3, 2 * hour, 1.0, 0)])
    assert touched_hours(rows) == {1: {1}, 2: {2, 3}}


async def test_latest_never_goes_back(database_url):
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await write_latest(connection, {1: (START, 1.0, 0), 2: (START, 1.0, 0)})
        await write_latest(connection, {1: (START - 1, 2.0, 0), 2: (START, 3.0, 1)})
        await connection.commit()
    rows = await everything(database_url, "SELECT series_id, value, quality FROM latest ORDER BY 1")
    assert rows == [(1, 1.0, 0), (2, 3.0, 1)]


readings = st.tuples(
    st.integers(1, 3),
    st.builds(lambda day, slot: START + day * DAY + slot, st.integers(0, 1), st.integers(0, 3)),
    st.sampled_from([-0.1, 1.0, 1e300]),
    st.integers(0, 2),
)


@effort(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(readings, min_size=1, max_size=12), min_size=1, max_size=5))
async def test_the_store_is_a_dictionary(database_url, batches):
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("TRUNCATE observation, correction, touched")
        await connection.commit()
    model, corrections, expected = {}, [], []
    for rows in batches:
        fates = []
        for series, time, value, quality in rows:
            before = model.get((series, time))
            if before is None:
                fates.append(ACCEPTED)
            elif before == (value, quality):
                fates.append(DUPLICATE)
            else:
                fates.append(CORRECTED)
                corrections.append((series, *before, value, quality))
            model[series, time] = (value, quality)
        expected.append(fates)
    assert await write(database_url, *batches) == expected
    stored = await everything(
        database_url,
        "SELECT series_id, (extract(epoch FROM time) - 946684800) * 1000000, value, quality FROM observation",
    )
    assert {(s, int(t)): (v, q) for s, t, v, q in stored} == model
    noted = await everything(
        database_url,
        "SELECT series_id, old_value, old_quality, new_value, new_quality FROM correction ORDER BY id",
    )
    assert noted == corrections
