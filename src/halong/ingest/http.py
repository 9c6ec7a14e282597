"""``POST /ingest/v1/observations``: readings as a JSON array, in raw ASGI, beside Django rather than in it.

The answer comes after commit. An item that is no reading is set aside by itself; only what isn't a JSON array of at
most ``MAX_ITEMS`` is refused as a whole. A key counts, a session cookie never does.
"""

import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from halong.core.errors import (
    Forbidden,
    HalongError,
    Malformed,
    NotFound,
    Overloaded,
    TooLarge,
    Unauthenticated,
    problem,
)
from halong.ingest.batch import Outcome, Reason, Rejected
from halong.ingest.check import BAD_TIME, Wire, micros
from halong.ingest.directory import SourceRef
from halong.ingest.keys import Senders
from halong.ingest.pipeline import Pipeline

log = logging.getLogger(__name__)

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/ingest/v1/observations"
MAX_ITEMS = 10_000
MAX_BODY = 16 * 1024 * 1024  # bytes, before and after unpacking
MAX_TIMES = 20_000
# curl says the last of these of whatever it sends
JSON_TYPES = ("", "application/json", "text/json", "text/plain", "application/x-www-form-urlencoded")
FIELD_REASONS = {"value": Reason.BAD_VALUE, "time": Reason.BAD_TIME, "quality": Reason.BAD_QUALITY}

_items = msgspec.json.Decoder(list[Wire])
_parts = msgspec.json.Decoder(list[msgspec.Raw])
_item = msgspec.json.Decoder(Wire)


class WrongMethod(HalongError):
    """Only POST."""

    status, kind, title = 405, "method-not-allowed", "Method not allowed"


class WrongType(HalongError):
    """The body is said to be something else than JSON, or packed in an unknown way."""

    status, kind, title = 415, "unsupported-media-type", "Unsupported media type"


class Disconnected(Exception):
    """The client went away before it had said everything."""


class IngestApp:
    """The ASGI application; ``pipeline`` must be started before the first request."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._senders = Senders()
        self._times: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        source: SourceRef | None = None
        try:
            headers = _headers(scope)
            source = await self._senders.identify(_bearer(headers))
            outcome = await self._take(await _body(headers, receive), source)
        except Disconnected:
            return
        except HalongError as error:
            if source is not None and error.status < 500:
                self._pipeline.counters.add_error(source.id)
            await _refuse(send, error)
        except Exception:
            log.exception("Readings could not be taken in.")
            await _refuse(send, HalongError("the readings could not be stored; nothing of them was kept"))
        else:
            await _respond(send, 200, msgspec.json.encode(outcome), b"application/json")

    async def _take(self, body: bytes, source: SourceRef) -> Outcome:
        items, rejected, origins = decode(body)
        if source.limited and await self._pipeline.are_foreign({item.entity for item in items}, source):
            raise Forbidden(
                "this key may not write to any of these things"
            )  # of a mixture, they are set aside
        times = self._times_of(items)
        return await self._pipeline.submit_items(items, times, source, rejected=rejected, origins=origins)

    def _times_of(self, items: list[Wire]) -> list[int]:
        """Microseconds since 2000. Readings of one moment are many: what was parsed is remembered for a while."""
        known = self._times
        if len(known) > MAX_TIMES:
            known.clear()
        try:
            return [known[item.time] for item in items]
        except KeyError:
            for item in items:
                if item.time not in known:
                    known[item.time] = parse_time(item.time)
            return [known[item.time] for item in items]


def parse_time(text: str) -> int:
    """Microseconds since 2000-01-01 UTC of an RFC 3339 time; BAD_TIME if it is none or has no zone."""
    try:
        return micros(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        return BAD_TIME


def decode(body: bytes) -> tuple[list[Wire], list[Rejected], list[str]]:
    """Readings of a JSON array, what in it is no reading, and, if anything is, where each reading stood.

    Raises Malformed with the place of the fault, TooLarge over ``MAX_ITEMS`` items.
    """
    try:
        items = _items.decode(body)
    except msgspec.ValidationError:
        return _decode_each(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is no JSON: {error}") from error
    _refuse_many(len(items))
    return items, [], []


def _decode_each(body: bytes) -> tuple[list[Wire], list[Rejected], list[str]]:
    try:
        parts = _parts.decode(body)
    except msgspec.ValidationError as error:
        raise Malformed(f"the body must be an array of readings: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is no JSON: {error}") from error
    _refuse_many(len(parts))
    items, rejected, origins = [], [], []
    for position, part in enumerate(parts):
        try:
            items.append(_item.decode(part))
            origins.append(f"item {position}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rejected.append(Rejected(_reason_of(str(error)), str(error), f"item {position}", bytes(part)))
    return items, rejected, origins


def _reason_of(message: str) -> Reason:
    """The field that a decoder's message is about: ``… - at `$.value``` or ``… missing required field `time```."""
    named = message.rstrip("`").rpartition("`")[2].removeprefix("$.")
    return FIELD_REASONS.get(named, Reason.MALFORMED)


def _refuse_many(count: int) -> None:
    if count > MAX_ITEMS:
        raise TooLarge(f"{count} readings in one request; {MAX_ITEMS} are the most")


def _headers(scope: Scope) -> dict[bytes, bytes]:
    if scope["path"] != PATH:
        raise NotFound("there is no such address")
    if scope["method"] != "POST":
        raise WrongMethod("readings are sent by POST")
    return dict(scope["headers"])


def _bearer(headers: Mapping[bytes, bytes]) -> str:
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("send the key of a source as Authorization: Bearer KEY")
    return secret.strip()


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The unpacked body. Raises WrongType, TooLarge, Malformed."""
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind not in JSON_TYPES and not (kind.startswith("application/") and kind.endswith("+json")):
        raise WrongType(f"the body must be application/json, not {kind}")
    packed = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip"):
        raise WrongType(f"the body may be packed by gzip, not by {packed}")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > MAX_BODY:
        raise TooLarge(f"the body is larger than {MAX_BODY} bytes")
    body = await _read(receive)
    return body if packed == "identity" else unpack(body)


async def _read(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge(f"the body is larger than {MAX_BODY} bytes")
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unpack(body: bytes) -> bytes:
    """What gzip packed, as far as ``MAX_BODY``: a small body that unpacks to a huge one is refused before it is there.

    Raises TooLarge, Malformed.
    """
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise Malformed(f"the body is no gzip: {error}") from error
    if len(plain) > MAX_BODY:
        raise TooLarge(f"the unpacked body is larger than {MAX_BODY} bytes")
    if not stream.eof:
        raise Malformed("the gzip body is cut off")
    return plain


async def _refuse(send: Send, error: HalongError) -> None:
    more: list[tuple[bytes, bytes]] = []
    if isinstance(error, Overloaded):
        more = [(b"retry-after", str(error.retry_after).encode())]
    elif isinstance(error, Unauthenticated):
        more = [(b"www-authenticate", b'Bearer realm="halong"')]
    elif isinstance(error, WrongMethod):
        more = [(b"allow", b"POST")]
    elif isinstance(error, WrongType):
        more = [(b"accept-encoding", b"gzip"), (b"accept", b"application/json")]
    await _respond(send, error.status, msgspec.json.encode(problem(error)), b"application/problem+json", more)


async def _respond(
    send: Send, status: int, body: bytes, kind: bytes, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
