"""Signatures are made once a key, and nothing but the whole signed message is believed."""

import copy

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from halong.core.errors import Malformed
from halong.home import home
from halong.warnings.cap import signing
from halong.warnings.cap.message import DS, NS
from halong.warnings.cap.schema import parse
from halong.warnings.cap.signing import BadMark, own_certificate, sign, verify
from halong.warnings.cap.writing import write

from .test_meaning import ALERT

SIGNATURE = f"{{{DS}}}Signature"


def signed():
    return sign(write(ALERT))


def changed(work, content=None):
    root = etree.fromstring(content or signed())
    work(root)
    return etree.tostring(root)


def test_a_signed_message_fits_the_schema_and_is_verified():
    content = signed()
    parse(content)
    root = verify(content)
    assert root.findtext(f"{{{NS}}}identifier") == "a-1"
    assert root.find(SIGNATURE) is None


def test_the_key_is_private_and_made_once():
    first = own_certificate()
    file = home() / "secrets" / "cap.pem"
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    signing._identity.cache_clear()
    assert own_certificate() == first


def test_a_changed_word_is_noticed():
    with pytest.raises(BadMark):
        verify(signed().replace("Gió cấp 10".encode(), "Gió cấp 12".encode()))


def test_an_unsigned_message_is_not_verified():
    with pytest.raises(BadMark, match="one signature"):
        verify(write(ALERT))


def test_another_key_is_not_believed_though_it_brings_its_certificate():
    content = signed()
    key = ec.generate_private_key(ec.SECP256R1())
    mine = x509.load_pem_x509_certificate(own_certificate().encode())
    other = (
        x509.CertificateBuilder(mine.issuer, mine.subject, key.public_key(), 7)
        .not_valid_before(mine.not_valid_before_utc)
        .not_valid_after(mine.not_valid_after_utc)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )  # fmt: skip
    with pytest.raises(BadMark):
        verify(content, other)


def wrap_in_another(root):
    """The signed alert goes into an element of a forged one (classic wrapping)."""
    inner = copy.deepcopy(root)
    root.find(f"{{{NS}}}info/{{{NS}}}headline").text = "Forged"
    root.find(SIGNATURE).append(inner)


def wrap_in_object(root):
    mark = root.find(SIGNATURE)
    inner = copy.deepcopy(root)
    inner.remove(inner.find(SIGNATURE))
    etree.SubElement(mark, f"{{{DS}}}Object").append(inner)
    root.find(f"{{{NS}}}identifier").text = "forged"


def second_signature(root):
    root.append(copy.deepcopy(root.find(SIGNATURE)))


def part_only(root):
    root.find(f".//{{{DS}}}Reference").set("URI", "#part")


def more_references(root):
    reference = root.find(f".//{{{DS}}}Reference")
    reference.addnext(copy.deepcopy(reference))


def deeper(root):
    mark = root.find(SIGNATURE)
    root.remove(mark)
    root.find(f"{{{NS}}}info").append(mark)


@pytest.mark.parametrize(
    ("work", "fault", "words"),
    [
        (wrap_in_another, BadMark, "one signature, directly"),
        (wrap_in_object, BadMark, "Something is wrapped"),
        (second_signature, BadMark, "one signature, directly"),
        (part_only, BadMark, "doesn't cover the whole alert"),
        (more_references, BadMark, "doesn't cover the whole alert"),
        (deeper, Malformed, "doesn't fit the schema"),
    ],
)
def test_wrapping_is_refused(work, fault, words):
    with pytest.raises(fault, match=words):
        verify(changed(work))


def test_another_alert_around_the_signed_one_is_refused():
    forged = write(ALERT).replace(b"</alert>", signed().split(b"?>", 1)[1].strip() + b"</alert>")
    with pytest.raises(Malformed, match="doesn't fit the schema"):
        verify(forged)
