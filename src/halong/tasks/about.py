"""What a task comes from, as the page that shows the red number hands it to the form: signed, so that the task's snapshot
is what Halong showed and not what somebody typed into an address.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from halong.places.models import Place

SALT = "halong.tasks.about"


@dataclass(frozen=True)
class About:
    """Origin ("alert") and ref ("17"), the page's path, what the number says, and what the form begins with."""

    origin: str = ""
    ref: str = ""
    title: str = ""
    snapshot: str = ""
    url: str = ""
    agency: int | None = None
    place: int | None = None
    sector: str = ""
    priority: int = 0
    simulated: bool = False

    def sealed(self) -> str:
        """As one word of an address: the same for the same content, so that pages stay the same."""
        given = {name: value for name, value in asdict(self).items() if value}
        return Signer(salt=SALT).sign_object(given, compress=True)

    def found_place(self) -> Place | None:
        """The place that the task lies in."""
        return Place.objects.defer("boundary").filter(pk=self.place).first() if self.place else None


def unsealed(word: str) -> About:
    """What was sealed; nothing at all where the word isn't ours."""
    try:
        given: dict[str, Any] = Signer(salt=SALT).unsign_object(word)
    except (BadSignature, ValueError):
        return About()
    known = {field.name for field in fields(About)}
    return About(**{name: value for name, value in given.items() if name in known})


def page_of(request: HttpRequest) -> str:
    """The path of the page that somebody looks at, with its query, also when only a part of it is asked for."""
    if request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    address = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{address.path}?{address.query}" if address.query else address.path
