"""What a declaration begins with: guessed from what it is made of, for a person to set right."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from halong.alerts.models import Alert
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
# what a property is about, where its name alone says it: of rules, and of readings of whatever profile
BY_PROPERTY = {
    **dict.fromkeys(
        ("windSpeed", "windGust", "gustSpeed", "waveHeight", "waveHeightMax", "stormSurge"), "storm"
    ),
    **dict.fromkeys(
        ("waterLevel", "currentLevel", "floodLevel", "precipitation", "rainfall", "riverLevel"), "flood"
    ),
    **dict.fromkeys(("soilMoisture", "inclination", "displacement", "crackWidth"), "landslide"),
    **dict.fromkeys(("fireWeatherIndex", "fireRisk", "fireDanger"), "forest-fire"),
    **dict.fromkeys(("smoke", "flame"), "fire"),
    **dict.fromkeys(("methane", "ch4"), "mine"),
    **dict.fromkeys(("oilThickness", "hydrocarbons"), "oil-spill"),
    **dict.fromkeys(("customersInterrupted", "pressure", "voltage", "connectedClients"), "outage"),
    **dict.fromkeys(("icuOccupancy", "waitingTime", "cases"), "epidemic"),
    "LAeq": "order",
}
BY_TYPE = {
    "AirQualityObserved": "air",
    "EmissionStation": "emission",
    "WastewaterStation": "emission",
    "SurfaceWaterStation": "emission",
    "CoastalWaterStation": "emission",
    "SeaConditions": "storm",
    "FloodMonitoring": "flood",
    "TrafficFlowObserved": "road",
    "PowerSupplyArea": "outage",
    "WaterSupplyZone": "outage",
    "AccessPoint": "outage",
    "Hospital": "epidemic",
}
DUMB = (
    "silence",
    "stuck",
)  # a thing that says nothing, or always the same, is out of order: whatever it measures


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
        found = part.kind or _by_alert(part) or _by_sound(part.title)
        if found:
            return found
    return "other"


def _by_alert(part: Source) -> str:
    """What its rule asks of, else what kind of thing it is about; a source that is silent is an outage of a network."""
    if not isinstance(part.subject, Alert):
        return ""
    rule, entity = part.subject.rule, part.subject.entity
    if part.subject.cause.startswith("source:") or (rule is not None and rule.kind in DUMB):
        return "outage"
    by_property = BY_PROPERTY.get(rule.property, "") if rule is not None else ""
    types = (*(rule.types if rule is not None else ()), *(entity.types if entity is not None else ()))
    return by_property or next((BY_TYPE[kind] for kind in types if kind in BY_TYPE), "")


def _by_sound(text: str) -> str:
    folded = f" {fold(text)} "
    return next((kind for kind, words in SOUNDS if any(f" {word}" in folded for word in words)), "")
