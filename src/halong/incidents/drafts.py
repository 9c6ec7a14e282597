"""What people hand in: an incident, a note, an after-action report."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from halong.accounts.models import User
from halong.incidents.models import Incident
from halong.places.models import Agency, Place
from halong.playbooks.models import PlaybookVersion


class PartRef(NamedTuple):
    """What an incident is made of: ``Part.Kind`` and the id of the alert, report or call, or an item's address; ``title`` is
    that of an item of the press.
    """

    kind: str
    ref: str
    title: str = ""


@dataclass(frozen=True)
class IncidentDraft:
    """An incident as it is declared. ``client_id`` is the client's random number: the same number is the same incident.

    Place, sector and agency that aren't given are found by the point and by the parts. Without a playbook the best one for
    kind and severity begins, unless ``with_playbook`` is False.
    """

    client_id: uuid.UUID
    title: str
    kind: str
    severity: int = Incident.Severity.MEDIUM
    summary: str = ""
    place: Place | None = None
    where: str = ""
    lon: float | None = None
    lat: float | None = None
    area: dict[str, Any] | None = None
    sector: str = ""
    agency: Agency | None = None
    parts: tuple[PartRef, ...] = ()
    playbook: PlaybookVersion | None = None
    with_playbook: bool = True


class Declared(NamedTuple):
    """The incident, and whether it is new (else it was declared before under this number)."""

    incident: Incident
    new: bool


@dataclass(frozen=True)
class NoteDraft:
    """A note: words, who is named in it, photographs as they came from the camera."""

    text: str
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)
    mentions: tuple[User, ...] = ()
    photos: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class CorrectionDraft:
    """What will be done differently, by which agency, until when."""

    text: str
    agency: Agency
    due_at: datetime


@dataclass(frozen=True)
class ReviewDraft:
    """An after-action report as it is written; ``version`` is that of the report that the writer saw (0: none yet)."""

    summary: str = ""
    went_well: str = ""
    went_badly: str = ""
    cause: str = ""
    corrections: tuple[CorrectionDraft, ...] = ()
    version: int = 0
