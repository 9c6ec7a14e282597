"""The story of an exercise as data: what happens in which minute, and what trainees are expected to do about it. Pure.

A scenario's minutes are compressed: at a speed of 60 an hour of the story lasts a minute. Readings carry the real present
time, and what trainees are given (``within``) are minutes of the clock on the wall, because people don't act faster.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from halong.core.errors import Invalid
from halong.core.language import said_in

FOLDER = "scenarios"
SPEEDS = (1, 5, 10, 30, 60, 120)
EVENT_KINDS = ("bulletin", "message", "call", "report", "silence", "restore")
LONGEST = 7 * 24 * 60  # minutes of the story


@dataclass(frozen=True, slots=True)
class Text:
    """Words in both languages."""

    vi: str
    en: str

    def said(self) -> str:
        """The words in the reader's language."""
        return said_in(self.vi, self.en)


@dataclass(frozen=True, slots=True)
class Which:
    """Things that an entry speaks of: named by the end of their URN, or all of some types."""

    things: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def takes(self, urn: str, types: Iterable[str]) -> bool:
        """Whether a thing is meant."""
        return urn.rpartition(":")[2] in self.things or bool(set(self.types) & set(types))


@dataclass(frozen=True, slots=True)
class Curve:
    """What things measure of one property over the story: values at minutes, straight lines between them, every so many
    minutes of the story. ``wobble`` is how far a reading may lie from the line, as a share of its value.
    """

    which: Which
    property: str
    points: tuple[tuple[float, float], ...]
    every: float = 5.0
    wobble: float = 0.0

    def value(self, minute: float) -> float | None:
        """The value on the line; None before the first point. After the last one it stays."""
        place = bisect_right(self.points, minute, key=lambda point: point[0])
        if place == 0:
            return None
        if place == len(self.points):
            return self.points[-1][1]
        (start, low), (end, high) = self.points[place - 1], self.points[place]
        return low + (high - low) * (minute - start) / (end - start)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens once: at its minute by itself, or, with ``minute`` None, when the trainer wants it."""

    key: str
    kind: str
    title: Text
    minute: float | None = None
    text: Text = Text("", "")
    which: Which = Which()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What trainees should do, ``within`` so many minutes of the clock after the event ``after`` (empty: after the
    beginning). ``criterion`` names the function that looks for it in the records of the instance.
    """

    key: str
    criterion: str
    title: Text
    within: float
    points: int
    after: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole story. ``kinds`` are the kinds of incident that it is right to declare."""

    key: str
    title: Text
    summary: Text
    minutes: float
    speed: int
    roles: tuple[str, ...]
    goals: tuple[Text, ...]
    kinds: tuple[str, ...]
    curves: tuple[Curve, ...]
    events: tuple[Event, ...]
    expectations: tuple[Expectation, ...]
    source: Text = Text("", "")

    def event(self, key: str) -> Event | None:
        """The event of a key."""
        return next((event for event in self.events if event.key == key), None)


def story_time(minute: float) -> str:
    """A minute of the story as hours and minutes since its beginning: "7:05"."""
    return f"{int(minute) // 60}:{int(minute) % 60:02d}"


def read_scenario(text: str) -> Scenario:
    """A scenario from its TOML. Raises Invalid whose ``fields`` name each fault's place."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(str(error), fields={"": str(error)}) from error
    faults: dict[str, str] = {}
    reading = _Reading(faults)
    scenario = reading.scenario(found)
    if faults:
        raise Invalid("; ".join(f"{place}: {fault}" for place, fault in faults.items()), fields=faults)
    return scenario


def scenarios_in(folder: Path) -> list[Scenario]:
    """The scenarios of a profile, by key. Raises Invalid for one that can't be read."""
    files = sorted((folder / FOLDER).glob("*.toml"))
    return [read_scenario(file.read_text(encoding="utf-8")) for file in files]


class _Reading:
    """One reading of a file; faults are gathered by where they are."""

    def __init__(self, faults: dict[str, str]) -> None:
        self._faults = faults

    def scenario(self, found: Mapping[str, Any]) -> Scenario:
        scenario = Scenario(
            key=str(found.get("key", "")),
            title=self._text(found, "title", ""),
            summary=self._text(found, "summary", ""),
            minutes=self._number(found, "minutes", "", most=LONGEST),
            speed=int(found.get("speed", 60)),
            roles=tuple(found.get("roles", ())),
            goals=tuple(
                self._text({"t": row}, "t", f"goals[{n}]") for n, row in enumerate(found.get("goals", ()))
            ),
            kinds=tuple(found.get("kinds", ())),
            curves=self._rows(found, "curve", self._curve),
            events=self._rows(found, "event", self._event),
            expectations=self._rows(found, "expect", self._expectation),
            source=self._text(found, "source", "") if "source" in found else Text("", ""),
        )
        self._check(scenario)
        return scenario

    def _rows(
        self, found: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], Any]
    ) -> Any:
        return tuple(read(row, f"{name}[{n}]") for n, row in enumerate(found.get(name, ())))

    def _curve(self, row: Mapping[str, Any], at: str) -> Curve:
        points = tuple((float(minute), float(value)) for minute, value in row.get("points", ()))
        if not points or any(one[0] >= other[0] for one, other in pairwise(points)):
            self._faults[f"{at}.points"] = "minutes must ascend, and there must be some"
            points = points[:1] or ((0.0, 0.0),)
        return Curve(
            self._which(row, at, needed=True),
            self._word(row, "property", at),
            points,
            float(row.get("every", 5)),
            float(row.get("wobble", 0)),
        )

    def _event(self, row: Mapping[str, Any], at: str) -> Event:
        kind = self._word(row, "kind", at)
        if kind not in EVENT_KINDS:
            self._faults[f"{at}.kind"] = f"one of {', '.join(EVENT_KINDS)}"
        known = {"key", "kind", "title", "minute", "text", "things", "types"}
        return Event(
            key=self._word(row, "key", at),
            kind=kind,
            title=self._text(row, "title", at),
            minute=self._number(row, "minute", at, most=LONGEST) if "minute" in row else None,
            text=self._text(row, "text", at) if "text" in row else Text("", ""),
            which=self._which(row, at, needed=kind in {"silence", "restore"}),
            data={name: value for name, value in row.items() if name not in known},
        )

    def _expectation(self, row: Mapping[str, Any], at: str) -> Expectation:
        known = {"key", "criterion", "title", "within", "points", "after"}
        return Expectation(
            key=self._word(row, "key", at),
            criterion=self._word(row, "criterion", at),
            title=self._text(row, "title", at),
            within=self._number(row, "within", at, most=LONGEST),
            points=int(self._number(row, "points", at, most=100)),
            after=str(row.get("after", "")),
            settings={name: value for name, value in row.items() if name not in known},
        )

    def _which(self, row: Mapping[str, Any], at: str, *, needed: bool) -> Which:
        which = Which(tuple(row.get("things", ())), tuple(row.get("types", ())))
        if needed and not (which.things or which.types):
            self._faults[f"{at}.things"] = "things or types are needed"
        return which

    def _word(self, row: Mapping[str, Any], name: str, at: str) -> str:
        value = str(row.get(name, ""))
        if not value:
            self._faults[f"{at}.{name}"] = "is missing"
        return value

    def _text(self, row: Mapping[str, Any], name: str, at: str) -> Text:
        value = row.get(name)
        if not isinstance(value, dict) or not value.get("vi") or not value.get("en"):
            self._faults[f"{at}.{name}".strip(".")] = "needs vi and en"
            return Text("", "")
        return Text(str(value["vi"]).strip(), str(value["en"]).strip())

    def _number(self, row: Mapping[str, Any], name: str, at: str, *, most: float) -> float:
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            self._faults[f"{at}.{name}".strip(".")] = f"must be a number from 0 to {most:g}"
            return 0.0
        return float(value)

    def _check(self, scenario: Scenario) -> None:
        if not scenario.key:
            self._faults["key"] = "is missing"
        if scenario.speed not in SPEEDS:
            self._faults["speed"] = f"one of {', '.join(map(str, SPEEDS))}"
        for name, rows in (("event", scenario.events), ("expect", scenario.expectations)):
            keys = [row.key for row in rows]
            for key in {key for key in keys if keys.count(key) > 1}:
                self._faults[f"{name}.{key}"] = "is there twice"
        events = {event.key for event in scenario.events}
        for expected in scenario.expectations:
            if expected.after and expected.after not in events:
                self._faults[f"expect.{expected.key}.after"] = f"no event {expected.after}"
        for event in scenario.events:
            if event.minute is not None and event.minute > scenario.minutes:
                self._faults[f"event.{event.key}.minute"] = "after the end"
