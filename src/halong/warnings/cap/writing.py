"""From a message to CAP 1.2 XML, in the order of the schema. Nothing is checked here: see schema and meaning."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from halong.warnings.cap.message import NS, Alert, Area, Info, Point

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def moment(at: datetime) -> str:
    """A time as CAP wants it: whole seconds, with the offset in figures, never "Z"."""
    return at.astimezone(ZONE).replace(microsecond=0).isoformat()


def element(alert: Alert) -> etree._Element:
    """The message as an element. Raises ValueError for characters that XML can't hold."""
    root = etree.Element(f"{{{NS}}}alert", nsmap={None: NS})
    _texts(root, identifier=alert.identifier, sender=alert.sender, sent=moment(alert.sent), status=alert.status,
           msgType=alert.msg_type, scope=alert.scope, restriction=alert.restriction, addresses=alert.addresses,
           note=alert.note, references=" ".join(",".join(row) for row in alert.references))  # fmt: skip
    for info in alert.infos:
        _info(root, info)
    return root


def write(alert: Alert) -> bytes:
    """The message as UTF-8 XML, unsigned."""
    return to_bytes(element(alert))


def to_bytes(root: etree._Element) -> bytes:
    """An element as a document."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _info(root: etree._Element, info: Info) -> None:
    node = etree.SubElement(root, f"{{{NS}}}info")
    _texts(node, language=info.language)
    for category in info.categories:
        _texts(node, category=category)
    _texts(node, event=info.event)
    for response in info.responses:
        _texts(node, responseType=response)
    times = {name: moment(at) if at else "" for name, at in
             (("effective", info.effective), ("onset", info.onset), ("expires", info.expires))}  # fmt: skip
    _texts(node, urgency=info.urgency, severity=info.severity, certainty=info.certainty, **times,
           senderName=info.sender_name, headline=info.headline, description=info.description,
           instruction=info.instruction, web=info.web, contact=info.contact)  # fmt: skip
    _pairs(node, "parameter", info.parameters)
    for area in info.areas:
        _area(node, area)


def _area(info: etree._Element, area: Area) -> None:
    node = etree.SubElement(info, f"{{{NS}}}area")
    _texts(node, areaDesc=area.description)
    for polygon in area.polygons:
        _texts(node, polygon=" ".join(_point(point) for point in polygon))
    for circle in area.circles:
        _texts(node, circle=f"{_point(circle.centre)} {_number(circle.radius_km)}")
    _pairs(node, "geocode", area.geocodes)
    for name, value in (("altitude", area.altitude), ("ceiling", area.ceiling)):
        if value is not None:
            _texts(node, **{name: _number(value)})


def _pairs(node: etree._Element, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    for key, value in pairs:
        _texts(etree.SubElement(node, f"{{{NS}}}{name}"), valueName=key, value=value)


def _texts(node: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            etree.SubElement(node, f"{{{NS}}}{name}").text = text


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")
