"""States in the database: who comes first wins, and exactly one crossing is published for it."""

from datetime import timedelta
from threading import Barrier, Thread

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.rules.conftest import NOW

from halong.core import events
from halong.core.permissions import SYSTEM
from halong.observations.models import Lookout
from halong.rules import store
from halong.rules.actions import settle_states, switch_rule
from halong.rules.compiler import Transition
from halong.rules.evaluator import evaluate
from halong.rules.models import RuleState

T0 = NOW.timestamp()


@pytest.fixture(autouse=True)
def listener():
    """Somebody who subscribes to crossings, whatever else is installed."""
    before = dict(events._subscribers["Crossing"])
    events._subscribers["Crossing"] = {"tests.listener": lambda happened: None}
    yield
    events._subscribers["Crossing"] = before


def crossings():
    """What was published, in order: (serial, rising)."""
    jobs = ProcrastinateJob.objects.filter(task_name="halong.deliver").order_by("id")
    return [(job.args["body"]["serial"], job.args["body"]["rising"]) for job in jobs]


def up(rule, series, time=T0, due=None):
    return Transition(rule.pk, series.pk, True, time, 60.0, 50.0, due)


def down(rule, series, time=T0):
    return Transition(rule.pk, series.pk, False, time, 40.0, 50.0)


def test_only_the_first_of_several_processes_wins(series, make_rule):
    rule = make_rule(limit=50)
    with connection.cursor() as cursor:
        assert store.apply_transitions(cursor, [up(rule, series)]) == [up(rule, series)]
        assert store.apply_transitions(cursor, [up(rule, series)]) == []
        assert store.apply_transitions(cursor, [down(rule, series)]) == [down(rule, series)]
        assert store.apply_transitions(cursor, [down(rule, series)]) == []
    assert crossings() == [(1, True), (2, False)]
    state = RuleState.objects.get()
    assert (state.active, state.serial) == (False, 2)


def test_several_changes_of_one_state_keep_their_order(series, make_rule):
    rule = make_rule(limit=50)
    changes = [up(rule, series, T0), down(rule, series, T0 + 1), up(rule, series, T0 + 2)]
    with connection.cursor() as cursor:
        assert store.apply_transitions(cursor, changes) == changes
    assert crossings() == [(1, True), (2, False), (3, True)]


def test_jobs_of_one_rule_and_series_share_a_lock(series, make_rule):
    rule = make_rule(limit=50)
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [up(rule, series), down(rule, series)])
    locks = set(ProcrastinateJob.objects.filter(task_name="halong.deliver").values_list("lock", flat=True))
    assert locks == {f"crossing:{rule.pk}:{series.pk}:tests.listener"}


def test_a_deleted_rule_or_one_switched_off_does_not_undo_the_readings(series, make_rule):
    rule = make_rule(limit=50)
    gone = Transition(rule.pk + 999, series.pk, True, T0, 60.0, 50.0)
    switch_rule(rule, by=SYSTEM, enabled=False)
    with connection.cursor() as cursor:
        assert store.apply_transitions(cursor, [gone, up(rule, series)]) == []


def test_pending_is_no_crossing_and_becomes_one_when_it_falls_due(series, make_rule):
    rule = make_rule(limit=50, for_s=600)
    with connection.cursor() as cursor:
        assert store.apply_transitions(cursor, [up(rule, series, T0 - 900, T0 - 1)]) == []
        assert crossings() == []
        assert store.raise_due_durations(cursor) == 1
        assert store.raise_due_durations(cursor) == 0
        assert store.apply_transitions(cursor, [up(rule, series)]) == []
    assert crossings() == [(1, True)]


def test_a_pending_condition_that_ends_is_forgotten(series, make_rule):
    rule = make_rule(limit=50, for_s=600)
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [up(rule, series, T0 - 900, T0 - 1)])
        assert store.apply_transitions(cursor, [down(rule, series)]) == []
        assert store.raise_due_durations(cursor) == 0
    assert crossings() == []


def test_a_silent_thing_is_told_once_and_again_when_it_is_heard(station, series, make_rule, store_readings):
    rule = make_rule("silence", prop="", after_s=900)
    with connection.cursor() as cursor:
        assert store.watch_silences(cursor) == 0  # never heard of: not connected yet
        store_readings(series, [(NOW - timedelta(minutes=20), 10)])
        RuleState.objects.update(due_at=NOW)
        assert store.watch_silences(cursor) == 1
        assert store.watch_silences(cursor) == 0
        store_readings(series, [(NOW, 10)])
        assert store.watch_silences(cursor) == 1
    state = RuleState.objects.get(rule=rule)
    assert (state.active, state.serial, state.due_at) == (False, 2, NOW + timedelta(minutes=15))
    assert crossings() == [(1, True), (2, False)]


def test_what_fell_due_while_nobody_watched_has_as_long_to_speak(series, make_rule, store_readings):
    rule, now = make_rule("silence", after_s=900), timezone.now()
    store_readings(series, [(now - timedelta(minutes=31), 10)])
    due = now - timedelta(minutes=16)
    with connection.cursor() as cursor:
        RuleState.objects.update(due_at=due)
        Lookout.objects.create(name="rules", looked_at=now - timedelta(minutes=30))
        assert store.watch_silences(cursor) == 0
        put_off = RuleState.objects.get(rule=rule).due_at
        assert timedelta(minutes=30) <= put_off - due < timedelta(minutes=31)
        assert store.watch_silences(cursor) == 0
        assert RuleState.objects.get(rule=rule).due_at == put_off  # once
        RuleState.objects.update(due_at=due)
        assert store.watch_silences(cursor) == 1


def test_a_thing_that_speaks_only_moves_its_due_time(series, make_rule, store_readings):
    make_rule("silence", after_s=900)
    store_readings(series, [(NOW, 10)])
    with connection.cursor() as cursor:
        assert store.watch_silences(cursor) == 0
    assert RuleState.objects.get().due_at == NOW + timedelta(minutes=15)


def test_a_rule_that_is_switched_off_ends_its_conditions(series, make_rule):
    rule = make_rule(limit=50)
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [up(rule, series)])
    switch_rule(rule, by=SYSTEM, enabled=False)
    assert crossings() == [(1, True), (2, False)]


def test_a_thing_that_is_removed_ends_its_conditions(station, series, make_rule):
    rule = make_rule(limit=50)
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [up(rule, series)])
    station.deleted_at = NOW
    station.save()
    settle_states()
    assert crossings() == [(1, True), (2, False)]


def test_a_process_that_starts_remembers_states_and_newest_readings(series, make_rule, store_readings):
    rule = make_rule(limit=50, clear=40)
    store_readings(series, [(NOW, 45)])
    with connection.cursor() as cursor:
        store.apply_transitions(cursor, [up(rule, series)])
        memory, compiled = store.load_memory(cursor), store.load_compiled(cursor)
    assert evaluate(compiled, series.pk, [T0], [10.0], [0], memory) == ()
    assert [t.rising for t in evaluate(compiled, series.pk, [T0 + 300], [40.0], [0], memory)] == [False]


def test_a_failed_transaction_is_taken_back_from_memory(series, make_rule, store_readings):
    make_rule(limit=50)
    store_readings(series, [(NOW, 45)])
    with connection.cursor() as cursor:
        memory, compiled = store.load_memory(cursor), store.load_compiled(cursor)
        assert len(evaluate(compiled, series.pk, [T0 + 300], [60.0], [0], memory)) == 1
        assert evaluate(compiled, series.pk, [T0 + 300], [60.0], [0], memory) == ()
        store.reload_memory(cursor, memory, [series.pk])
    assert len(evaluate(compiled, series.pk, [T0 + 300], [60.0], [0], memory)) == 1


def test_what_another_process_changed_is_taken_over(series, make_rule):
    rule = make_rule(limit=50)
    with connection.cursor() as cursor:
        memory, compiled = store.load_memory(cursor), store.load_compiled(cursor)
        evaluate(compiled, series.pk, [T0], [10.0], [0], memory)
        since = store.refresh_memory(cursor, memory, None)
        store.apply_transitions(cursor, [up(rule, series)])
        store.refresh_memory(cursor, memory, since)
    assert [t.rising for t in evaluate(compiled, series.pk, [T0 + 300], [10.0], [0], memory)] == [False]


async def test_the_asynchronous_callers_do_the_same(database_url, transactional_station):
    rule, series = transactional_station
    async with await psycopg.AsyncConnection.connect(database_url) as own, own.cursor() as cursor:
        compiled = await store.load_compiled_async(cursor)
        memory = await store.load_memory_async(cursor)
        found = evaluate(compiled, series.pk, [T0], [60.0], [0], memory)
        assert await store.apply_transitions_async(cursor, found) == list(found)
        await store.reload_memory_async(cursor, memory, [series.pk])
        await store.refresh_memory_async(cursor, memory, None)
        assert memory[rule.pk, series.pk].active


@pytest.fixture
def transactional_station(transactional_db, station, make_rule):
    """A rule and a series that other connections see; no jobs are left of other tests."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    return make_rule(limit=50), station.series.get()


def test_two_processes_that_raise_together_publish_one_crossing(database_url, transactional_station):
    rule, series = transactional_station
    start, won = Barrier(4), []

    def run():
        with psycopg.connect(database_url) as own, own.cursor() as cursor:
            start.wait()
            won.extend(store.apply_transitions(cursor, [up(rule, series)]))

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [up(rule, series)]
    assert crossings() == [(1, True)]
