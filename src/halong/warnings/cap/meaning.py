"""What CAP 1.2 asks beyond its schema: the rules of the standard's text (OASIS CAP 1.2, section 3.2), one by one.

``judge`` takes an alert that fits the schema, ours or another's, signed or not. A ``must`` is broken standard: ours isn't
published, another's is refused. A ``should`` is advice of the standard, or of the practice around it (WMO, Google).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from halong.warnings.cap.message import NS

MUST, SHOULD = "must", "should"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
TRIPLET = re.compile(r"[^\s,<&]+,[^\s,<&]+,(\S+)")
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
BROKEN = re.compile(r"[\s,<&]")
HEADLINE = 160  # characters: "some displays may only be capable of presenting this much"


@dataclass(frozen=True)
class Finding:
    """Something that isn't as CAP wants it: ``level`` must or should, ``where`` the path, ``words`` in English."""

    level: str
    where: str
    words: str


def judge(root: etree._Element) -> list[Finding]:
    """Everything that is wrong with an alert, or could be better; empty: nothing."""
    return [*_alert(root), *_references(root), *_infos(root)]


def musts(findings: list[Finding]) -> list[Finding]:
    """Those that break the standard."""
    return [found for found in findings if found.level == MUST]


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(f"{{{NS}}}{name}") or "").strip()


def _all(node: etree._Element, name: str) -> list[etree._Element]:
    return list(node.findall(f"{{{NS}}}{name}"))


def _must(where: str, words: str) -> Finding:
    return Finding(MUST, where, words)


def _should(where: str, words: str) -> Finding:
    return Finding(SHOULD, where, words)


def _alert(root: etree._Element) -> Iterator[Finding]:
    for name in ("identifier", "sender"):
        if not _text(root, name):
            yield _must(name, "It is empty.")
        elif BROKEN.search(_text(root, name)):
            yield _must(name, "It must not have spaces, commas, < or &.")
    yield from _time(root, "sent")
    scope, restriction, addresses = _text(root, "scope"), _text(root, "restriction"), _text(root, "addresses")
    if scope == "Restricted" and not restriction:
        yield _must("restriction", "A restricted alert must say the rule that limits it.")
    if restriction and scope != "Restricted":
        yield _must("restriction", "A restriction belongs to the scope Restricted only.")
    if scope == "Private" and not addresses:
        yield _must("addresses", "A private alert must say for whom it is.")
    if _text(root, "msgType") == "Error" and not _text(root, "note"):
        yield _should("note", "The reason of a rejection stands in the note.")
    if _text(root, "status") == "Exercise" and not _text(root, "note"):
        yield _should("note", "The note says which exercise it is.")


def _references(root: etree._Element) -> Iterator[Finding]:
    kind, said = _text(root, "msgType"), _text(root, "references").split()
    if kind in ("Update", "Cancel", "Ack", "Error") and not said:
        yield _must("references", f"A message of type {kind} must say which messages it refers to.")
    if kind == "Alert" and said:
        yield _should("references", "A first alert refers to nothing; an Update does.")
    sent = _read(_text(root, "sent"))
    for one in said:
        found = TRIPLET.fullmatch(one)
        at = _read(found[1]) if found else None
        if found is None or not TIME.fullmatch(found[1]) or at is None:
            yield _must(
                "references", "Each reference is sender,identifier,sent, with sent as CAP writes times."
            )
        elif sent is not None and at > sent:
            yield _must("references", "It refers to a message that is later than itself.")
    own = f"{_text(root, 'sender')},{_text(root, 'identifier')},"
    if any(one.startswith(own) for one in said):
        yield _must("references", "It refers to itself.")
    if len(set(said)) < len(said):
        yield _should("references", "The same message is referred to twice.")


def _infos(root: etree._Element) -> Iterator[Finding]:
    infos, kind = _all(root, "info"), _text(root, "msgType")
    if not infos and kind in ("Alert", "Update"):
        yield _must("info", "An alert or update without info tells nobody anything.")
    if not infos and kind == "Cancel":
        yield _should("info", "A cancellation should repeat what it is about.")
    said = [
        (_text(info, "language").lower() or "en-us", _text(info, "event"), _described(info)) for info in infos
    ]
    if len(set(said)) < len(said):
        yield _should("info", "Two blocks speak the same language of the same event and areas.")
    categories = {frozenset((node.text or "").strip() for node in _all(info, "category")) for info in infos}
    if len(categories) > 1:
        yield _should("info/category", "Blocks of one alert should have the same category.")
    sent = _read(_text(root, "sent"))
    for number, info in enumerate(infos, 1):
        where = f"info[{number}]"
        yield from _info(info, where)
        yield from _times(info, where, sent)
        yield from _words(info, where, kind)
        yield from _carried(info, where)
        yield from _areas(info, where)


def _described(info: etree._Element) -> tuple[str, ...]:
    return tuple(_text(area, "areaDesc") for area in _all(info, "area"))


def _info(info: etree._Element, where: str) -> Iterator[Finding]:
    if info.find(f"{{{NS}}}language") is not None and not LANGUAGE.fullmatch(_text(info, "language")):
        yield _must(f"{where}/language", "It isn't a language of RFC 3066.")
    if not _text(info, "event"):
        yield _must(f"{where}/event", "It is empty.")
    responses = {(node.text or "").strip() for node in _all(info, "responseType")}
    if "None" in responses and len(responses) > 1:
        yield _must(f"{where}/responseType", "None can't stand beside something to do.")
    if "AllClear" in responses and _text(info, "urgency") == "Immediate":
        yield _should(f"{where}/responseType", "An all-clear isn't something to act on at once.")


def _words(info: etree._Element, where: str, kind: str) -> Iterator[Finding]:
    headline = _text(info, "headline")
    if not headline:
        yield _should(f"{where}/headline", "Without a headline, small displays show nothing.")
    elif len(headline) > HEADLINE:
        yield _should(f"{where}/headline", f"A headline should have at most {HEADLINE} characters.")
    if kind != "Cancel" and not _text(info, "description"):
        yield _should(f"{where}/description", "It should say what happens.")
    if kind != "Cancel" and not _text(info, "instruction"):
        yield _should(f"{where}/instruction", "It should say what to do.")
    if not _text(info, "senderName"):
        yield _should(f"{where}/senderName", "People should read who warns them.")


def _carried(info: etree._Element, where: str) -> Iterator[Finding]:
    for pair in (*_all(info, "eventCode"), *_all(info, "parameter")):
        if not _text(pair, "valueName"):
            yield _must(f"{where}/{etree.QName(pair).localname}", "A value must have a name.")
    for number, resource in enumerate(_all(info, "resource"), 1):
        if not _text(resource, "mimeType"):
            yield _must(f"{where}/resource[{number}]", "What is carried along must say its media type.")
        if _text(resource, "derefUri") and not _text(resource, "digest"):
            yield _should(f"{where}/resource[{number}]", "What is carried inside should have its digest.")


def _times(info: etree._Element, where: str, sent: datetime | None) -> Iterator[Finding]:
    for name in ("effective", "onset", "expires"):
        if info.find(f"{{{NS}}}{name}") is not None:
            yield from _time(info, name, where)
    effective = _read(_text(info, "effective")) or sent
    onset, expires = _read(_text(info, "onset")), _read(_text(info, "expires"))
    if expires is None:
        yield _should(f"{where}/expires", "Without an end, each receiver makes up its own.")
    for name, begin in (("effective", effective), ("onset", onset)):
        if expires is not None and begin is not None and expires <= begin:
            yield _must(f"{where}/expires", f"It must be later than {name}.")


def _areas(info: etree._Element, where: str) -> Iterator[Finding]:
    areas = _all(info, "area")
    if not areas:
        yield _should(f"{where}/area", "Without an area nobody knows whether it concerns him.")
    for number, area in enumerate(areas, 1):
        yield from _area(area, f"{where}/area[{number}]")


def _area(area: etree._Element, here: str) -> Iterator[Finding]:
    if not _text(area, "areaDesc"):
        yield _must(f"{here}/areaDesc", "It is empty.")
    polygons, circles, codes = (_all(area, name) for name in ("polygon", "circle", "geocode"))
    if not (polygons or circles or codes):
        yield _should(here, "An area should have a polygon, a circle or a geocode, so that machines know it.")
    for polygon in polygons:
        yield from _polygon((polygon.text or "").strip(), f"{here}/polygon")
    for circle in circles:
        yield from _circle((circle.text or "").strip(), f"{here}/circle")
    if not all(_text(pair, "valueName") for pair in codes):
        yield _must(f"{here}/geocode", "A value must have a name.")
    ceiling, altitude = _text(area, "ceiling"), _text(area, "altitude")
    if ceiling and not altitude:
        yield _must(f"{here}/ceiling", "A ceiling needs an altitude.")
    elif ceiling and float(ceiling) < float(altitude):
        yield _must(f"{here}/ceiling", "It is lower than the altitude.")


def _polygon(text: str, where: str) -> Iterator[Finding]:
    points = [_point(pair) for pair in text.split()]
    if len(points) < 4:
        yield _must(where, "A polygon has at least four points, the first and the last being the same.")
    elif None in points:
        yield _must(where, "Points are latitude,longitude in degrees: at most 90, at most 180.")
    elif text.split(maxsplit=1)[0] != text.rsplit(maxsplit=1)[-1]:
        yield _must(where, "The first and the last point of a polygon must be the same.")
    elif len(set(points)) < 3:
        yield _must(where, "It has no area.")


def _circle(text: str, where: str) -> Iterator[Finding]:
    centre, _space, radius = text.partition(" ")
    if _point(centre) is None:
        yield _must(where, "The centre is latitude,longitude in degrees: at most 90, at most 180.")
    try:
        if not 0 <= float(radius) < float("inf"):
            yield _must(where, "The radius is in kilometres, and not below nothing.")
    except ValueError:
        yield _must(where, "A circle is a centre, a space, and a radius in kilometres.")


def _point(pair: str) -> tuple[float, float] | None:
    lat, _comma, lon = pair.partition(",")
    try:
        point = float(lat), float(lon)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def _time(node: etree._Element, name: str, where: str = "") -> Iterator[Finding]:
    said, path = _text(node, name), f"{where}/{name}" if where else name
    if not TIME.fullmatch(said):
        yield _must(path, "A time is written 2026-09-07T10:00:00+07:00, with the offset in figures.")
    elif _read(said) is None:
        yield _must(path, "There is no such time.")


def _read(said: str) -> datetime | None:
    if not TIME.fullmatch(said):
        return None
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None
