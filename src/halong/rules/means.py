"""Rules on means, on habits and on derived series: judged by a job once an hour or a day is complete.

Legal limits are limits of means, so these rules must not look at single readings. The job asks the
roll-ups, each minute, for labels that are complete and were not judged yet (``JudgedMean``); nothing is
called by observations.
A label is judged once: what changes in it later is a correction, and raises nothing by itself.
"""

from itertools import groupby
from typing import Any

from django.db import connection, transaction

from halong.rules import sql
from halong.rules.compiler import Compiled, Memory, Transition
from halong.rules.evaluator import evaluate, evaluate_habit
from halong.rules.store import apply_transitions, load_compiled, note_judged, states_of

LOCK = 0x68616C6F6E670011  # one judge of means at a time
HABIT = "habit"
Means = dict[int, list[tuple[float, float]]]
# How far a series that was never judged is looked back at: its newest mean, not more.
FIRST = {"24h": "30 hours"}


@transaction.atomic
def evaluate_means() -> int:
    """Judge every mean that is new; returns how many transitions this process was first with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        compiled = load_compiled(cursor)
        transitions: list[Transition] = []
        for averaging in compiled.means:
            transitions += _judge(cursor, compiled, averaging, list(compiled.means[averaging]), averaging)
        transitions += _judge_derived(cursor, compiled)
        transitions += _judge_habits(cursor, compiled)
        return len(apply_transitions(cursor, transitions))


def _new(cursor: Any, kind: str, averaging: str, series_ids: list[int]) -> Means:
    cursor.execute(sql.NEW_MEANS[kind], [series_ids, averaging, FIRST.get(kind, "3 hours")])
    rows = cursor.fetchall()
    return {key: [(row[1], row[2]) for row in part] for key, part in groupby(rows, key=lambda row: row[0])}


def _judge(
    cursor: Any, compiled: Compiled, kind: str, series_ids: list[int], averaging: str
) -> list[Transition]:
    """Judge the new means of these series by the rules of an averaging ("" for derived series)."""
    means = _new(cursor, kind, kind, series_ids)
    memory: Memory = states_of(cursor, list(means))
    found: list[Transition] = []
    for series_id, rows in means.items():
        times = [time for time, _mean in rows]
        found += evaluate(
            compiled, series_id, times, [mean for _time, mean in rows], [0] * len(rows), memory,
            averaging=averaging,
        )  # fmt: skip
    note_judged(cursor, kind, {series_id: rows[-1][0] for series_id, rows in means.items()})
    return found


def _judge_derived(cursor: Any, compiled: Compiled) -> list[Transition]:
    cursor.execute(sql.DERIVED, [list(compiled.readings)])
    series_ids = [series_id for (series_id,) in cursor.fetchall()]
    return _judge(cursor, compiled, "derived", series_ids, "")


def _judge_habits(cursor: Any, compiled: Compiled) -> list[Transition]:
    means = _new(cursor, "1h", HABIT, list(compiled.habits))
    memory: Memory = states_of(cursor, list(means))
    labels = [(series_id, time) for series_id, rows in means.items() for time, _mean in rows]
    past = same_hours(cursor, labels)
    found: list[Transition] = []
    for series_id, rows in means.items():
        for time, mean in rows:
            for rule_id, habit in compiled.habits[series_id]:
                usual = [value for week, value in past.get((series_id, time), []) if week <= habit.weeks]
                found += evaluate_habit(rule_id, series_id, habit, time, mean, usual, memory)
    note_judged(cursor, HABIT, {series_id: rows[-1][0] for series_id, rows in means.items()})
    return found


def same_hours(
    cursor: Any, labels: list[tuple[int, float]], weeks: int = 52
) -> dict[tuple[int, float], list[tuple[int, float]]]:
    """(weeks ago, mean) of the same hour of past weeks, for (series, label) pairs."""
    cursor.execute(sql.SAME_HOURS, [[key[0] for key in labels], [key[1] for key in labels], weeks])
    return {
        (series_id, label): list(zip(ago, means, strict=True))
        for series_id, label, ago, means in cursor.fetchall()
    }
