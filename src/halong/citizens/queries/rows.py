"""What the public sees of a report: values, never models that lead on to people."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from halong.citizens.models import OPEN, Category, Report
from halong.places.models import Agency, Place

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PublicFilter:
    """Which reports: words, category code, group, ``state`` (open, late, resolved, "" all), place and agency with what is
    below them, from and to which day, inside which box (west, south, east, north).
    """

    q: str = ""
    category: str = ""
    group: str = ""
    state: str = ""
    place: Place | None = None
    agency: Agency | None = None
    start: date | None = None
    end: date | None = None
    box: Box | None = None


@dataclass(frozen=True)
class PublicRow:
    """One report in a public list."""

    pk: int
    category: Category
    text: str
    place: Place
    street: str
    lon: float | None
    lat: float | None
    state: str
    agency_id: int | None
    agency_name: str
    created_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    weight: int
    extensions: int
    reopenings: int
    rating: str
    urgent: bool
    simulated: bool

    @property
    def number(self) -> str:
        """``PA000123``."""
        return f"PA{self.pk:06d}"

    @property
    def state_words(self) -> str:
        """The state in words."""
        return str(Report.State(self.state).label)

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something."""
        return self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether the answer is, or was, later than promised."""
        return (self.resolved_at or timezone.now()) > self.due_at


@dataclass(frozen=True)
class PublicPage:
    """A page of the list."""

    rows: list[PublicRow]
    total: int
    page: int
    size: int

    @property
    def has_next(self) -> bool:
        """Whether there are more."""
        return self.page * self.size < self.total

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Step:
    """One entry of the public timeline, signed by an agency or by nobody."""

    kind: str
    words: str
    at: datetime
    agency: str
    note: str
    due_at: datetime | None


@dataclass(frozen=True)
class PublicProof:
    """What shows that the answer is true: a released photo, the name of a document, or a measured value."""

    kind: str
    photo_id: int | None
    name: str
    value: float | None
    unit: str
    measured_at: datetime | None


@dataclass(frozen=True)
class PublicExtension:
    """More time that was asked for: by which agency, why, until when, and what became of it."""

    agency: str
    reason: str
    before: datetime
    asked_due_at: datetime
    asked_at: datetime
    state: str
    state_words: str
    note: str


@dataclass(frozen=True)
class PublicReport:
    """One report as the public sees it."""

    row: PublicRow
    steps: list[Step]
    answer: str
    answered_by: str
    proofs: list[PublicProof]
    extensions: list[PublicExtension]
    photos: list[int]
    updated_at: datetime
    attributes: dict[str, Any] = field(default_factory=dict)
