"""The signature of another's alert: good by a certificate that an administrator entered, intact by the one it brings, bad,
or none.
"""

import base64
import binascii
import textwrap

from cryptography import x509
from lxml import etree

from halong.core.errors import Malformed
from halong.warnings.cap.message import DS
from halong.warnings.cap.signing import verify
from halong.warnings.models import ForeignWarning

Signature = ForeignWarning.Signature


def judge_signature(content: bytes, root: etree._Element, certificate: str) -> tuple[str, str]:
    """(a value of ``ForeignWarning.Signature``, what is wrong or who signed). ``certificate``: PEM, or empty."""
    marks = root.findall(f".//{{{DS}}}Signature")
    if not marks:
        return Signature.NONE, ""
    if len(marks) > 1 and not certificate and all(mark.getparent() is root for mark in marks):
        return Signature.UNCHECKED, f"{len(marks)} signatures"  # as relays put theirs beside the sender's
    brought = "" if certificate else _brought(marks[0])
    if not certificate and not brought:
        return Signature.UNCHECKED, "it brings no certificate"
    try:
        verify(content, certificate or brought)
    except Malformed as error:
        return Signature.BAD, error.detail[:300]
    return (Signature.GOOD, "") if certificate else (Signature.UNKNOWN, _name(brought))


def _brought(mark: etree._Element) -> str:
    """The certificate that the signature carries along, as PEM; empty: none that can be read."""
    text = "".join((mark.findtext(f".//{{{DS}}}X509Certificate") or "").split())
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not text:
        return ""
    lines = "\n".join(textwrap.wrap(text, 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _name(pem: str) -> str:
    try:
        return x509.load_pem_x509_certificate(pem.encode()).subject.rfc4514_string()[:300]
    except ValueError:
        return ""
