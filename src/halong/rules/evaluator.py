"""The pure judge of readings: no database, no clock, no Django models. Called in the hot path of ingest.

How the pipeline uses it
------------------------
::

    compiled = await store.load_compiled_async(cursor)   # again when NOTIFY halong_directory says so;
    memory stays memory = await store.load_memory_async(cursor)       # at start
    ...
    for series_id, (times, values, qualities) in batch:  # times: epoch seconds, ascending
        transitions += evaluate(compiled, series_id, times, values, qualities, memory, not_before=now -
        HISTORY_S) if transitions:                                      # in the transaction that stores the
        readings await store.apply_transitions_async(cursor, transitions)
    # the transaction failed: what evaluate remembered is not true, so
    await store.reload_memory_async(cursor, memory, series_ids)
    # once a second, so that several processes and the jobs agree:
    since = await store.refresh_memory_async(cursor, memory, since)

Silence needs nothing from the pipeline: the job of ``rules.jobs`` looks at ``latest`` when a state falls due.
Impossible values (outside the series' physical range), which go to quarantine, are shown to
``evaluate_impossible``.

Semantics
---------
Only readings of quality 0 count. A reading that isn't newer than the last one judged (late, repeated,
corrected) is skipped, and so is one before ``not_before``: what happened long ago is history and asks
nobody for a response. A condition with a duration is *pending* from the first reading beyond the limit; it
becomes active by the first reading, still beyond the limit, that is ``for_s`` or more later. A pending
condition whose series stops is taken to last: it falls due one interval later (``Transition.due_at``,
raised by the job).
"""

from collections.abc import Iterable, Sequence
from math import inf, isfinite
from statistics import fmean, median, stdev

from halong.rules.compiler import (
    Check,
    Compiled,
    Memory,
    Reading,
    RuleMemory,
    RuleSpec,
    SeriesChecks,
    SeriesRow,
    Transition,
    compile_rules,
    outside,
)
from halong.rules.params import Habit

__all__ = [
    "HISTORY_S",
    "Compiled",
    "Memory",
    "RuleMemory",
    "RuleSpec",
    "SeriesRow",
    "Transition",
    "compile_rules",
    "evaluate",
    "evaluate_habit",
    "evaluate_impossible",
    "evaluate_rows",
    "habit_bounds",
]

HISTORY_S = 24 * 3600.0


def evaluate(
    compiled: Compiled,
    series_id: int,
    times: Sequence[float],
    values: Sequence[float],
    qualities: Sequence[int],
    memory: Memory,
    *,
    averaging: str = "",
    not_before: float = -inf,
) -> Sequence[Transition]:
    """What the readings of one series change, oldest first; remembers them in ``memory``.

    ``times`` ascend. Most readings change nothing, and that is decided by a handful of comparisons.
    """
    entry = (compiled.means.get(averaging, {}) if averaging else compiled.readings).get(series_id)
    if entry is None:
        return ()
    mind = memory.get(entry.key)
    if mind is None:
        mind = memory[entry.key] = RuleMemory()
    if len(times) == 1:
        time, value = times[0], values[0]
        if time <= mind.last_time or time < not_before or qualities[0] != 0:
            return ()
        if not mind.restless and not entry.always and entry.low < value < entry.high:
            if value != mind.last_value:
                mind.last_time = mind.same_since = time
                mind.last_value, mind.same_count = value, 1
                return ()
            if time - mind.same_since < entry.stuck_s:
                mind.last_time = time
                mind.same_count += 1
                return ()
    elif (
        not mind.restless
        and not entry.always
        and times[0] > mind.last_time
        and times[0] >= not_before
        and not any(qualities)
        and entry.low < min(values)
        and max(values) < entry.high
        and (entry.stuck_s == inf or _moves(entry, mind, times, values))
    ):
        mind.last_time, mind.last_value = times[-1], values[-1]
        return ()
    fresh = _fresh(mind, times, values, qualities, not_before)
    return _walk(entry, mind, fresh, memory) if fresh else ()


def evaluate_rows(
    compiled: Compiled,
    rows: Iterable[tuple[int, float, float, int]],
    memory: Memory,
    *,
    not_before: float = -inf,
) -> list[Transition]:
    """``evaluate`` for plain readings of many series, (series, time, value, quality), those of one series
    oldest first.

    The usual reading, quiet and different from the one before, is settled here without a call.
    """
    watched = compiled.readings
    transitions: list[Transition] = []
    for series_id, time, value, quality in rows:
        entry = watched.get(series_id)
        if entry is None:
            continue
        mind = memory.get(entry.key)
        if (
            mind is not None
            and entry.low < value < entry.high
            and value != mind.last_value
            and time > mind.last_time
            and time >= not_before
            and quality == 0
            and not mind.restless
            and not entry.always
        ):
            mind.last_time = mind.same_since = time
            mind.last_value, mind.same_count = value, 1
        else:
            transitions += evaluate(
                compiled, series_id, (time,), (value,), (quality,), memory, not_before=not_before
            )
    return transitions


def evaluate_impossible(
    compiled: Compiled, series_id: int, times: Sequence[float], values: Sequence[float], memory: Memory
) -> Sequence[Transition]:
    """The same for readings that can't be true and are set aside: only rules of the kind range look at them.

    They don't count as the last reading, so that a true one of the same time is still judged.
    """
    entry = compiled.ranges.get(series_id)
    if entry is None:
        return ()
    mind = memory.setdefault(entry.key, RuleMemory())
    fresh = [
        Reading(time, value, time, 1)
        for time, value in zip(times, values, strict=True)
        if time > mind.last_time and isfinite(value)
    ]
    if not fresh:
        return ()
    restless = mind.restless
    transitions = _walk(entry, mind, fresh, memory)
    mind.restless = mind.restless or restless
    return transitions


def evaluate_habit(
    rule_id: int,
    series_id: int,
    params: Habit,
    time: float,
    value: float,
    past: Sequence[float],
    memory: Memory,
) -> Sequence[Transition]:
    """The same for one hour's mean against the means of the same hour of past weeks (``past``, in any order).

    Without enough of them nothing is judged, and an active rule stays as it is.
    """
    own = memory.setdefault((rule_id, series_id), RuleMemory())
    bounds = habit_bounds(params, past)
    if time <= own.last_time or bounds is None:
        return ()
    own.last_time = time
    low, high = bounds
    check = Check((rule_id, series_id), lambda _own, reading: outside(reading.value, low, high))
    transitions: list[Transition] = []
    _step(check, own, [Reading(time, value, time, 1)], transitions)
    return transitions


def habit_bounds(params: Habit, past: Sequence[float]) -> tuple[float, float] | None:
    """What is usual at this hour, from the means of past weeks; None where fewer than ``min_weeks`` are
    known.

    1.4826 makes the median absolute deviation estimate the standard deviation of a normal distribution
    (Rousseeuw and Croux, 1993).
    """
    if len(past) < params.min_weeks:
        return None
    if params.method == "mad":
        centre = median(past)
        spread = 1.4826 * median(abs(value - centre) for value in past)
    else:
        centre, spread = fmean(past), stdev(past)
    reach = max(params.k * spread, params.least)
    low = centre - reach if params.side != "above" else -inf
    high = centre + reach if params.side != "below" else inf
    return low, high


def _moves(entry: SeriesChecks, mind: RuleMemory, times: Sequence[float], values: Sequence[float]) -> bool:
    """Whether no value of the batch stays for ``stuck_s``; then keeps what the batch ends with."""
    last, since, count = mind.last_value, mind.same_since, mind.same_count
    limit = entry.stuck_s
    for time, value in zip(times, values, strict=True):
        if value != last:
            last, since, count = value, time, 1
        elif time - since < limit:
            count += 1
        else:
            return False
    mind.same_since, mind.same_count = since, count
    return True


def _fresh(
    mind: RuleMemory,
    times: Sequence[float],
    values: Sequence[float],
    qualities: Sequence[int],
    not_before: float,
) -> list[Reading]:
    """Valid readings newer than the last one, each time once; what all rules of the series share goes
    along.
    """
    fresh = []
    for time, value, quality in zip(times, values, qualities, strict=True):
        if quality != 0 or time <= mind.last_time or time < not_before:
            continue
        if value != mind.last_value:
            mind.last_value, mind.same_since, mind.same_count = value, time, 1
        else:
            mind.same_count += 1
        mind.last_time = time
        fresh.append(Reading(time, value, mind.same_since, mind.same_count))
    return fresh


def _walk(entry: SeriesChecks, mind: RuleMemory, fresh: list[Reading], memory: Memory) -> list[Transition]:
    """Take one check after the other through the fresh readings, each with what it remembers."""
    transitions: list[Transition] = []
    restless = False
    for check in entry.checks:
        own = memory.get(check.key)
        if own is None:
            own = memory[check.key] = RuleMemory()
        _step(check, own, fresh, transitions)
        restless = restless or own.active or own.pending_since is not None
    mind.restless = restless
    if len(transitions) > 1:
        transitions.sort(key=lambda change: change.time)
    return transitions


def _step(check: Check, own: RuleMemory, fresh: list[Reading], out: list[Transition]) -> None:
    """The automaton of one check: idle → pending → active → idle. A pending state is told once, at the
    batch's end.
    """
    rule_id, series_id = check.key
    told = own.pending_since
    limit: float | None = None
    for reading in fresh:
        hot, cool, limit = check.judge(own, reading)
        if own.active:
            if cool:
                own.active = False
                out.append(Transition(rule_id, series_id, False, reading.time, reading.value, limit))
        elif not hot:
            own.pending_since = None
        else:
            if own.pending_since is None:
                own.pending_since = reading.time
            if reading.time - own.pending_since >= check.for_s:
                own.active, own.pending_since, told = True, None, None
                out.append(Transition(rule_id, series_id, True, reading.time, reading.value, limit))
    last = fresh[-1]
    if own.pending_since is not None and own.pending_since != told:
        due = own.pending_since + check.for_s + check.grace_s
        out.append(Transition(rule_id, series_id, True, own.pending_since, last.value, limit, due))
    elif own.pending_since is None and told is not None:
        out.append(Transition(rule_id, series_id, False, last.time, last.value, limit))
