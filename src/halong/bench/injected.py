"""Faults put into series at fixed seeds, and how many of them are found, how much else is flagged."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from halong.analysis.arrays import Values
from halong.analysis.detect import judge
from halong.analysis.flag import Flag
from halong.analysis.grain import HOUR
from halong.analysis.habit import learn
from halong.bench.series import Hours

KINDS = ("spike", "shift", "drift", "stuck", "gap")
DAY = 24
WARM = 8 * DAY  # the first day that is judged: a week of history and the day between
LATE = 6  # a flag that begins so many hours after the end of a fault still belongs to it


@dataclass(frozen=True)
class Fault:
    """One fault: its kind and the hours (indices) it touches."""

    kind: str
    start: int
    end: int


def put_in(kind: str, hours: Hours, rng: np.random.Generator) -> tuple[Fault, Hours]:
    """A series with one fault of this kind somewhere in its judged part."""
    values = hours.values.copy()
    scale = _scale(hours)
    last = len(values) - 1
    length, low, high = {
        "spike": (int(rng.integers(1, 3)), 4.0, 8.0),
        "shift": (int(rng.integers(24, 73)), 3.0, 6.0),
        "drift": (96, 4.0, 8.0),
        "stuck": (int(rng.integers(8, 25)), 0.0, 0.0),
        "gap": (int(rng.integers(4, 25)), 0.0, 0.0),
    }[kind]
    start = int(rng.integers(WARM - DAY, max(last - max(length, 12), WARM - DAY + 1)))
    start = min(start, WARM - DAY) if kind == "drift" and start + length > last else start
    end = min(start + length - 1, last)
    size = float(rng.uniform(low, high))  # in standard deviations about the mean day
    inside = slice(start, end + 1)
    if kind == "gap":
        values[inside] = np.nan
    elif kind == "stuck":
        known = values[: start + 1]
        values[inside] = known[~np.isnan(known)][-1]
    else:
        change = size * scale * (np.linspace(0, 1, end - start + 1) if kind == "drift" else 1.0)
        values[inside] = _moved(values[inside], change, hours, rng)
    return Fault(kind, start, end), replace(hours, values=values)


def _moved(values: Values, change: Values | float, hours: Hours, rng: np.random.Generator) -> Values:
    """Up or down by ``change``, within what can be; the side where more of it fits when the one drawn has no room."""
    up = np.clip(values + change, hours.bottom, hours.top)
    down = np.clip(values - change, hours.bottom, hours.top)
    room_up, room_down = np.nansum(up - values), np.nansum(values - down)
    chosen_up = rng.random() < 0.5
    if chosen_up and room_up < 0.6 * room_down:
        chosen_up = False
    elif not chosen_up and room_down < 0.6 * room_up:
        chosen_up = True
    return up if chosen_up else down


def _scale(hours: Hours) -> float:
    """Standard deviation about the mean day."""
    phase = (hours.first + np.arange(len(hours.values))) % DAY
    typical = np.array([np.nanmean(hours.values[phase == one]) for one in range(DAY)])
    return float(np.nanstd(hours.values - typical[phase]))


def replay(hours: Hours, begin: int = WARM) -> list[Flag[int]]:
    """What would have been flagged from index ``begin`` on: judged day after day with only what was known then.

    As the product does it: the habit is learned from what lies before yesterday; yesterday and today are judged. A flag that
    overlaps another, or follows it at once, goes on from it.
    """
    found: list[Flag[int]] = []
    for day in range(begin, len(hours.values), DAY):
        learned = day - DAY
        history = hours.values[max(0, learned - HOUR.full) : learned]
        habit = learn(HOUR, hours.first + max(0, learned - HOUR.full), history)
        lead = max(0, learned - 2 * HOUR.slow)
        seen = hours.values[lead : day + DAY]
        for flag in judge(habit, hours.first + lead, seen, learned - lead):
            _add(found, flag, lead)
    return found


def _add(found: list[Flag[int]], flag: Flag[int], lead: int) -> None:
    moved = flag.at(lambda hour: hour + lead)
    for at, other in enumerate(found):
        if moved.start <= other.end + 1 and other.start <= moved.end + 1:
            start, end = min(other.start, moved.start), max(other.end, moved.end)
            found[at] = replace(other, start=start, end=end)
            return
    found.append(moved)


@dataclass
class Score:
    """Counts over many trials: faults put in and found by kind, flags that met no fault, and the hours that were judged."""

    put: Counter[str]
    found: Counter[str]
    hits: int = 0
    strays: int = 0
    clean_flags: int = 0
    clean_hours: int = 0

    @property
    def precision(self) -> float:
        """The share of flags that belong to a fault."""
        return self.hits / max(self.hits + self.strays, 1)

    @property
    def recall(self) -> float:
        """The share of faults with a flag; every kind counts the same."""
        return float(np.mean([self.found[kind] / self.put[kind] for kind in self.put]))

    @property
    def false_per_month(self) -> float:
        """Flags on the untouched series, for one series in 30 days."""
        return self.clean_flags / max(self.clean_hours, 1) * 720


def score(series: list[Hours], *, seed: int, trials: int) -> Score:
    """``trials`` faults of each kind in each series, one at a time; and the untouched series."""
    total = Score(Counter(), Counter())
    for hours in series:
        total.clean_flags += len(replay(hours))
        total.clean_hours += len(hours.values) - WARM
    for fault, flags in _trials(series, seed, trials):
        total.put[fault.kind] += 1
        own = [flag for flag in flags if flag.start <= fault.end + LATE and fault.start <= flag.end]
        total.found[fault.kind] += bool(own)
        total.hits += bool(own)
        total.strays += len(flags) - len(own)
    return total


def _trials(series: list[Hours], seed: int, trials: int) -> Iterator[tuple[Fault, list[Flag[int]]]]:
    rng = np.random.default_rng(seed)
    for hours in series:
        for kind in KINDS:
            for _ in range(trials):
                fault, broken = put_in(kind, hours, rng)
                yield fault, replay(broken)
