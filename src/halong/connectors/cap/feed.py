"""What an address of a CAP source says: one alert, or a feed (Atom, RSS) that holds alerts or links to them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from halong.core.errors import Malformed
from halong.warnings.cap.message import NS
from halong.warnings.cap.schema import parse_xml

CAP = "application/cap+xml"
XML = frozenset({CAP, "application/xml", "text/xml"})
MOST = 1000  # entries of one feed


@dataclass(frozen=True)
class Link:
    """An entry of a feed that leads to an alert: ``mark`` is another one when the entry has changed."""

    address: str
    mark: str


@dataclass(frozen=True)
class Page:
    """What was found: whole alerts as bytes, and links to others."""

    alerts: tuple[bytes, ...] = ()
    links: tuple[Link, ...] = ()


def read_page(content: bytes, address: str) -> Page:
    """Raises Malformed for what isn't XML, has a document type, is too large, or is neither an alert nor a feed."""
    root = parse_xml(content)
    if _name(root) == "alert":  # also of another version: who takes it in says why not
        return Page(alerts=(content,))
    inside = tuple(
        etree.tostring(alert, encoding="UTF-8", xml_declaration=True) for alert in root.iter(f"{{{NS}}}alert")
    )
    links = {link.address: link for link in _links(root, address)}
    if not inside and not links and _name(root) not in {"feed", "rss", "RDF"}:
        raise Malformed(f"This is neither a CAP alert nor a feed of them, but <{_name(root)}>.")
    return Page(inside, tuple(links.values())[:MOST])


def _name(node: etree._Element) -> str:
    return str(etree.QName(node).localname)


def _links(root: etree._Element, base: str) -> Iterator[Link]:
    for entry in root.iter("{*}entry", "{*}item"):
        if entry.find(f".//{{{NS}}}alert") is not None:
            continue
        found = max(_candidates(entry), key=lambda pair: pair[0], default=None)
        if found is None:
            continue
        address = urldefrag(urljoin(base, found[1].strip()))[0]
        if urlsplit(address).scheme in {"http", "https"} and len(address) <= 2000:
            yield Link(address, _mark(entry))


def _candidates(entry: etree._Element) -> Iterator[tuple[int, str]]:
    """Every address in an entry, and how surely it is the alert's: 4 says so, 1 is a page that may be one."""
    for node in entry:
        name, kind = _name(node), (node.get("type") or "").partition(";")[0].strip().lower()
        text, target = (node.text or "").strip(), node.get("href") or node.get("url") or ""
        if (
            name == "link"
            and target
            and (node.get("rel") or "alternate") in {"alternate", "self", "enclosure", "related"}
        ):
            yield (4 if kind == CAP else 3 if kind in XML or _looks_like(target) else 1), target
        elif name == "enclosure" and target:
            yield (4 if kind == CAP else 3 if kind in XML or _looks_like(target) else 0), target
        elif name == "cap" and text.startswith("http"):  # GDACS
            yield 4, text
        elif name == "link" and text:
            yield (3 if _looks_like(text) else 1), text
        elif name in {"guid", "id"} and text.startswith("http"):
            yield (2 if _looks_like(text) else 0), text


def _looks_like(address: str) -> bool:
    return urlsplit(address).path.lower().endswith((".cap", ".xml"))


def _mark(entry: etree._Element) -> str:
    """What changes with the alert: its time in the feed, else its name."""
    for name in ("{*}updated", "{*}pubDate", "{*}published", "{*}guid", "{*}id"):
        text = entry.findtext(name)
        if text and text.strip():
            return str(text.strip()[:100])
    return ""
