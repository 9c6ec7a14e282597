"""The score of a run: what was expected against what the records say. Pure but for the criteria, which look.

Done in time: all points. Done late: half. Not done when its time was over: none. What never could be done (its occasion
never came, or the run ended before its time was over) counts on neither side. Incidents of a kind that the scenario has
nothing of cost ``FALSE_COSTS`` each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from halong.exercises.criteria import VOID, Found, Span, criteria
from halong.exercises.scenario import Expectation

FALSE_COSTS = 5
State = Literal["met", "late", "missed", "open", "void", "ahead"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation. ``seconds`` from its occasion to its being done; ``since`` None: it is still ahead."""

    expected: Expectation
    state: State
    since: datetime | None = None
    at: datetime | None = None
    by: str = ""
    note: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return None if self.at is None or self.since is None else (self.at - self.since).total_seconds()

    @property
    def due(self) -> datetime | None:
        """Until when it was to be done."""
        return None if self.since is None else self.since + timedelta(minutes=self.expected.within)

    @property
    def points(self) -> float:
        """What it brought."""
        return {"met": 1.0, "late": 0.5}.get(self.state, 0.0) * self.expected.points


@dataclass(frozen=True, slots=True)
class Happened:
    """When an event of the scenario was played, and what it led to."""

    at: datetime
    data: Mapping[str, Any]


def judge(
    expectations: Sequence[Expectation],
    happened: Mapping[str, Happened],
    begun: datetime | None,
    now: datetime,
    over: datetime | None,
) -> list[Outcome]:
    """What became of each expectation by ``now``, or by the end."""
    return [_judge(expected, happened, begun, over or now, over is not None) for expected in expectations]


def _judge(
    expected: Expectation,
    happened: Mapping[str, Happened],
    begun: datetime | None,
    until: datetime,
    ended: bool,
) -> Outcome:
    event = happened.get(expected.after) if expected.after else None
    since = event.at if event else begun if not expected.after else None
    if since is None:
        return Outcome(expected, "void" if ended else "ahead")
    criterion = criteria.get(expected.criterion)
    if criterion is None:
        return Outcome(expected, "void", since, note=f"? {expected.criterion}")
    found = criterion.look(expected.settings, Span(since, until, event.data if event else None))
    if found is VOID:
        return Outcome(expected, "void" if ended else "ahead", since)
    return _weighed(expected, found, since, until, ended)


def _weighed(
    expected: Expectation, found: Found | None, since: datetime, until: datetime, ended: bool
) -> Outcome:
    began = found.since if found and found.since else since
    due = began + timedelta(minutes=expected.within)
    if found is None or found.at is None:
        state: State = (
            "missed" if until > due else "void" if ended else "open"
        )  # who ended early ended it for all
        return Outcome(expected, state, began, note=found.note if found else "")
    return Outcome(expected, "met" if found.at <= due else "late", began, found.at, found.by, found.note)


def percent(outcomes: Sequence[Outcome], wrong: int) -> int | None:
    """The score: points out of those that could be had; None when nothing could be."""
    counted = [outcome for outcome in outcomes if outcome.state in ("met", "late", "missed")]
    possible = sum(outcome.expected.points for outcome in counted)
    if not possible:
        return None
    got = sum(outcome.points for outcome in counted) - wrong * FALSE_COSTS
    return max(0, round(100 * got / possible))
