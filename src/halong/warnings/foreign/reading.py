"""From an element that fits the schema to the message in memory, and what of its areas can be drawn. Pure."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lxml import etree

from halong.warnings.cap.message import NS, Alert, Area, Circle, Info, Point

CORNERS = 48  # of a drawn circle
EARTH_KM = 6371.0


def alert_of(root: etree._Element) -> Alert:
    """The message. ``root`` has passed the schema."""
    return Alert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=datetime.fromisoformat(_text(root, "sent")),
        status=_text(root, "status"),
        msg_type=_text(root, "msgType"),
        scope=_text(root, "scope"),
        note=_text(root, "note"),
        references=tuple(references_of(_text(root, "references"))),
        infos=tuple(_info(node) for node in root.findall(f"{{{NS}}}info")),
    )


def references_of(text: str) -> Iterable[tuple[str, str, str]]:
    """What ``references`` names: (sender, identifier, sent as written). What is no such triplet is left out."""
    for one in text.split():
        parts = one.split(",")
        if len(parts) == 3 and all(parts):
            yield parts[0], parts[1], parts[2]


def _info(node: etree._Element) -> Info:
    return Info(
        event=_text(node, "event"),
        urgency=_text(node, "urgency"),
        severity=_text(node, "severity"),
        certainty=_text(node, "certainty"),
        categories=tuple(_texts(node, "category")),
        language=_text(node, "language") or "en-US",
        responses=tuple(_texts(node, "responseType")),
        effective=_time(node, "effective"),
        onset=_time(node, "onset"),
        expires=_time(node, "expires"),
        sender_name=_text(node, "senderName"),
        headline=_text(node, "headline"),
        description=_text(node, "description"),
        instruction=_text(node, "instruction"),
        web=_text(node, "web"),
        contact=_text(node, "contact"),
        parameters=tuple(_pairs(node, "parameter")),
        areas=tuple(_area(area) for area in node.findall(f"{{{NS}}}area")),
    )


def _area(node: etree._Element) -> Area:
    circles = [circle for text in _texts(node, "circle") if (circle := _circle(text)) is not None]
    polygons = [tuple(points) for text in _texts(node, "polygon") if (points := _points(text))]
    return Area(_text(node, "areaDesc"), tuple(polygons), tuple(circles), tuple(_pairs(node, "geocode")))


def _texts(node: etree._Element, name: str) -> list[str]:
    return [(found.text or "").strip() for found in node.findall(f"{{{NS}}}{name}")]


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(f"{{{NS}}}{name}") or "").strip()


def _time(node: etree._Element, name: str) -> datetime | None:
    text = _text(node, name)
    return datetime.fromisoformat(text) if text else None


def _pairs(node: etree._Element, name: str) -> Iterable[tuple[str, str]]:
    for pair in node.findall(f"{{{NS}}}{name}"):
        yield _text(pair, "valueName"), _text(pair, "value")


def _points(text: str) -> list[Point]:
    try:
        pairs = [pair.split(",") for pair in text.split()]
        return [(float(lat), float(lon)) for lat, lon in pairs]
    except ValueError:
        return []


def _circle(text: str) -> Circle | None:
    centre, _space, radius = text.partition(" ")
    points = _points(centre)
    try:
        return Circle(points[0], float(radius)) if points else None
    except ValueError:
        return None


def shape_of(alert: Alert) -> dict[str, Any] | None:
    """Everything that can be drawn, as a GeoJSON MultiPolygon (lon, lat); None: nothing. Areas that the blocks of several
    languages repeat are drawn once.
    """
    rings: dict[tuple[Point, ...], None] = {}
    for area in (area for info in alert.infos for area in info.areas):
        for polygon in area.polygons:
            rings[_closed(polygon)] = None
        for circle in area.circles:
            if circle.radius_km > 0:
                rings[around(circle)] = None
    if not rings:
        return None
    drawn = [[[[round(lon, 5), round(lat, 5)] for lat, lon in ring]] for ring in rings]
    return {"type": "MultiPolygon", "coordinates": drawn}


def undrawn_of(alert: Alert) -> list[dict[str, Any]]:
    """Areas that are only named, or given by codes that we have no map of; each once."""
    found: dict[str, dict[str, Any]] = {}
    for area in (area for info in alert.infos for area in info.areas):
        if not area.polygons and not any(circle.radius_km > 0 for circle in area.circles):
            found[area.description] = {
                "name": area.description,
                "codes": [list(pair) for pair in area.geocodes],
            }
    return list(found.values())


def around(circle: Circle) -> tuple[Point, ...]:
    """The circle as a closed ring of points on the sphere."""
    lat0, lon0 = (math.radians(value) for value in circle.centre)
    angle = min(circle.radius_km / EARTH_KM, math.pi / 2)
    ring: list[Point] = []
    for step in range(CORNERS):
        bearing = 2 * math.pi * step / CORNERS
        lat = math.asin(
            math.sin(lat0) * math.cos(angle) + math.cos(lat0) * math.sin(angle) * math.cos(bearing)
        )
        lon = lon0 + math.atan2(
            math.sin(bearing) * math.sin(angle) * math.cos(lat0),
            math.cos(angle) - math.sin(lat0) * math.sin(lat),
        )
        ring.append((math.degrees(lat), math.degrees(lon)))
    return _closed(tuple(ring))


def _closed(ring: tuple[Point, ...]) -> tuple[Point, ...]:
    return ring if ring[0] == ring[-1] else (*ring, ring[0])
