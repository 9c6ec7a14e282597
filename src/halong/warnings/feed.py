"""The Atom feed of public warnings (RFC 4287): one entry a message, pointing at its CAP."""

from datetime import UTC, datetime

from django.conf import settings
from lxml import etree

from halong.warnings.cap.writing import moment
from halong.warnings.models import Warning
from halong.warnings.queries import public_feed

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
BEGUN = datetime(
    2019, 8, 28, tzinfo=UTC
)  # what an empty feed was updated at, so that it never changes by itself


def atom(base: str) -> bytes:
    """The feed; ``base`` is where this installation stands, unless ``HALONG_PUBLIC_URL`` says so."""
    base = settings.PUBLIC_URL or base
    rows = public_feed()
    name = settings.PROFILE["province"]["name"]["vi"]
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")
    address = f"{base}/c/warnings/feed.atom"
    _add(root, "id", address)
    _add(root, "title", f"Cảnh báo đến người dân: {name}")
    _add(root, "updated", moment(max((row.sent for row in rows if row.sent), default=BEGUN)))
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _add(author, "name", settings.PROFILE["centre"]["name"]["vi"])
    _link(root, "self", address, "application/atom+xml")
    _link(root, "alternate", f"{base}/c/warnings", "text/html")
    for row in rows:
        _entry(root, row, base)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _entry(root: etree._Element, row: Warning, base: str) -> None:
    entry = etree.SubElement(root, f"{{{ATOM}}}entry")
    page = f"{base}/c/warnings/{row.number}"
    _add(entry, "id", page)
    _add(entry, "title", row.headline_vi)
    _add(entry, "updated", moment(row.sent or BEGUN))
    _add(entry, "published", moment(row.sent or BEGUN))
    author = etree.SubElement(entry, f"{{{ATOM}}}author")
    _add(author, "name", row.authority.body if row.authority else "")
    for term in (row.event, row.severity, row.msg_type):
        etree.SubElement(entry, f"{{{ATOM}}}category", term=term)
    _add(entry, "summary", " · ".join(area.name_vi for area in row.areas.all()))
    _link(entry, "alternate", page, "text/html")
    _link(entry, "enclosure", f"{page}.xml", CAP_TYPE)
    etree.SubElement(entry, f"{{{ATOM}}}content", src=f"{page}.xml", type=CAP_TYPE)


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: etree._Element, rel: str, href: str, media_type: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=href, type=media_type)
