"""Files that show what was done: which are taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from halong.core.errors import Invalid

MOST = 5  # files with one report
LARGEST = 10 * 1024 * 1024  # bytes
KINDS = {  # ending → media type and how such a file begins
    "pdf": ("application/pdf", b"%PDF-"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
}


@dataclass(frozen=True)
class Evidence:
    """A file as it was sent."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """What it is by its name; "" when that isn't taken or its content is something else."""
        media_type, begins = KINDS.get(self.name.rpartition(".")[2].lower(), ("", b""))
        return media_type if self.content.startswith(begins) else ""


def check_files(files: Sequence[Evidence]) -> None:
    """Raise Invalid for too many, too large, or another kind."""
    if len(files) > MOST:
        raise Invalid(_("At most %(count)d files.") % {"count": MOST})
    if any(len(file.content) > LARGEST for file in files):
        raise Invalid(_("A file may have at most 10 MB."))
    for file in files:
        if not file.media_type:
            raise Invalid(_("%(name)s isn't a PDF, JPEG, PNG, DOCX or XLSX file.") % {"name": file.name})
