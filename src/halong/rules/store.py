"""Rules and their states in SQL, for psycopg cursors of both kinds (Django's, and the pipeline's
asynchronous ones).

Each operation is a generator that yields statements and receives their rows, so that it is written once;
``run`` and ``run_async`` drive it. Cursors give tuples. All of them work inside the caller's transaction.
"""

from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from halong.core.errors import Invalid
from halong.core.events import subscribers_of
from halong.observations.lookout import look
from halong.rules import sql
from halong.rules.compiler import Compiled, Memory, RuleMemory, RuleSpec, SeriesRow, Transition, compile_rules
from halong.rules.params import parse_params

T = TypeVar("T")
Row = tuple[Any, ...]
Work = Generator[tuple[str, Sequence[Any]], list[Row], T]
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
# A psycopg cursor or Django's wrapper of one; psycopg's asynchronous cursor. Their types have nothing in
# common.
Cursor = Any
AsyncCursor = Any
OVERLAP = timedelta(seconds=15)  # longer than an ingest transaction lasts


def run(cursor: Cursor, work: Work[T]) -> T:
    """Drive an operation with an ordinary cursor."""
    try:
        text, params = next(work)
        while True:
            cursor.execute(text, params)
            text, params = work.send(cursor.fetchall() if cursor.description else [])
    except StopIteration as done:
        result: T = done.value
        return result


async def run_async(cursor: AsyncCursor, work: Work[T]) -> T:
    """Drive an operation with an asynchronous cursor."""
    try:
        text, params = next(work)
        while True:
            await cursor.execute(text, params)
            text, params = work.send(await cursor.fetchall() if cursor.description else [])
    except StopIteration as done:
        result: T = done.value
        return result


def load_compiled(cursor: Cursor) -> Compiled:
    """Every rule that is switched on and in force today, bound to every series."""
    return run(cursor, _compiled())


async def load_compiled_async(cursor: AsyncCursor) -> Compiled:
    """The same with an asynchronous cursor."""
    return await run_async(cursor, _compiled())


def load_memory(cursor: Cursor) -> Memory:
    """What a process must remember when it starts: states that aren't idle, and the newest reading of each
    series.
    """
    return run(cursor, _memory())


async def load_memory_async(cursor: AsyncCursor) -> Memory:
    """The same with an asynchronous cursor."""
    return await run_async(cursor, _memory())


def reload_memory(cursor: Cursor, memory: Memory, series_ids: Iterable[int]) -> None:
    """Forget what was remembered of these series and read it again: after a transaction that failed."""
    run(cursor, _reloaded(memory, list(series_ids)))


async def reload_memory_async(cursor: AsyncCursor, memory: Memory, series_ids: Iterable[int]) -> None:
    """The same with an asynchronous cursor."""
    await run_async(cursor, _reloaded(memory, list(series_ids)))


def refresh_memory(cursor: Cursor, memory: Memory, since: datetime | None) -> datetime:
    """Take over what other processes and jobs changed; returns the time to give next (None the first
    time).
    """
    return run(cursor, _refreshed(memory, since))


async def refresh_memory_async(cursor: AsyncCursor, memory: Memory, since: datetime | None) -> datetime:
    """The same with an asynchronous cursor."""
    return await run_async(cursor, _refreshed(memory, since))


def apply_transitions(cursor: Cursor, transitions: Sequence[Transition]) -> list[Transition]:
    """Write transitions and publish a Crossing for each that this process was first with; returns those."""
    return run(cursor, _applied(transitions))


async def apply_transitions_async(cursor: AsyncCursor, transitions: Sequence[Transition]) -> list[Transition]:
    """The same with an asynchronous cursor."""
    return await run_async(cursor, _applied(transitions))


def raise_due_durations(cursor: Cursor) -> int:
    """Make pending conditions active whose series said nothing more; returns how many."""
    return run(cursor, _due(sql.DUE_DURATIONS))


def ensure_silences(cursor: Cursor, compiled: Compiled) -> None:
    """Open a state for each rule of silence and series that has none yet."""
    keys = list(compiled.silences)
    cursor.execute(
        sql.SILENCES, [[k[0] for k in keys], [k[1] for k in keys], list(compiled.silences.values())]
    )


def watch_silences(cursor: Cursor) -> int:
    """Raise what fell silent and end what is heard again; returns how many changed. After a time in which nobody watched,
    what falls due is put off by as much.
    """
    if away := look(cursor, "rules"):
        cursor.execute(sql.PUT_OFF_SILENCES, [away])
    return run(cursor, _due(sql.DUE_SILENCES)) + run(cursor, _due(sql.HEARD_AGAIN))


def retire_states(cursor: Cursor, compiled: Compiled) -> list[Transition]:
    """End what no rule in force says any more: rules switched off, expired or narrowed, things removed."""
    return run(cursor, _retired(compiled, datetime.now(UTC).timestamp()))


def states_of(cursor: Cursor, series_ids: Iterable[int]) -> Memory:
    """The states of these series' rules, for judges that keep no memory between two runs."""
    memory: Memory = {}
    cursor.execute(sql.STATES_OF, [list(series_ids)])
    _take(memory, cursor.fetchall())
    return memory


def note_judged(cursor: Cursor, averaging: str, labels: dict[int, float]) -> None:
    """Keep up to which label (epoch seconds) the means of each series were judged."""
    cursor.execute(sql.JUDGED, [averaging, list(labels), list(labels.values())])


def spec(row: Row) -> RuleSpec:
    """A row of ``RULES`` as the evaluator needs it. Raises ``Invalid`` if its parameters don't fit its
    kind.
    """
    params = row[2] if isinstance(row[2], dict) else msgspec.json.decode(row[2])
    return RuleSpec(
        id=row[0], params=parse_params(row[1], params), property=row[3], averaging=row[4],
        types=frozenset(row[5]), place_path=row[6], agency_path=row[7], entities=frozenset(row[8]),
    )  # fmt: skip


def series_row(row: Row) -> SeriesRow:
    """A row of ``SERIES`` as the evaluator needs it."""
    return SeriesRow(*row)


def publish_crossings(crossings: Sequence[tuple[Transition, int]]) -> Work[None]:
    """One delivery job a subscriber and crossing. Jobs of one rule and series run one after the other
    (their lock).
    """
    locks, args = [], []
    for change, serial in crossings:
        body = {
            "rule_id": change.rule_id,
            "series_id": change.series_id,
            "rising": change.rising,
            "time": datetime.fromtimestamp(change.time, UTC).isoformat(),
            "value": change.value,
            "limit": change.limit,
            "serial": serial,
        }
        for subscriber in subscribers_of("Crossing"):
            locks.append(f"crossing:{change.rule_id}:{change.series_id}:{subscriber}")
            job = {"event": "Crossing", "subscriber": subscriber, "body": body}
            args.append(msgspec.json.encode(job).decode())
    if locks:
        yield sql.DEFER, [locks, args]


def _compiled() -> Work[Compiled]:
    today = datetime.now(LOCAL).date()
    specs = []
    broken = []
    for row in (yield sql.RULES, [today, today]):
        try:
            specs.append(spec(row))
        except Invalid as error:
            broken.append((row[0], 0, error.detail))
    rows = yield sql.SERIES, []
    compiled = compile_rules(specs, [series_row(row) for row in rows])
    compiled.skipped.extend(broken)
    return compiled


def _memory() -> Work[Memory]:
    memory: Memory = {}
    for series_id, time, value in (yield sql.LATEST, []):
        memory[0, series_id] = _newest(time, value)
    _take(memory, (yield sql.STATES, []))
    return memory


def _newest(time: float, value: float) -> RuleMemory:
    return RuleMemory(last_time=time, last_value=value, same_since=time, same_count=1)


def _take(memory: Memory, states: list[Row]) -> None:
    """Write states into the memory. A series with one that isn't idle must be looked at with every
    reading.
    """
    for rule_id, series_id, active, pending_since in states:
        own = memory.setdefault((rule_id, series_id), RuleMemory())
        own.active, own.pending_since = active, pending_since
        if active or pending_since is not None:
            memory.setdefault((0, series_id), RuleMemory()).restless = True


def _reloaded(memory: Memory, series_ids: list[int]) -> Work[None]:
    newest = yield f"{sql.LATEST} AND series_id = ANY(%s)", [series_ids]
    states = yield sql.STATES_OF, [series_ids]
    gone = set(series_ids)  # from here on without a pause: nobody may judge by half a memory
    for key in [key for key in memory if key[1] in gone]:
        del memory[key]
    for series_id, time, value in newest:
        memory[0, series_id] = _newest(time, value)
    _take(memory, states)


def _refreshed(memory: Memory, since: datetime | None) -> Work[datetime]:
    ((now,),) = yield "SELECT clock_timestamp()", []
    _take(memory, (yield sql.CHANGED, [(since or now) - OVERLAP]))
    read_at: datetime = now
    return read_at


def _applied(transitions: Sequence[Transition]) -> Work[list[Transition]]:
    won: list[tuple[Transition, int]] = []
    for layer in _rounds(transitions):
        for text, wanted in (
            (sql.RAISE, [change for change in layer if change.rising and change.due_at is None]),
            (sql.PEND, [change for change in layer if change.rising and change.due_at is not None]),
            (sql.CLEAR, [change for change in layer if not change.rising]),
        ):
            if wanted:
                rows = yield text, _columns(wanted)
                serials = {(rule_id, series_id): serial for rule_id, series_id, serial in rows}
                won += [
                    (c, serials[c.rule_id, c.series_id])
                    for c in wanted
                    if (c.rule_id, c.series_id) in serials
                ]
    yield from publish_crossings(won)
    return [change for change, _serial in won]


def _rounds(transitions: Sequence[Transition]) -> list[list[Transition]]:
    """Layers in which each rule and series occurs once, in their order: usually there is one layer."""
    layers: list[list[Transition]] = []
    seen: dict[tuple[int, int], int] = {}
    for change in transitions:
        depth = seen.get((change.rule_id, change.series_id), 0)
        seen[change.rule_id, change.series_id] = depth + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append(change)
    return layers


def _columns(changes: list[Transition]) -> list[list[Any]]:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    return [
        [change.rule_id for change in changes],
        [change.series_id for change in changes],
        [at(change.time) for change in changes],
        [change.value for change in changes],
        [change.limit for change in changes],
        [at(change.due_at) for change in changes],
    ]


def _due(text: str) -> Work[int]:
    """Publish what a statement changed by itself: (rule, series, rising, time, value, limit, serial) rows."""
    rows = yield text, []
    yield from publish_crossings([(Transition(*row[:6]), row[6]) for row in rows])
    return len(rows)


def _retired(compiled: Compiled, now: float) -> Work[list[Transition]]:
    rows = yield sql.HELD, []
    gone = [(rule, series, stirred) for rule, series, stirred in rows if not compiled.judges(rule, series)]
    ended = yield from _applied(
        [Transition(rule, series, False, now, None, None) for rule, series, up in gone if up]
    )
    yield sql.DROP_SILENCES, [[entry[0] for entry in gone], [entry[1] for entry in gone]]
    return ended
