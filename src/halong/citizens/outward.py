"""Requests to addresses that strangers typed (a linked picture, a browser's push service): never to machines inside.

A name is looked up once, judged, and called by the very address that was judged, so that a name server which answers
otherwise the second time gains nothing. Redirects aren't followed. What comes back is read as far as it is wanted, and the
whole takes no longer than was said.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from halong.core import outbox
from halong.core.addresses import is_private, is_public

STEP = 5.0  # seconds to connect, and between two parts of an answer
PORTS = {"https": 443, "http": 80}


class OutwardError(Exception):
    """The other side couldn't be asked, or what it answered isn't what was wanted; ``never``: it can't ever be."""

    def __init__(self, reason: str, *, never: bool = False) -> None:
        super().__init__(reason)
        self.never = never


@dataclass(frozen=True)
class Target:
    """Whom to call: the address with a number in the place of the name, and the name for TLS and ``Host``."""

    url: httpx.URL
    host: str
    authority: str


@dataclass(frozen=True)
class Reply:
    """What came back: the status, and the body as far as it was wanted."""

    status: int
    content: bytes

    @property
    def good(self) -> bool:
        """Whether it is 2xx."""
        return 200 <= self.status < 300


def call(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"", most: int = 0,
    seconds: float = 20.0, inside: bool = False,
) -> Reply:  # fmt: skip
    """Ask a public machine; of the body up to ``most`` bytes are read (more: refused). ``inside``: an administrator has
    said that it may be one of our own network, too. Raises OutwardError.
    """
    if outbox.bound():
        return _kept(method, url, content)
    target = pinned(url, inside=inside)
    sent = {**(headers or {}), "Host": target.authority, "Accept-Encoding": "identity"}
    until = time.monotonic() + seconds
    try:
        with (
            _client(seconds) as client,
            client.stream(
                method, target.url, headers=sent, content=content, extensions={"sni_hostname": target.host}
            ) as answer,
        ):
            return Reply(answer.status_code, _read(answer, most, until))
    except (
        httpx.HTTPError,
        OSError,
        RuntimeError,
    ) as error:  # the last: closed by the clock while it was read
        raise OutwardError(type(error).__name__) from error


def _kept(method: str, url: str, content: bytes) -> Reply:
    """In an instance under exercise: what would have been sent is written down and counts as taken; nothing is fetched."""
    if method == "GET":
        raise OutwardError("nothing is fetched in an exercise", never=True)
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL as error:
        raise OutwardError("no web address", never=True) from error
    outbox.put("call", host, method=method, size=len(content))
    return Reply(201, b"")


def pinned(url: str, *, inside: bool = False) -> Target:
    """The address with its name looked up and judged: all of its addresses must lead out into the internet (``inside``: or
    to machines around us). Raises OutwardError for what doesn't, or is no web address.
    """
    try:
        parsed = httpx.URL(url)
        addresses = _addresses(parsed.host, parsed.port or PORTS[parsed.scheme])
    except (httpx.InvalidURL, KeyError, ValueError) as error:
        raise OutwardError("no web address", never=True) from error
    if not all(is_public(one) or (inside and is_private(one)) for one in addresses):
        raise OutwardError("not a public address", never=True)
    host, authority = parsed.raw_host.decode("ascii"), parsed.netloc.decode("ascii")
    return Target(parsed.copy_with(host=addresses[0], username="", password=""), host, authority)


def _addresses(host: str, port: int) -> list[str]:
    if not host:
        raise OutwardError("no web address", never=True)
    try:
        return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:  # perhaps it is only the name server that is away
        raise OutwardError("the name wasn't found") from error


@contextmanager
def _client(seconds: float) -> Iterator[httpx.Client]:
    """A client that is closed when the time is over, so that a side that drips its answer holds nobody up."""
    with httpx.Client(timeout=min(STEP, seconds), follow_redirects=False) as client:
        clock = threading.Timer(seconds, client.close)
        clock.daemon = True
        clock.start()
        try:
            yield client
        finally:
            clock.cancel()


def _read(answer: httpx.Response, most: int, until: float) -> bytes:
    content = b""
    if not most:
        return content
    for part in answer.iter_raw():  # never unpacked: a small body may unpack into gigabytes
        content += part
        if len(content) > most:
            raise OutwardError("too large", never=True)
        if time.monotonic() > until:
            raise OutwardError("too slow")
    return content
