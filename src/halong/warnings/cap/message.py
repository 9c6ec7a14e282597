"""A CAP 1.2 message in memory. Points are (latitude, longitude), as CAP writes them."""

from dataclasses import dataclass
from datetime import datetime

NS = "urn:oasis:names:tc:emergency:cap:1.2"
DS = "http://www.w3.org/2000/09/xmldsig#"
Point = tuple[float, float]


@dataclass(frozen=True)
class Circle:
    """A centre and a radius in kilometres."""

    centre: Point
    radius_km: float


@dataclass(frozen=True)
class Area:
    """One area: its description and its shapes; geocodes are (valueName, value)."""

    description: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Info:
    """What is said in one language. Times are aware."""

    event: str
    urgency: str
    severity: str
    certainty: str
    categories: tuple[str, ...]
    language: str = "en-US"
    responses: tuple[str, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Alert:
    """The whole message. ``references`` are (sender, identifier, sent as it was written)."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str = "Public"
    restriction: str = ""
    addresses: str = ""
    note: str = ""
    references: tuple[tuple[str, str, str], ...] = ()
    infos: tuple[Info, ...] = ()
