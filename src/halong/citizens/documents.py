"""Documents that prove an answer: a type by signature, never by name. Pure."""

from django.utils.translation import gettext as _

from halong.core.errors import Invalid, TooLarge

LARGEST = 10 * 1024 * 1024
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PK\x03\x04", "application/zip"),
)
KEPT = frozenset({"application/pdf"})


def checked_document(content: bytes) -> str:
    """The media type of a document that may be kept: PDF only. Raises Invalid or TooLarge."""
    if len(content) > LARGEST:
        raise TooLarge(_("A document may have 10 MB at most."))
    kind = next((name for sign, name in SIGNATURES if content.startswith(sign)), "")
    if kind not in KEPT:
        raise Invalid(_("A document must be a PDF."), fields={"proofs": _("A document must be a PDF.")})
    return kind
