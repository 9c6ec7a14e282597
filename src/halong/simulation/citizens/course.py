"""What becomes of a simulated report: the steps of officers and of the one who sent it, and when. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from halong.core.hours import add_working
from halong.simulation.citizens.book import Topic
from halong.simulation.citizens.happenings import Happening
from halong.simulation.citizens.luck import Luck

RETURNED, ASKED, REPLIED, INVITED = 0.07, 0.14, 0.75, 0.08
EXTENDED, REFUSED, LATE, SENT_BACK = 0.1, 0.25, 0.14, 0.08
RATED, CONTENT, ACCEPTING, AGAIN = 0.55, 0.62, 0.26, 0.6  # of the answered; of the rated; of the dissatisfied
CLOSED_AFTER = timedelta(days=22)  # when nobody has re-opened it: fifteen working days and a little


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done to a report. ``number`` tells the second answer from the first."""

    at: datetime
    name: str
    number: int = 0


def course_of(row: Happening, topic: Topic, seed: int, *, urgent: bool) -> list[Step]:
    """All steps of a report in their order, however far they lie ahead."""
    luck = Luck(seed, "course", row.key)
    pace = _Pace(urgent)
    steps = list(_received(row, topic, luck, pace))
    if steps[-1].name == "route":
        steps += _handled(row, steps[-1].at, luck, pace)
    return sorted(steps, key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class _Pace:
    """How fast offices work: by their hours, or around the clock where something is urgent."""

    urgent: bool

    def after(self, start: datetime, hours: float) -> datetime:
        return start + timedelta(hours=hours / 2.5) if self.urgent else add_working(start, hours)


def _received(row: Happening, topic: Topic, luck: Luck, pace: _Pace) -> Iterator[Step]:
    """What the duty officer does, and those who say that they meet the same."""
    at = pace.after(row.at, luck.between(0.1, 1.9))
    if topic.outcome == "decline":
        yield Step(at, "decline")
    elif topic.outcome:
        yield Step(at, f"lead:{topic.outcome}")
    elif row.twin:
        yield Step(at, "merge")
    else:
        yield from (
            Step(at + timedelta(hours=luck.between(0.2, 70)), "follow", n) for n in range(row.followers)
        )
        if luck.chance(RETURNED):
            yield Step(at, "route", 0)
            back = pace.after(at, luck.between(1, 6))
            yield Step(back, "return")
            at = pace.after(back, luck.between(0.2, 1.8))
            yield Step(at, "route", 1)
        else:
            yield Step(at, "route", 0)


def _handled(row: Happening, at: datetime, luck: Luck, pace: _Pace) -> Iterator[Step]:
    """What the agency does until its answer is approved, and what the citizen says to it."""
    accepted = pace.after(at, luck.between(0.4, 7.5))
    yield Step(accepted, "accept")
    hours = luck.between(42, 62) if luck.chance(LATE) else luck.between(7, 33)
    answered = pace.after(accepted, hours)
    yield from _meanwhile(accepted, answered, luck)
    yield Step(answered, "answer", 0)
    decided = pace.after(answered, luck.between(0.4, 5))
    if luck.chance(SENT_BACK):
        yield Step(decided, "send_back")
        again = pace.after(decided, luck.between(1, 4))
        yield Step(again, "answer", 1)
        decided = pace.after(again, luck.between(0.4, 3))
    yield Step(decided, "approve", 0)
    yield from _judged(row, decided, luck, pace)


def _meanwhile(start: datetime, end: datetime, luck: Luck) -> Iterator[Step]:
    """A question, a partner, a wish for more time: somewhere between taking it on and the answer."""

    def part(low: float, high: float) -> datetime:
        return start + (end - start) * luck.between(low, high)

    if luck.chance(ASKED):
        yield Step(part(0.05, 0.2), "ask")
        if luck.chance(REPLIED):
            yield Step(part(0.25, 0.5), "reply")
    if luck.chance(INVITED):
        yield Step(part(0.05, 0.2), "invite")
        yield Step(part(0.4, 0.7), "join")
    if luck.chance(EXTENDED):
        yield Step(part(0.5, 0.65), "ask_more")
        yield Step(part(0.7, 0.85), "refuse_more" if luck.chance(REFUSED) else "grant_more")


def _judged(row: Happening, at: datetime, luck: Luck, pace: _Pace) -> Iterator[Step]:
    """What the citizen says; whoever isn't content may want it done again."""
    if not luck.chance(RATED):
        yield Step(at + CLOSED_AFTER, "close")
        return
    rated = at + timedelta(hours=luck.between(0.3, 60))
    opinion = luck.weighted(
        ["satisfied", "accept", "dissatisfied"], [CONTENT, ACCEPTING, 1 - CONTENT - ACCEPTING]
    )
    yield Step(rated, f"rate:{opinion}", 0)
    if opinion != "dissatisfied":
        return
    if not luck.chance(AGAIN):
        yield Step(at + CLOSED_AFTER, "close")
        return
    reopened = rated + timedelta(minutes=luck.between(1, 20))
    yield Step(reopened, "reopen")
    accepted = pace.after(reopened, luck.between(0.5, 5))
    yield Step(accepted, "accept")
    answered = pace.after(accepted, luck.between(5, 24))
    yield Step(answered, "answer", 2)
    approved = pace.after(answered, luck.between(0.5, 4))
    yield Step(approved, "approve", 1)
    yield Step(
        approved + timedelta(hours=luck.between(1, 50)), f"rate:{luck.pick(['satisfied', 'accept'])}", 1
    )
