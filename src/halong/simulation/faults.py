"""What goes wrong with devices, as a pure function of the seed and the time: silence, cut links, stuck and
broken sensors, calibrations, spikes, corrections.

A fault that must be there all the time, but not everywhere, goes round: a ``Slot`` falls on one member of a
group in each of its cycles. So the number of faults at any moment is about the same in a small province and
in a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from halong.simulation.noise import key_of, pick, uniform
from halong.simulation.rhythm import clock

HOUR = 3600
DAY = 24 * HOUR
STEADY = frozenset(
    {
        "temperature",
        "relativeHumidity",
        "pressure",
        "windSpeed",
        "windDirection",
        "precipitation",
        "flow",
        "waterLevel",
    }
)  # what isn't calibrated with gases and solutions
SPIKE = 1 / 25_000  # of readings
IMPOSSIBLE = 1 / 150_000
NO_READING = -9999.0  # what loggers write when they don't know better
TWICE = 1 / 300  # of files
CORRECTED_AFTER = 6 * HOUR
EXCESS = {"cod": 5.0, "bod": 4.2, "tss": 5.4, "NH4": 6.0, "color": 3.0, "N_TOT": 3.0}

Silence = Literal["cut", "dead"]


@dataclass(frozen=True, slots=True)
class Episode:
    """One fault of one member of a group: from ``start`` to before ``end``, seconds since 1970."""

    member: int
    start: int
    end: int
    number: int

    def covers(self, time: float) -> bool:
        """True while it lasts."""
        return self.start <= time < self.end


@dataclass(slots=True)
class Slot:
    """A fault that goes round: one episode in each ``cycle`` seconds, lasting ``shortest`` to ``longest``."""

    name: str
    cycle: int
    shortest: int
    longest: int
    seed: int
    count: int
    _last: Episode | None = field(default=None, init=False)

    def episode(self, time: float) -> Episode | None:
        """The episode of the cycle that a time falls in; None in a group without members."""
        if not self.count:
            return None
        number = int(time // self.cycle)
        if self._last is None or self._last.number != number:
            key = key_of(self.seed, self.name, number)
            lasts = self.shortest + uniform(key, 0) * (self.longest - self.shortest)
            start = number * self.cycle + uniform(key, 1) * (self.cycle - lasts)
            self._last = Episode(pick(key, self.count, 2), int(start), int(start + lasts), number)
        return self._last

    def episodes(self, since: float, until: float) -> Iterator[Episode]:
        """The episodes of all cycles that touch a span of time."""
        for number in range(int(since // self.cycle), int(until // self.cycle) + 1):
            if found := self.episode(number * self.cycle):
                yield found

    def of(self, member: int, time: float) -> Episode | None:
        """The episode that a member is in at a time, or None."""
        found = self.episode(time)
        return found if found is not None and found.member == member and found.covers(time) else None


class Faults:
    """The faults of a group of ``count`` devices of a seed; devices are told by their place in the group."""

    def __init__(self, seed: int, group: str, count: int) -> None:
        def slot(name: str, cycle: float, shortest: float, longest: float) -> Slot:
            hours = int(cycle * HOUR), int(shortest * HOUR), int(longest * HOUR)
            return Slot(name, *hours, key_of(seed, group), count)

        self._seed = key_of(seed, group)
        self._cuts = (slot("cut-a", 11, 4, 10), slot("cut-b", 17, 6, 15))
        self._deaths = (slot("dead-a", 29, 14, 28), slot("dead-b", 96, 62, 94))
        self._stuck = slot("stuck", 44, 15, 36)
        self._broken = (slot("broken-a", 9, 3, 7), slot("broken-b", 31, 9, 22))
        self._excess = slot("excess", 19, 2, 6)
        self._corrected = slot("corrected", 13, 1, 1)

    def silence(self, member: int, time: float) -> tuple[Silence, Episode] | None:
        """Why a device sends nothing: its link is cut (it sends later what it missed), or it is dead (what it
        missed is lost). None while it sends.
        """
        for slot in self._deaths:
            if found := slot.of(member, time):
                return "dead", found
        for slot in self._cuts:
            if found := slot.of(member, time):
                return "cut", found
        return None

    def delivered(self, member: int, time: float, now: float) -> bool:
        """Whether what was measured at ``time`` has left the device by ``now``."""
        silent = self.silence(member, time)
        return silent is None or (silent[0] == "cut" and now >= silent[1].end)

    def caught_up(self, member: int, since: float, now: float) -> list[Episode]:
        """The cuts of a device that ended after ``since`` and not after ``now``."""
        return [
            episode
            for slot in self._cuts
            for episode in slot.episodes(since, now)
            if episode.member == member and since < episode.end <= now
        ]

    def corrections(self, member: int, since: float, now: float) -> list[Episode]:
        """The hours of a device whose corrected values became known after ``since`` and not after ``now``."""
        since, now = since - CORRECTED_AFTER, now - CORRECTED_AFTER
        found = self._corrected.episodes(since, now)
        return [episode for episode in found if episode.member == member and since < episode.end <= now]

    def correction(self, member: int, time: float, now: float) -> float:
        """The factor that a laboratory found for the values of a time, as far as it is known by ``now``."""
        found = self._corrected.of(member, time)
        return 0.92 if found and now >= found.end + CORRECTED_AFTER else 1.0

    def stuck(self, member: int, channels: int, time: float) -> tuple[int, int] | None:
        """The channel of a device whose sensor repeats itself, and since when."""
        found = self._stuck.of(member, time)
        return (pick(self._seed, channels, found.number), found.start) if found else None

    def broken(self, member: int, channels: int, time: float) -> frozenset[int]:
        """The channels of a device that report an error (state 02)."""
        found = (slot.of(member, time) for slot in self._broken)
        return frozenset(pick(self._seed, channels, episode.number) for episode in found if episode)

    def calibrating(self, member: int, time: float) -> float | None:
        """How far a device is in its weekly calibration at night (0 to 1), or None."""
        now = clock(time)
        if now.weekday != pick(self._seed, 7, -member - 1):
            return None
        start = 1 + 2.5 * uniform(self._seed, -member - 10_001)
        part = (now.hour - start) / 0.6
        return part if 0 <= part < 1 else None

    def excess(self, member: int, property_: str, time: float) -> float:
        """The factor on a pollutant of a wastewater plant that has lost control of its treatment."""
        return EXCESS.get(property_, 1.0) if self._excess.of(member, time) else 1.0


def spike(key: int, time: float) -> float | None:
    """A factor for a reading that jumps for no reason, ``NO_READING`` for one that can't be, else None."""
    chance = uniform(key, int(time))
    if chance < IMPOSSIBLE:
        return NO_READING
    return 2.2 + 3 * uniform(key, -int(time)) if chance < IMPOSSIBLE + SPIKE else None


def sent_twice(key: int, time: float) -> bool:
    """Whether a device sends the same once more."""
    return uniform(key, int(time)) < TWICE
