"""Our own CAP messages fit the official schema; what is malicious or no CAP 1.2 is refused in words."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Malformed
from halong.warnings.cap.message import NS, Alert, Area, Circle, Info
from halong.warnings.cap.schema import DEEPEST, LARGEST, parse, parse_xml
from halong.warnings.cap.writing import write

SENT = datetime(2026, 9, 7, 3, 0, tzinfo=UTC)
RING = ((20.9, 107.0), (21.0, 107.0), (21.0, 107.2), (20.9, 107.0))


def storm(**given):
    area = Area("Phường Hồng Gai", (RING,), (Circle((20.95, 107.08), 5),), (("VN_DVHC", "06685"),))
    info = Info(
        event="Bão", urgency="Expected", severity="Severe", certainty="Likely", categories=("Met",),
        language="vi-VN", responses=("Prepare",), effective=SENT, expires=SENT + timedelta(hours=6),
        headline="Bão <3> & gió", parameters=(("VN_RiskLevel", "3"),), areas=(area,),
    )  # fmt: skip
    return Alert(
        **{"identifier": "a-1", "sender": "x@y.vn", "sent": SENT, "status": "Actual", "msg_type": "Alert"}
        | {"infos": (info,)}
        | given
    )


def text(root, path):
    return root.findtext("/".join(f"{{{NS}}}{name}" for name in path.split("/")))


def test_a_message_fits_the_schema_and_says_what_was_said():
    root = parse(
        write(storm(references=(("x@y.vn", "a-0", "2026-09-07T09:00:00+07:00"),), msg_type="Update"))
    )
    assert text(root, "sent") == "2026-09-07T10:00:00+07:00"
    assert text(root, "references") == "x@y.vn,a-0,2026-09-07T09:00:00+07:00"
    assert text(root, "info/headline") == "Bão <3> & gió"
    assert text(root, "info/area/polygon") == "20.9,107 21,107 21,107.2 20.9,107"
    assert text(root, "info/area/circle") == "20.95,107.08 5"


@given(
    st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff"))
)
def test_any_text_survives(words):
    info = storm().infos[0]
    again = parse(write(storm(infos=(Info(**{**vars(info), "headline": words}),))))
    assert (text(again, "info/headline") or "") == words


def test_characters_that_xml_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="XML"):
        write(storm(sender="a\x00b"))


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
XXE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
OUTER = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'


@pytest.mark.parametrize("head", [BOMB, XXE, OUTER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused_in_any_encoding(head, encoding):
    body = (head + b'<alert xmlns="' + NS.encode() + b'">&b;</alert>').decode().encode(encoding)
    with pytest.raises(Malformed, match="entities"):
        parse(body)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<a>" * (DEEPEST + 1), "deep"),
        (b"<a>" + b"<b/>" * 60_000 + b"</a>", "elements"),
        (b" " * (LARGEST + 1), "bytes"),
        (b"", "well-formed"),
        (b"\x00\x01", "well-formed"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "well-formed|encoding"),
        (b"<feed/>", "feed"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', "1.2"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>', "schema"),
    ],
)
def test_what_is_no_cap_is_refused_in_words(content, words):
    with pytest.raises(Malformed, match=words):
        parse(content)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content):
    with contextlib.suppress(Malformed):
        parse_xml(content)


def test_a_time_in_z_is_refused_by_the_schema():
    with pytest.raises(Malformed, match="schema"):
        parse(write(storm()).replace(b"10:00:00+07:00</sent>", b"03:00:00Z</sent>"))
