"""The only shape in which data enters Halong, whatever door it came through."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One reading of one property of one thing, as an ingesting client states it.

    ``entity`` is the URN of the thing, ``property`` the NGSI-LD name of the attribute, ``time`` the end of the
    measuring interval (RFC 3339, aware), ``unit`` a UN/CEFACT code (None: the unit of the series), ``quality``
    0 valid, 1 calibrating, 2 fault (Circular 10/2021/TT-BTNMT, Article 39: state of the device).
    """

    entity: str
    property: str
    time: datetime
    value: float
    unit: str | None = None
    quality: int = 0


class Reason(StrEnum):
    """Why something was set aside. The words for people are in ``ingest.reasons``."""

    MALFORMED = "malformed"  # the payload or line can't be parsed at all
    ENCODING = "encoding"
    FILE_NAME = "file_name"  # the name doesn't match the pattern of the source
    NOT_TEXT = "not_text"  # an archive or another binary where text was due
    TOO_LARGE = "too_large"
    UNKNOWN_ENTITY = "unknown_entity"
    UNKNOWN_PROPERTY = "unknown_property"
    UNKNOWN_UNIT = "unknown_unit"
    BAD_VALUE = "bad_value"  # not a finite number
    BAD_TIME = "bad_time"
    BAD_QUALITY = "bad_quality"
    OUT_OF_RANGE = "out_of_range"  # outside the physical range of the series
    FUTURE = "future"  # more than five minutes ahead
    TOO_OLD = "too_old"  # older than the source's max_age
    FORBIDDEN_ENTITY = "forbidden_entity"  # outside what the source may write
    UNKNOWN_KIND = "unknown_kind"  # a record of a kind that nobody has mapped
    BAD_PLACE = "bad_place"  # a record that lies nowhere in the province
    NOT_TAKEN = "not_taken"  # a record that the module which keeps such records refuses


class Rejected(msgspec.Struct, frozen=True):
    """A part of a payload that could not be understood: why, in words, where, and the part itself."""

    reason: Reason
    detail: str
    origin: str = ""  # file name and line, topic, index in the array
    payload: bytes = b""


class Thing(msgspec.Struct, frozen=True):
    """A thing that a payload tells of and that may not exist yet (a station named by its files)."""

    urn: str
    types: tuple[str, ...]
    name: str
    properties: tuple[tuple[str, str], ...] = ()  # (property, UN/CEFACT unit) pairs to open series for


class Record(msgspec.Struct, frozen=True):
    """Something that is no reading (a request of another system), for whoever keeps such records (``ingest.records``).

    ``kind`` names who takes it; ``data`` is JSON; ``payload`` is what is held, and decoded again, where it is refused.
    """

    kind: str
    data: dict[str, Any]
    origin: str = ""
    payload: bytes = b""


class Batch(msgspec.Struct):
    """What a connector made of some bytes: readings, the things they speak of, records, what was set aside, and how far
    it got.
    """

    observations: list[Observation] = msgspec.field(default_factory=list)
    things: list[Thing] = msgspec.field(default_factory=list)
    records: list[Record] = msgspec.field(default_factory=list)
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    cursor: str | None = None


class Outcome(msgspec.Struct):
    """What became of a batch, counted in readings and records, after commit."""

    accepted: int = 0
    duplicate: int = 0
    corrected: int = 0
    quarantined: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both together."""
        return Outcome(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.corrected + other.corrected,
            self.quarantined + other.quarantined,
        )
