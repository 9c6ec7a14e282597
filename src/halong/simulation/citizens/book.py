"""What simulated citizens say and agencies answer, as the profile's ``simulated_citizens.toml`` says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halong.profiles.description import read_toml

FILE = "simulated_citizens.toml"
PHOTO, DOCUMENT = "photo", "document"  # proofs that need no more words


@dataclass(frozen=True)
class Topic:
    """A kind of report: its texts, where it happens, what the picture shows, and the answers with their proof.

    ``outcome``: "" (an agency answers), "decline", "complaint" or "denunciation". ``proof``: "photo", "document", or what is
    measured with its unit and range.
    """

    code: str
    weight: float
    texts: tuple[str, ...]
    english: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    photo: str = ""
    proof: Any = DOCUMENT
    outcome: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Burst:
    """Something that many meet at once."""

    code: str
    place: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Idea:
    """A suggestion; with an answer, and how it was used, where the agency has got so far."""

    kind: str
    title: str
    text: str
    sector: str = ""
    place: str = ""
    answer: str = ""
    use: str = ""


@dataclass(frozen=True)
class Announcement:
    """A notice of a service that comes again every few days at an hour, told so many days ahead."""

    kind: str
    agency: str
    places: tuple[str, ...]
    title: str
    title_en: str
    text: str
    text_en: str
    every_days: int
    hour: int
    hours: int
    ahead_days: int


@dataclass(frozen=True)
class Book:
    """All of it. ``words``: lists of phrases by their name (``spots``, ``openings``, ``questions`` …)."""

    a_day: float
    bursts_a_month: float
    words: Mapping[str, Sequence[str]]
    streets: Mapping[str, Sequence[str]]
    topics: tuple[Topic, ...]
    bursts: tuple[Burst, ...]
    ideas: tuple[Idea, ...]
    announcements: tuple[Announcement, ...]

    def topic(self, code: str) -> Topic:
        """The first topic of a category."""
        return next(topic for topic in self.topics if topic.code == code)


def read_book(folder: Path) -> Book | None:
    """The book of a profile's folder; None where it has none, and nobody reports anything."""
    if not (folder / FILE).exists():
        return None
    found = read_toml(folder / FILE)
    return Book(
        a_day=float(found["a_day"]),
        bursts_a_month=float(found.get("bursts_a_month", 0)),
        words={name: rows for name, rows in found.items() if _is_phrases(rows)},
        streets=found["streets"],
        topics=tuple(Topic(**_frozen(row)) for row in found["kind"]),
        bursts=tuple(Burst(**_frozen(row)) for row in found.get("burst", [])),
        ideas=tuple(Idea(**row) for row in found.get("suggestion", [])),
        announcements=tuple(Announcement(**_frozen(row)) for row in found.get("notice", [])),
    )


def _is_phrases(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, str) for row in rows)


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
