"""The one way in, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from asgiref.sync import sync_to_async

from halong.core.errors import Overloaded
from halong.core.permissions import SYSTEM
from halong.ingest.batch import Batch, Outcome, Reason, Rejected, Thing
from halong.ingest.check import micros
from halong.ingest.judge import Judge
from halong.ingest.models import Quarantined, Source, SourceMinute
from halong.ingest.pipeline import Pipeline, source_ref
from halong.observations.copy import Columns
from halong.observations.models import Series
from halong.rules.actions import create_rule
from halong.rules.drafts import RuleDraft


async def rows(url, query):
    """All rows of a query."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(query)
        return await found.fetchall()


async def held():
    """Reasons of what was set aside."""
    return [row async for row in Quarantined.objects.order_by("id").values_list("reason", flat=True)]


async def test_readings_are_stored_and_counted(pipeline, source, reading, database_url):
    first = [reading(10.5), reading(11.0, minute=5)]
    assert await pipeline.submit(first, source_ref(source)) == Outcome(accepted=2)
    again = [reading(10.5), reading(12.0, minute=5), reading(13.0, minute=10)]
    assert await pipeline.submit(again, source_ref(source)) == Outcome(accepted=1, duplicate=1, corrected=1)
    assert await rows(database_url, "SELECT value FROM observation ORDER BY time") == [
        (10.5,),
        (12.0,),
        (13.0,),
    ]


async def test_each_submitter_of_a_group_hears_its_own_outcome(pipeline, source, reading):
    ref = source_ref(source)
    batches = [[reading(1.0, minute=n % 7), reading(float(n), minute=30 + n)] for n in range(20)]
    outcomes = await asyncio.gather(*(pipeline.submit(batch, ref) for batch in batches))
    assert sum(one.accepted for one in outcomes) == 27
    assert sum(one.duplicate for one in outcomes) == 13
    assert {one.accepted + one.duplicate for one in outcomes} == {2}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"entity": "urn:ngsi-ld:X:none"}, Reason.UNKNOWN_ENTITY),
        ({"property": "so2"}, Reason.UNKNOWN_PROPERTY),
        ({"value": 1000.1}, Reason.OUT_OF_RANGE),
        ({"value": float("nan")}, Reason.BAD_VALUE),
        ({"value": float("inf")}, Reason.BAD_VALUE),
        ({"unit": "CEL"}, Reason.UNKNOWN_UNIT),
        ({"quality": 3}, Reason.BAD_QUALITY),
        ({"time": datetime(2026, 1, 1)}, Reason.BAD_TIME),
        ({"time": datetime(1970, 1, 1, tzinfo=UTC)}, Reason.BAD_TIME),
    ],
)
async def test_what_cannot_be_true_is_set_aside(pipeline, source, reading, given, reason):
    value = given.pop("value", 5.0)
    outcome = await pipeline.submit([reading(value, **given), reading(6.0)], source_ref(source))
    assert outcome == Outcome(accepted=1, quarantined=1)
    assert await held() == [reason.value]


async def test_what_lies_more_than_five_minutes_ahead_is_set_aside(pipeline, source, reading):
    soon, later = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (4, 6))
    outcome = await pipeline.submit([reading(1.0, time=soon), reading(1.0, time=later)], source_ref(source))
    assert outcome == Outcome(accepted=1, quarantined=1)
    assert await held() == [Reason.FUTURE.value]


async def test_units_of_the_same_quantity_are_converted(pipeline, source, reading, database_url):
    await pipeline.submit([reading(0.0405, unit="GP")], source_ref(source))
    assert await rows(database_url, "SELECT value FROM observation") == [(40.5,)]


async def test_a_source_has_its_limits(pipeline, source, reading, station):
    old, elsewhere = source_ref(source, entities=frozenset({station.pk + 1})), source_ref(source)
    assert (await pipeline.submit([reading(1.0)], old)).quarantined == 1
    source.max_age_s = 3600
    assert (await pipeline.submit([reading(1.0, minute=5)], source_ref(source))).quarantined == 1
    assert (await pipeline.submit([reading(1.0)], elsewhere)).accepted == 1
    assert await held() == ["forbidden_entity", "too_old"]


async def test_the_same_refusal_is_held_once(pipeline, source):
    part = Rejected(Reason.MALFORMED, "no number", "a.txt:3", b"pm25\tx")
    for _ in range(3):
        await pipeline.submit_batch(Batch(rejected=[part]), source_ref(source))
    assert [(row.times, bytes(row.payload)) async for row in Quarantined.objects.all()] == [(3, b"pm25\tx")]


async def test_a_new_series_is_known_at_once(pipeline, source, reading, station):
    outcome = await pipeline.submit([reading(5.0)], source_ref(source))
    assert outcome == Outcome(accepted=1)
    await sync_to_async(Series.objects.create)(entity=station, property="so2", unit="GQ")
    await asyncio.sleep(0.6)
    assert await pipeline.submit([reading(5.0, property="so2")], source_ref(source)) == Outcome(accepted=1)


async def test_things_that_nobody_registered_are_opened_unplaced(pipeline, source, reading):
    urn = "urn:ngsi-ld:AirQualityObserved:new"
    thing = Thing(urn, ("AirQualityObserved",), "Trạm mới", (("pm25", "GQ"), ("no2", "GQ")))
    batch = Batch(observations=[reading(5.0, entity=urn)], things=[thing])
    assert await pipeline.submit_batch(batch, source_ref(source)) == Outcome(accepted=1)
    opened = [
        row
        async for row in Series.objects.filter(entity__urn=urn, derived="").values_list(
            "property", "entity__place"
        )
    ]
    assert sorted(opened) == [("no2", None), ("pm25", None)]


async def test_latest_and_counts_follow_within_two_seconds(pipeline, source, reading, database_url):
    await pipeline.submit([reading(5.0), reading(7.0, minute=9), reading(6.0, minute=4)], source_ref(source))
    await asyncio.sleep(1.6)
    assert await rows(database_url, "SELECT value FROM latest") == [(7.0,)]
    counts = [row async for row in SourceMinute.objects.values_list("payloads", "accepted")]
    assert counts == [(1, 3)]
    await sync_to_async(source.refresh_from_db)()
    assert source.last_contact is not None
    assert source.due_at is not None


async def test_one_bad_submission_does_not_spoil_the_others(pipeline, source, reading):
    ghost = source_ref(await sync_to_async(Source.objects.create)(kind="http-push", name="gone"))
    await Source.objects.filter(pk=ghost.id).adelete()
    outcomes = await asyncio.gather(
        pipeline.submit([reading(1.0)], source_ref(source)),
        pipeline.submit([reading(-1.0)], ghost),
        pipeline.submit([reading(2.0, minute=1)], source_ref(source)),
        return_exceptions=True,
    )
    assert (outcomes[0], outcomes[2]) == (Outcome(accepted=1), Outcome(accepted=1))
    assert isinstance(outcomes[1], psycopg.errors.ForeignKeyViolation)


async def test_a_full_queue_refuses(pipeline, source, reading):
    pipeline._queue_rows = 0
    with pytest.raises(Overloaded):
        await pipeline.submit([reading(1.0)], source_ref(source))


async def test_a_lost_connection_is_made_again(pipeline, source, reading, database_url):
    await pipeline.submit([reading(1.0)], source_ref(source))
    await rows(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'halong-ingest'",
    )
    assert await pipeline.submit([reading(2.0, minute=1)], source_ref(source)) == Outcome(accepted=1)


async def test_a_crossing_outlives_the_connection_that_wrote_it(
    database_url, station, source, reading, monkeypatch
):
    limit = RuleDraft("PM2.5 high", "threshold", {"limit": 50}, property="pm25")
    await sync_to_async(create_rule)(limit, by=SYSTEM, enabled=True)
    pipeline = Pipeline(database_url)
    await pipeline.start()
    judge, cut = pipeline.judge.judge, []

    async def cut_after_judging(connection, *given):
        await judge(connection, *given)
        if not cut:
            cut.append(connection.info.backend_pid)
            await rows(database_url, f"SELECT pg_terminate_backend({cut[0]})")

    monkeypatch.setattr(pipeline.judge, "judge", cut_after_judging)
    now = datetime.now(UTC)
    assert await pipeline.submit([reading(60.0, time=now)], source_ref(source)) == Outcome(accepted=1)
    await pipeline.stop()
    assert cut
    assert await rows(database_url, "SELECT active, serial FROM rules_rulestate") == [(True, 1)]
    told = "SELECT count(*) FROM procrastinate_jobs WHERE args->>'event' = 'Crossing'"
    assert await rows(database_url, told) == [(1,)]


async def test_what_is_in_doubt_stays_so_until_it_was_read_again(database_url, station):
    limit = RuleDraft("PM2.5 high", "threshold", {"limit": 50}, property="pm25")
    await sync_to_async(create_rule)(limit, by=SYSTEM, enabled=True)
    series = await Series.objects.aget()
    judge, beyond = Judge(), Columns([series.pk], [micros(datetime.now(UTC))], [60.0], [0])
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await judge.load(connection)
        await judge.judge(connection, beyond, None, ())
        await connection.rollback()
    judge.forget({series.pk})
    with pytest.raises(psycopg.OperationalError):
        await judge.judge(connection, Columns(), None, ())
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await judge.judge(connection, beyond, None, ())
    assert await rows(database_url, "SELECT active FROM rules_rulestate") == [(True,)]


async def test_stopping_writes_what_was_taken_in(database_url, station, source, reading):
    pipeline = Pipeline(database_url)
    await pipeline.start()
    waiting = [
        asyncio.create_task(pipeline.submit([reading(1.0, minute=n)], source_ref(source))) for n in range(30)
    ]
    await asyncio.sleep(0)
    await pipeline.stop()
    outcomes = await asyncio.gather(*waiting)
    assert sum(one.accepted for one in outcomes) == 30
    assert await rows(database_url, "SELECT count(*) FROM observation") == [(30,)]
