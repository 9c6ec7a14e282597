"""A rule tried on the past by the same evaluator that would judge the present: "would have raised 7 alerts".

The work goes series by series and can be interrupted between them, so that a page shows how far it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection

from halong.rules import sql
from halong.rules.compiler import Compiled, Memory, SeriesRow, Transition, compile_rules
from halong.rules.drafts import RuleDraft
from halong.rules.evaluator import evaluate, evaluate_habit
from halong.rules.means import same_hours
from halong.rules.store import series_row

RULE = 1
SHOWN = 500  # episodes kept one by one; more are only counted
CHUNK = 50_000  # readings in memory at a time

Rows = tuple[list[float], list[float], list[int]]


@dataclass
class Episode:
    """One alert that there would have been: epoch seconds, ``end`` None while it would still stand."""

    series_id: int
    start: float
    end: float | None = None
    peak: float | None = None


@dataclass
class Trial:
    """How a trial stands: ``done`` of ``total`` series; ``count`` alerts, by series, and the first of them
    in full.
    """

    start: float
    end: float
    done: int = 0
    total: int = -1
    count: int = 0
    per_series: dict[int, int] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, days: int, now: datetime) -> "Trial":
        """A trial of the past days that hasn't begun."""
        return cls(start=(now - timedelta(days=days)).timestamp(), end=now.timestamp())

    @property
    def finished(self) -> bool:
        """Whether every series was looked at."""
        return self.done == self.total

    @property
    def days(self) -> float:
        """How long the past is that was looked at."""
        return (self.end - self.start) / 86400


def try_rule(draft: RuleDraft, days: int = 30, *, now: datetime) -> Trial:
    """The whole trial at once."""
    trial = Trial.over(days, now)
    run_trial(draft, trial)
    return trial


def run_trial(draft: RuleDraft, trial: Trial, *, seconds: float = float("inf")) -> None:
    """Go on with a trial, at least by one series, for about ``seconds``."""
    stop = monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute(sql.SERIES)
        rows = {row[0]: series_row(row) for row in cursor.fetchall()}
        compiled = compile_rules([draft.spec(RULE)], rows.values())
        wanted = sorted(key[1] for key in compiled.keys)
        if trial.total < 0:
            trial.skipped = sorted({why for _rule, _series, why in compiled.skipped})
        trial.total = len(wanted)
        for series_id in wanted[trial.done :]:
            _note(trial, series_id, _episodes(cursor, compiled, draft, rows[series_id], trial))
            trial.done += 1
            if monotonic() > stop:
                break


def _note(trial: Trial, series_id: int, found: list[Episode]) -> None:
    trial.count += len(found)
    if found:
        trial.per_series[series_id] = len(found)
    trial.episodes += found[: max(0, SHOWN - len(trial.episodes))]


def _episodes(
    cursor: Any, compiled: Compiled, draft: RuleDraft, row: SeriesRow, trial: Trial
) -> list[Episode]:
    if draft.kind == "silence":
        return _silences(cursor, compiled.silences[RULE, row.id], draft, row, trial)
    memory: Memory = {}
    found: list[Episode] = []
    pending: Transition | None = None
    above = getattr(draft.checked(), "direction", "above") in {"above", "up", "any"}
    for rows in _past(cursor, row, draft, trial):
        transitions = _judge(cursor, compiled, row, draft, rows, memory)
        for change in transitions:
            if change.rising and change.due_at is not None:
                pending = change
                continue
            late = pending is not None and pending.due_at is not None and pending.due_at <= change.time
            if pending is not None and not change.rising and late and not _open(found):
                found.append(Episode(row.id, pending.due_at or 0.0, None, pending.value))
            pending = None
            if change.rising:
                found.append(Episode(row.id, change.time, None, change.value))
            elif _open(found):
                found[-1].end = change.time
        _peaks(found, rows, above=above)
    return merged(found, getattr(draft.checked(), "clear_for_s", 0), above=above)


def merged(episodes: list[Episode], clear_for_s: float, *, above: bool) -> list[Episode]:
    """What comes back within the off-delay is the same alert, which ends that much later (``alerts`` keeps it so)."""
    if clear_for_s <= 0:
        return episodes
    kept: list[Episode] = []
    for one in episodes:
        last = kept[-1] if kept else None
        if last is not None and last.end is not None and one.start < last.end:
            last.end = one.end + clear_for_s if one.end is not None else None
            peaks = [peak for peak in (last.peak, one.peak) if peak is not None]
            last.peak = (max if above else min)(peaks, default=None)
        else:
            end = one.end + clear_for_s if one.end is not None else None
            kept.append(Episode(one.series_id, one.start, end, one.peak))
    return kept


def _open(found: list[Episode]) -> bool:
    return bool(found) and found[-1].end is None


def _peaks(found: list[Episode], rows: Rows, *, above: bool) -> None:
    """Take the worst value of each episode from these readings."""
    times, values, _qualities = rows
    if not times:
        return
    worst = max if above else min
    for episode in found:
        if episode.end is not None and episode.end < times[0]:
            continue
        first = bisect_left(times, episode.start)
        last = len(times) if episode.end is None else bisect_right(times, episode.end)
        if first < last:
            known = [] if episode.peak is None else [episode.peak]
            episode.peak = worst(values[first:last] + known)


def _judge(
    cursor: Any, compiled: Compiled, row: SeriesRow, draft: RuleDraft, rows: Rows, memory: Memory
) -> list[Transition]:
    times, values, qualities = rows
    if draft.kind != "habit":
        return list(evaluate(compiled, row.id, times, values, qualities, memory, averaging=draft.averaging))
    habit = compiled.habits[row.id][0][1]
    past = same_hours(cursor, [(row.id, time) for time in times], habit.weeks)
    found: list[Transition] = []
    for time, value in zip(times, values, strict=True):
        usual = [mean for _week, mean in past.get((row.id, time), [])]
        found += evaluate_habit(RULE, row.id, habit, time, value, usual, memory)
    return found


def _past(cursor: Any, row: SeriesRow, draft: RuleDraft, trial: Trial) -> Iterator[Rows]:
    """What the rule would have looked at, oldest first, in pieces that fit in memory."""
    kind = "1h" if draft.kind == "habit" else draft.averaging
    step = (trial.end - trial.start) if kind else max(86400.0, CHUNK * max(row.interval_s, 1))
    since = trial.start
    while since < trial.end:
        until = min(since + step, trial.end)
        cursor.execute(sql.PAST[kind], {"series": row.id, "since": since, "until": until})
        columns = cursor.fetchall()
        if columns:
            times, values, qualities = zip(*columns, strict=True)
            yield list(times), list(values), list(qualities)
        since = until


def _silences(cursor: Any, after: float, draft: RuleDraft, row: SeriesRow, trial: Trial) -> list[Episode]:
    window = {
        "series": row.id,
        "any": not draft.property,
        "since": trial.start,
        "until": trial.end,
        "after": after,
    }
    cursor.execute(sql.PAST_SILENCES, window)
    return [Episode(row.id, start + after, end) for start, end in cursor.fetchall()]


def dump_trial(trial: Trial) -> dict[str, Any]:
    """A trial as JSON types."""
    return asdict(trial) | {"per_series": {str(key): count for key, count in trial.per_series.items()}}


def load_trial(raw: dict[str, Any]) -> Trial:
    """The reverse of ``dump_trial``."""
    counts = {int(key): count for key, count in raw["per_series"].items()}
    episodes = [Episode(**episode) for episode in raw["episodes"]]
    return Trial(**{**raw, "per_series": counts, "episodes": episodes})
