"""Asking an address that others own, within limits: where it may lead, how long it may take, how much it may say.

Every hop is resolved and judged before anything is sent, the connection goes to the address that was judged, and what
signs in is shown to nobody but the host that the administrator named.
"""

import asyncio
import json
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from django.utils.translation import gettext

from halong.connectors.network import resolve
from halong.core import outbox
from halong.core.errors import Conflict

HOPS = 5
WHOLE_S = 60.0  # for an answer, all its hops
QUIET_S = 20.0  # without a byte
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Answer:
    """What the other side said. ``content`` is unpacked; status 304 has none."""

    status: int
    headers: httpx.Headers
    content: bytes


@dataclass(frozen=True)
class Limits:
    """``largest`` in bytes, before and after unpacking."""

    largest: int = 20_000_000
    allow_private: bool = False


class NotSentError(Conflict):
    """What was to be sent can't have arrived: no such host, no connection."""


async def post(
    address: str, limits: Limits, *, fields: Mapping[str, str | list[str]], headers: Mapping[str, str]
) -> Answer:
    """The answer to a form, whatever its status; redirects aren't followed. Raises NotSentError, and Conflict where nobody
    can say whether it arrived.
    """
    if outbox.bound():
        outbox.put(
            "post", address.partition("?")[0], key=json.dumps(fields, sort_keys=True), fields=dict(fields)
        )
    try:
        url = httpx.URL(address)
        async with asyncio.timeout(WHOLE_S), httpx.AsyncClient(timeout=QUIET_S, trust_env=False) as client:
            return await _ask(client, url, headers, limits, fields)
    except (httpx.InvalidURL, httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotSentError(f"{address.partition('?')[0]}: {error}") from error
    except TimeoutError as error:
        text = gettext("%(host)s doesn't answer within %(n)d seconds.")
        raise Conflict(text % {"host": url.host, "n": WHOLE_S}) from error
    except httpx.HTTPError as error:
        raise Conflict(f"{url.host}: {_words(error)}") from error


async def fetch(
    address: str, limits: Limits, *, headers: Mapping[str, str], secret: Mapping[str, str] | None = None
) -> Answer:
    """The answer to GET, redirects followed. ``secret`` are headers for the first host only. Raises Conflict in words."""
    url = first = httpx.URL(address)
    try:
        async with asyncio.timeout(WHOLE_S), httpx.AsyncClient(timeout=QUIET_S, trust_env=False) as client:
            for _hop in range(HOPS + 1):
                own = {**headers, **(secret or {})} if _origin(url) == _origin(first) else headers
                answer = await _ask(client, url, own, limits)
                if answer.status not in REDIRECTS:
                    return _checked(answer)
                url = _next(url, answer)
    except TimeoutError as error:
        raise Conflict(
            gettext("%(host)s doesn't answer within %(n)d seconds.") % {"host": url.host, "n": WHOLE_S}
        ) from error
    except httpx.InvalidURL as error:
        raise Conflict(str(error)) from error
    except httpx.HTTPError as error:
        raise Conflict(f"{url.host}: {_words(error)}") from error
    raise Conflict(gettext("%(host)s sends us on and on.") % {"host": first.host})


async def _ask(
    client: httpx.AsyncClient,
    url: httpx.URL,
    headers: Mapping[str, str],
    limits: Limits,
    fields: Mapping[str, str | list[str]] | None = None,
) -> Answer:
    """One hop: to the address that the name stands for now, and no other. GET, or POST of a form's ``fields``."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        address = await resolve(url.host, port, allow_private=limits.allow_private)
    except Conflict as error:
        raise NotSentError(str(error)) from error
    request = client.build_request(
        "GET" if fields is None else "POST",
        url.copy_with(host=address),
        data=fields,
        # closed after each hop: a connection to an address must not be used for another name there
        headers={
            **headers,
            "Host": url.netloc.decode(),
            "User-Agent": "Halong",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        },
        extensions={"sni_hostname": url.host},
    )
    response = await client.send(request, stream=True)
    try:
        content = b"" if response.status_code in REDIRECTS else await _content(response, limits.largest)
    finally:
        await response.aclose()
    return Answer(response.status_code, response.headers, content)


async def _content(response: httpx.Response, largest: int) -> bytes:
    """The body, unpacked, as far as the limit: also of a small one that unpacks to a huge one."""
    parts, size = [], 0
    async for part in response.aiter_raw():
        parts.append(part)
        size += len(part)
        if size > largest:
            raise _too_large(largest)
    raw = b"".join(parts)
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed in {"", "identity"} or not raw:
        return raw
    if packed not in {"gzip", "x-gzip"}:
        raise Conflict(gettext("The answer is packed in an unknown way: %(how)s.") % {"how": packed[:40]})
    try:
        content = zlib.decompressobj(wbits=31).decompress(raw, largest + 1)
    except zlib.error as error:
        raise Conflict(gettext("The answer is damaged: %(why)s.") % {"why": error}) from error
    if len(content) > largest:
        raise _too_large(largest)
    return content


def _next(url: httpx.URL, answer: Answer) -> httpx.URL:
    """Where a redirect leads. Raises Conflict where that is no address of the web."""
    target = url.join(answer.headers.get("location", ""))
    if target.scheme not in {"http", "https"} or not target.host or "location" not in answer.headers:
        raise Conflict(gettext("%(host)s sends us to no address of the web.") % {"host": url.host})
    return target


def _checked(answer: Answer) -> Answer:
    if answer.status not in {200, 204, 304}:
        text = gettext("The server answers %(status)d: %(words)s")
        raise Conflict(text % {"status": answer.status, "words": _excerpt(answer.content)})
    return answer


def _excerpt(content: bytes) -> str:
    """The beginning of what a server says about an error, unless it is a page."""
    text = " ".join(content[:400].decode("utf-8", "replace").split())
    return "–" if not text or text.startswith("<") else text[:200]


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _too_large(largest: int) -> Conflict:
    return Conflict(gettext("The answer is larger than %(n)d bytes.") % {"n": largest})


def _words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return gettext("no answer")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return gettext("its certificate isn't trusted (%(why)s)") % {"why": cause.verify_message}
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__
