"""What a client asks for or sends, read and checked."""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from halong.accounts.actions import authenticate_key
from halong.accounts.models import ApiKey
from halong.citizens.kept import kept
from halong.citizens.models import Category
from halong.citizens.open311.encoding import Open311Error
from halong.core.formats import ZONE
from halong.core.permissions import has_perm
from halong.core.text import fold
from halong.places.models import Place

SPAN = timedelta(
    days=90
)  # of GET requests: "a span of 90 days or first 1000 requests returned, whichever is smallest"
MOST = 1000
ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[\w*\])?")
YEAR_OR_MONTH = re.compile(r"\d{4}(?:-\d\d)?", re.ASCII)
MEDIA = ("media_url", "media_url[]")
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S{0,900}")
FILES = ("media", "media[]", "file", "photo")


@dataclass(frozen=True)
class Asked:
    """Which requests are asked for."""

    ids: tuple[int, ...] | None
    codes: tuple[str, ...]
    status: tuple[str, ...]
    start: datetime
    end: datetime
    updated_after: datetime | None
    updated_before: datetime | None
    around: tuple[float, float, float] | None  # longitude, latitude, metres
    words: str
    page: int
    size: int
    extensions: (
        bool  # whether extended_attributes, which aren't in the specification's tables, are wanted, too
    )


@dataclass(frozen=True)
class Posted:
    """A request as a client sends it, its location still to be found."""

    code: str
    lon: float | None
    lat: float | None
    address: str
    address_id: str
    description: str
    person: dict[str, str]
    media_urls: tuple[str, ...]
    answers: dict[str, list[str]] = field(default_factory=dict)


def sent(request: HttpRequest) -> QueryDict:
    """The fields of a form; what isn't in it may stand in the address, where some clients write all of it."""
    given = request.POST.copy()
    for name, texts in request.GET.lists():
        if name not in given:
            given.setlist(name, texts)
    return given


def jurisdiction(given: QueryDict) -> Place | None:
    """The place of ``jurisdiction_id`` (the code of a unit of today); None where none is named: the whole province."""
    code = given.get("jurisdiction_id", "").strip()
    if not code:
        return None
    found = (
        Place.objects.on(timezone.localdate())
        .defer("boundary")
        .filter(code=code)
        .order_by("-valid_from")
        .first()
    )
    if found is None:
        raise Open311Error((404, f"jurisdiction_id {code[:40]!r} was not found"))
    return found


def key_of(request: HttpRequest) -> ApiKey | None:
    """The API key that came along (``api_key`` or a bearer), if it is good and may send reports somewhere."""
    secret = sent(request).get("api_key", "").strip()
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if not secret and scheme.lower() == "bearer":
        secret = bearer.strip()
    key = authenticate_key(secret) if secret else None
    return key if key is not None and has_perm(key, "reports.send") else None


def needed_key(request: HttpRequest) -> ApiKey:
    """The same, or the error of the specification."""
    key = key_of(request)
    if key is None:
        raise Open311Error(
            (403, "Missing or invalid api_key: it is needed to send or change service requests")
        )
    return key


def category_of(code: str, *, field: str = "service_code") -> Category:
    """The kind of today with this code."""
    if not code:
        raise Open311Error((400, f"{field} was not provided"))
    day = timezone.localdate()
    found = kept(("category", code[:40], day), lambda: _category(code, day))
    if found is None:
        raise Open311Error((404, f"{field} {code[:40]!r} was not found"))
    return found


def _category(code: str, day: date) -> Category | None:
    found: Category | None = Category.objects.on(day).prefetch_related("fields").filter(code=code).first()
    return found


def asked(given: QueryDict, now: datetime | None = None) -> Asked:
    """The filters of GET requests. Ids make all others moot, as the specification says."""
    now = now or timezone.now()
    start, end = moment(given, "start_date"), moment(given, "end_date")
    updated_after, updated_before = moment(given, "updated_after"), moment(given, "updated_before")
    open_ended = updated_after is not None and start is None and end is None
    if start is None and end is None:
        start, end = now - (SPAN if not open_ended else 40 * SPAN), now + timedelta(minutes=1)
    elif start is None:
        assert end is not None
        start = end - SPAN
    elif end is None:
        end = start + SPAN
    if end < start:
        raise Open311Error((400, "end_date lies before start_date"))
    if end - start > SPAN + timedelta(days=1) and not open_ended:
        end = start + SPAN
    status = tuple(word.lower() for word in _several(given, "status"))
    if not set(status) <= {"open", "closed"}:
        raise Open311Error((400, "status must be open, closed, or both"))
    return Asked(
        ids=_ids(given),
        codes=_several(given, "service_code"),
        status=status,
        start=start,
        end=end,
        updated_after=updated_after,
        updated_before=updated_before,
        around=_around(given),
        words=given.get("q", "")[:200],
        page=_whole(given, "page", 1, 100_000),
        size=_whole(given, "per_page" if "per_page" in given else "page_size", MOST, MOST),
        extensions=given.get("extensions", "").lower() == "true",
    )


def _several(given: QueryDict, name: str) -> tuple[str, ...]:
    found = [part.strip() for text in given.getlist(name) for part in text.split(",")]
    return tuple(part for part in found if part)


def _ids(given: QueryDict) -> tuple[int, ...] | None:
    texts = _several(given, "service_request_id")
    if not texts:
        return None
    return tuple(number for text in texts[:MOST] if (number := request_number(text)) is not None)


def request_number(text: str) -> int | None:
    """The number in a ``service_request_id``; None for what can't be one."""
    digits = text.strip().upper().removeprefix("PA")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _around(given: QueryDict) -> tuple[float, float, float] | None:
    if not (given.get("lat") and given.get("long")):
        return None
    lat, lon = number(given, "lat", 90), number(given, "long", 180)
    metres = number(given, "radius", 1e6) if given.get("radius") else 1000.0
    assert lat is not None
    assert lon is not None
    assert metres is not None
    return lon, lat, abs(metres)


def _whole(given: QueryDict, name: str, default: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise Open311Error((400, f"{name} must be a whole number from 1"))
    return min(int(text), most)


def moment(given: QueryDict, name: str) -> datetime | None:
    """A date and time by the W3C's note, from the year alone on; a day begins at midnight here; a time without an offset
    is taken as UTC.
    """
    text = given.get(name, "").strip()
    if not text:
        return None
    if "T" in text:
        text = text.replace(" ", "+")  # a plus sign that a client forgot to escape
    elif YEAR_OR_MONTH.fullmatch(text):
        text = f"{text}-01" if "-" in text else f"{text}-01-01"
    try:
        found = parse_datetime(text)
        day = parse_date(text) if found is None else None
    except ValueError:
        found = day = None
    if found is None and day is not None:
        found = datetime.combine(day, datetime.min.time(), ZONE)
    if found is None or not 1900 <= found.year <= 9000:
        raise Open311Error((400, f"{name} must be a date and time such as 2026-11-23T14:05:00+07:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(given: QueryDict, name: str, most: float) -> float | None:
    """A number, at most ``most`` in size; None where none was sent."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > most:
        raise Open311Error((400, f"{name} must be a number"))
    return value


def posted(given: QueryDict) -> Posted:
    """A request that was posted as a form."""
    lat, lon = number(given, "lat", 90), number(given, "long", 180)
    if (lat is None) != (lon is None):
        raise Open311Error((400, "lat and long must be sent together"))
    address, address_id = given.get("address_string", "").strip(), given.get("address_id", "").strip()
    if lat is None and not address and not address_id:
        raise Open311Error((400, "A location is needed: lat and long, address_string, or address_id"))
    answers: dict[str, list[str]] = {}
    for name, values in given.lists():
        found = ATTRIBUTE.fullmatch(name)
        if found:
            answers.setdefault(found.group(1), []).extend(str(value) for value in values)
    person = {name: given.get(name, "").strip() for name in ("first_name", "last_name", "email", "phone")}
    return Posted(
        code=given.get("service_code", "").strip(),
        lon=lon,
        lat=lat,
        address=address,
        address_id=address_id,
        description=given.get("description", ""),
        person=person,
        media_urls=media_urls(given),
        answers=answers,
    )


def media_urls(given: QueryDict) -> tuple[str, ...]:
    """Where pictures lie that belong to what is posted; refused before anything is kept if one is no address."""
    found = [text.strip() for name in MEDIA for text in given.getlist(name)]
    if any(text and not WEB_ADDRESS.fullmatch(text) for text in found):
        raise Open311Error((400, "media_url is no web address"))
    return tuple(dict.fromkeys(text for text in found if text))


def place_in(address: str, address_id: str) -> Place | None:
    """The commune-level unit that an address names, or whose code it is: the one with the longest name among those found."""
    today = Place.objects.on(timezone.localdate()).defer("boundary").exclude(kind=Place.Kind.PROVINCE)
    if address_id:
        return today.filter(code=address_id).first()
    plain = f" {' '.join(re.findall(r'[a-z0-9]+', fold(address)))} "
    found = [
        (len(name), place)
        for place in today
        for name in (fold(place.name), fold(place.name).partition(" ")[2])
        if name and f" {name} " in plain
    ]
    best: Any = max(found, key=lambda row: row[0], default=None)
    return best[1] if best else None
