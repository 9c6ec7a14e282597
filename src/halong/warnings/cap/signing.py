"""Enveloped XML signatures of CAP messages: made with the installation's key, verified against wrapping.

The key (ECDSA on P-256) and its self-signed certificate are made in ``HALONG_HOME/secrets/cap.pem`` at first use. Who
receives our messages compares the certificate with the one at ``/c/warnings/certificate.pem``, got once by a way he trusts.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature as BadSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import InvalidInput, SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from halong.core.errors import Malformed
from halong.home import private
from halong.warnings.cap.message import DS, NS
from halong.warnings.cap.schema import parse, parse_xml
from halong.warnings.cap.writing import to_bytes

YEARS = 10
SIGNATURE = f"{{{DS}}}Signature"


class BadMark(Malformed):
    """The signature is missing, isn't the one expected, or doesn't cover the whole message."""


def sign(content: bytes) -> bytes:
    """The message with an enveloped signature as its last element."""
    key, certificate = _identity()
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    signed = signer.sign(parse_xml(content), key=key, cert=certificate)
    return to_bytes(signed)


def verify(content: bytes, certificate: str | None = None) -> etree._Element:
    """The alert that was truly signed, without its signature. Raises BadMark, or Malformed for what is no CAP.

    Trust is in ``certificate`` (PEM; None: our own) and never in one that the message brings. Against wrapping: there is
    one signature in the whole document, it is a child of the root, has one reference, to the whole document; and what is
    returned is what the verifier has hashed, not what was received.
    """
    root = parse(content)
    _refuse_wrapping(root)
    try:
        found = XMLVerifier().verify(
            root,
            x509_cert=certificate or own_certificate(),
            expect_config=SignatureConfiguration(expect_references=1, require_x509=True),
        )
    except (SignXMLException, InvalidInput, BadSignature, ValueError, TypeError) as error:
        raise BadMark(f"The signature isn't good: {error}") from error
    one = found[0] if isinstance(found, list) else found
    signed = one.signed_xml
    if signed is None or etree.QName(signed) != etree.QName(NS, "alert") or signed.findall(f".//{SIGNATURE}"):
        raise BadMark("What was signed isn't the whole alert.")
    return signed


def _refuse_wrapping(root: etree._Element) -> None:
    marks = root.findall(f".//{SIGNATURE}")
    if len(marks) != 1 or marks[0].getparent() is not root:
        raise BadMark("A signed alert has one signature, directly inside of it.")
    references = marks[0].findall(f"./{{{DS}}}SignedInfo/{{{DS}}}Reference")
    everything = marks[0].findall(f".//{{{DS}}}Reference")
    if len(references) != 1 or len(everything) != 1 or references[0].get("URI") != "":
        raise BadMark("The signature doesn't cover the whole alert.")
    if len(root.findall(f".//{{{NS}}}alert")) or marks[0].find(f"{{{DS}}}Object") is not None:
        raise BadMark("Something is wrapped inside of this alert.")


@lru_cache(maxsize=1)
def _identity() -> tuple[str, str]:
    """Key and certificate as PEM; made at first use, once however many processes ask."""
    file = private("secrets") / "cap.pem"
    if not file.exists():
        draft = file.with_name(f".cap.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(_made())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # another process was first, whose key is then the one
        finally:
            draft.unlink()
    pem = file.read_text()
    mark = pem.index("-----BEGIN CERTIFICATE-----")
    return pem[:mark], pem[mark:]


def own_certificate() -> str:
    """The certificate of this installation's messages, as PEM."""
    return _identity()[1]


def _made() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Halong public warnings")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem + certificate.public_bytes(serialization.Encoding.PEM)
