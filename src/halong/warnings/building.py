"""From a warning's row to its CAP 1.2 message: made, validated, judged, signed."""

from datetime import datetime

from django.conf import settings
from shapely.geometry import Polygon, shape

from halong.core.formats import format_datetime
from halong.warnings.cap import message as cap
from halong.warnings.cap.meaning import Finding, judge
from halong.warnings.cap.schema import parse
from halong.warnings.cap.signing import sign
from halong.warnings.cap.writing import element, moment, to_bytes
from halong.warnings.kinds import KINDS, practice_mark
from halong.warnings.models import Area, Warning

MOST_POINTS = 100
LANGUAGES = {"vi": "vi-VN", "en": "en-US"}


def build(warning: Warning, sent: datetime) -> bytes:
    """The signed message. What doesn't fit the schema raises Malformed; what breaks a rule is in ``judged``."""
    content = to_bytes(element(message_of(warning, sent)))
    parse(content)
    return sign(content)


def judged(warning: Warning, sent: datetime) -> list[Finding]:
    """What the strict validator says of the message that this warning would become."""
    return judge(parse(to_bytes(element(message_of(warning, sent)))))


def message_of(warning: Warning, sent: datetime) -> cap.Alert:
    """The message of a warning as it would be sent at ``sent``."""
    areas = list(warning.areas.select_related("place"))
    return cap.Alert(
        identifier=warning.identifier,
        sender=warning.sender,
        sent=sent,
        status=warning.status,
        msg_type=warning.msg_type,
        note="DIỄN TẬP / EXERCISE" if warning.status == Warning.Status.EXERCISE else "",
        references=references(warning),
        infos=tuple(_info(warning, sent, language, areas) for language in warning.languages),
    )


def references(warning: Warning) -> tuple[tuple[str, str, str], ...]:
    """All earlier messages of the series, the newest first, each as (sender, identifier, sent)."""
    found: list[tuple[str, str, str]] = []
    before = warning.replaces
    while before is not None:
        if before.sent is not None:
            found.append((before.sender, before.identifier, moment(before.sent)))
        before = before.replaces
    return tuple(found)


def said_description(warning: Warning, language: str) -> str:
    """What happens, and the bulletin word for word where one is relayed (in the language in which it was issued)."""
    own = getattr(warning, f"description_{language}")
    if not warning.bulletin_text:
        return str(own)
    issuer, number, hour = (
        warning.bulletin_issuer, warning.bulletin_number, format_datetime(warning.bulletin_at),
    )  # fmt: skip
    vi = f"Bản tin của {issuer}, số {number}, {hour}:"
    en = f"Bulletin of {issuer}, number {number}, {hour} (in Vietnamese):"
    return "\n\n".join(
        part for part in (own, f"{vi if language == 'vi' else en}\n{warning.bulletin_text}") if part
    )


def _info(warning: Warning, sent: datetime, language: str, areas: list[Area]) -> cap.Info:
    kind = KINDS[warning.event]
    body = warning.authority.body if warning.authority else ""
    if language == "en" and warning.authority and warning.authority.body_en:
        body = warning.authority.body_en
    over = warning.msg_type == Warning.MsgType.CANCEL
    return cap.Info(
        event=kind.vi if language == "vi" else kind.en,
        urgency=warning.urgency,
        severity=warning.severity,
        certainty=warning.certainty,
        categories=(warning.category,),
        language=LANGUAGES[language],
        responses=("AllClear",) if over else tuple(warning.responses),
        effective=sent,
        onset=None if over else warning.onset,
        expires=warning.expires,
        sender_name=body,
        headline=practice_mark(warning.status, language, ": ") + getattr(warning, f"headline_{language}"),
        description=said_description(warning, language),
        instruction=getattr(warning, f"instruction_{language}"),
        web=f"{settings.PUBLIC_URL}/c/warnings/{warning.number}" if settings.PUBLIC_URL else "",
        parameters=_parameters(warning),
        areas=tuple(_area(area, language) for area in areas),
    )


def _parameters(warning: Warning) -> tuple[tuple[str, str], ...]:
    if not warning.bulletin_number:
        return ()
    level = (("VN_RiskLevel", str(warning.risk_level)),) if warning.risk_level else ()
    return (
        *level,
        ("VN_BulletinIssuer", warning.bulletin_issuer),
        ("VN_BulletinNumber", warning.bulletin_number),
        ("VN_BulletinHour", moment(warning.bulletin_at) if warning.bulletin_at else ""),
    )


def _area(area: Area, language: str) -> cap.Area:
    """A drawn ring as it is; a unit by its code, and by its boundary where an exact one is known."""
    name = area.name_vi if language == "vi" else area.name_en
    if area.ring:
        return cap.Area(name, polygons=(_turned(area.ring),))
    return cap.Area(name, polygons=_outline(area), geocodes=(("VN_DVHC", area.place.code),))


def _outline(area: Area) -> tuple[tuple[cap.Point, ...], ...]:
    place = area.place
    if not place.boundary or place.boundary_approximate:
        return ()
    found = shape(place.boundary)
    parts = sorted(getattr(found, "geoms", [found]), key=lambda part: -part.area)
    return tuple(_turned(_simple(part)) for part in parts[:20])


def _simple(part: Polygon) -> list[list[float]]:
    """The outer ring with at most 100 points: made coarser until it fits."""
    coarse = 0.0005
    ring = list(part.exterior.coords)
    while len(ring) > MOST_POINTS:
        simpler = part.simplify(coarse, preserve_topology=True)
        assert isinstance(simpler, Polygon)  # with its topology kept, a polygon stays one
        ring = list(simpler.exterior.coords)
        coarse *= 2
    return [[x, y] for x, y, *_rest in ring]


def _turned(ring: list[list[float]]) -> tuple[cap.Point, ...]:
    """From GeoJSON's (longitude, latitude) to CAP's (latitude, longitude)."""
    return tuple((y, x) for x, y in ring)
