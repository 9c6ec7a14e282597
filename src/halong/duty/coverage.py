"""Gaps and overlaps in a rota. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

Interval = tuple[datetime, datetime, int]  # from, until, who


@dataclass(frozen=True)
class Stretch:
    """A time in which nobody, too few, or more than meant are on."""

    start: datetime
    end: datetime
    kind: str  # gap, short, over
    people: tuple[int, ...]


def stretches(
    intervals: Iterable[Interval], start: datetime, end: datetime, at_once: int = 1
) -> list[Stretch]:
    """Where between two moments it isn't ``at_once`` different people that are on, as long stretches as possible."""
    rows = [(max(a, start), min(b, end), who) for a, b, who in intervals if a < end and b > start]
    edges = sorted({start, end, *(a for a, _b, _who in rows), *(b for _a, b, _who in rows)})
    found: list[Stretch] = []
    for left, right in pairwise(edges):
        people = tuple(sorted({who for a, b, who in rows if a <= left and b >= right}))
        kind = _kind(len(people), at_once)
        if not kind:
            continue
        last = found[-1] if found else None
        if last and last.end == left and last.kind == kind and last.people == people:
            found[-1] = Stretch(last.start, right, kind, people)
        else:
            found.append(Stretch(left, right, kind, people))
    return found


def _kind(count: int, at_once: int) -> str:
    if count == 0:
        return "gap"
    if count < at_once:
        return "short"
    return "over" if count > at_once else ""


def twice_on(
    intervals: Iterable[tuple[datetime, datetime, int, int]],
) -> list[tuple[int, datetime, datetime]]:
    """Who is on in two teams at once: (who, from, until). Intervals are (from, until, who, team)."""
    by_person: dict[int, list[tuple[datetime, datetime, int]]] = {}
    for start, end, who, team in intervals:
        by_person.setdefault(who, []).append((start, end, team))
    found = []
    for who, rows in by_person.items():
        rows.sort()
        for number, (start, end, team) in enumerate(rows):
            for other_start, other_end, other in rows[number + 1 :]:
                if other_start >= end:
                    break
                if other != team:
                    found.append((who, max(start, other_start), min(end, other_end)))
    return sorted(found, key=lambda row: row[1])
