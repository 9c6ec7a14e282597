"""Reading bytes as CAP 1.2 safely, and the official schema (CAP-v1.2.xsd; see NOTICE-CAP-v1.2.txt)."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.parsers import expat

from lxml import etree

from halong.core.errors import Malformed
from halong.warnings.cap.message import NS

LARGEST = 2_000_000
DEEPEST = 24
MOST_ELEMENTS = 50_000


def parse(content: bytes) -> etree._Element:
    """The root element of a CAP 1.2 message that fits the schema. Raises Malformed, in words, for anything else.

    What is dangerous is refused before a tree is made: document types (so no entity), great depth and size.
    """
    root = parse_xml(content)
    if etree.QName(root).localname != "alert":
        raise Malformed(f"This isn't a CAP alert but <{etree.QName(root).localname}>.")
    if etree.QName(root).namespace != NS:
        raise Malformed(
            f"Only CAP 1.2 is read; this is {etree.QName(root).namespace or 'without a namespace'}."
        )
    schema = _schema()
    if not schema.validate(root):
        raise Malformed(f"It doesn't fit the schema of CAP 1.2: {_first(schema)}")
    return root


def parse_xml(content: bytes) -> etree._Element:
    """Any XML of others, safely: no document type, no entities, no network, limits. Raises Malformed."""
    if len(content) > LARGEST:
        raise Malformed(f"It has {len(content)} bytes, more than {LARGEST}.")
    _scan(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"This isn't well-formed XML: {error}") from error


def _scan(content: bytes) -> None:
    """Walk through by a streaming parser that holds nothing, and stop at the first thing that isn't allowed."""
    depth = count = 0

    def start(_name: str, _attributes: Any) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST:
            raise Malformed(f"It is nested more than {DEEPEST} deep.")
        if count > MOST_ELEMENTS:
            raise Malformed(f"It has more than {MOST_ELEMENTS} elements.")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_args: Any) -> None:
        raise Malformed("Document types and entities aren't taken.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Malformed(f"This isn't well-formed XML: {error}") from error
    except (LookupError, ValueError) as error:
        raise Malformed(f"This encoding isn't read: {error}") from error


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).with_name("CAP-v1.2.xsd")))


def _first(schema: etree.XMLSchema) -> str:
    errors = list(schema.error_log)
    return f"line {errors[0].line}: {errors[0].message.replace('{' + NS + '}', '')}"[:500] if errors else "?"
