"""What a declaration begins with: guessed from what it is made of, for a person to set right."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from halong.core.text import fold
from halong.incidents import sources
from halong.incidents.drafts import IncidentDraft, PartRef
from halong.incidents.sources import Source

# what a text sounds like, in Vietnamese without accents and in English; the first that fits
SOUNDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("oil-spill", ("tran dau", "ro ri hoa chat", "hoa chat", "oil spill", "chemical")),
    ("mine", ("ham lo", "lo than", "mo than", "bai thai mo", "mine")),
    ("forest-fire", ("chay rung", "forest fire")),
    ("boat", ("tau du lich", "chim tau", "lat tau", "tau gap nan", "dam tau", "thuyen", "boat", "vessel")),
    ("fire", ("chay no", "dam chay", "hoa hoan", "boc khoi", "chay nha", "fire")),
    ("landslide", ("sat lo", "lu quet", "landslide", "flash flood")),
    ("storm", ("ap thap", "bao so", "con bao", "storm", "typhoon")),
    ("flood", ("ngap", "mua lon", "lu lut", "muc nuoc", "flood", "heavy rain")),
    ("road", ("tai nan giao thong", "tai nan", "va cham", "lat xe", "accident", "crash")),
    ("epidemic", ("dich benh", "sot xuat huyet", "ngo doc", "ca benh", "epidemic", "outbreak")),
    ("outage", ("mat dien", "mat nuoc", "mat mang", "mat ket noi", "su co dien", "outage", "blackout")),
    ("cyber", ("tan cong mang", "ma doc", "deface", "cyber", "malware")),
    ("order", ("gay roi", "danh nhau", "trat tu", "trom cap", "public order")),
)
BY_TYPE = {
    "AirQualityObserved": "air",
    "EmissionStation": "emission",
    "WastewaterStation": "emission",
}


def proposal_from(refs: Iterable[PartRef], user: Any) -> IncidentDraft:
    """Title, kind, severity, place, point, sector and agency as the parts suggest them; with a fresh ``client_id``."""
    parts = sources.look(refs, user)
    if not parts:
        return IncidentDraft(uuid.uuid4(), "", "other")
    lead = max(parts, key=lambda part: (part.severity, -part.at.timestamp()))
    placed = next((part for part in (lead, *parts) if part.lon is not None), lead)
    return IncidentDraft(
        client_id=uuid.uuid4(),
        title=_title(lead, parts),
        kind=_kind(lead, parts),
        severity=_severity(parts),
        place=next((part.place for part in (lead, *parts) if part.place is not None), None),
        where=lead.where,
        lon=placed.lon,
        lat=placed.lat,
        sector=next((part.sector for part in (lead, *parts) if part.sector), ""),
        agency=next((part.agency for part in (lead, *parts) if part.agency is not None), None),
        parts=tuple(part.ref for part in parts),
    )


def _title(lead: Source, parts: Sequence[Source]) -> str:
    more = len(parts) - 1
    title = " ".join(lead.title.split())
    return f"{title[:190]} (+{more})" if more else title[:200]


def _severity(parts: Sequence[Source]) -> int:
    """The gravest part; one more where many say the same."""
    return min(4, max(part.severity for part in parts) + (len(parts) >= 10))


def _kind(lead: Source, parts: Sequence[Source]) -> str:
    for part in (lead, *parts):
        found = part.kind or _by_type(part) or _by_sound(part.title)
        if found:
            return found
    return "other"


def _by_type(part: Source) -> str:
    entity = getattr(part.subject, "entity", None)
    return next((BY_TYPE[kind] for kind in entity.types if kind in BY_TYPE), "") if entity is not None else ""


def _by_sound(text: str) -> str:
    folded = f" {fold(text)} "
    return next((kind for kind, words in SOUNDS if any(f" {word}" in folded for word in words)), "")
