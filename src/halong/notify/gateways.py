"""Short messages to telephones (SMS, Zalo) through a gateway that the province has a contract with.

``HALONG_SMS_URL`` and ``HALONG_ZALO_URL`` name it: ``https://user:password@gateway.example/send`` gets a POST with JSON
``{"to", "text", "id"}`` (the query can rename these, ``?to=phone&text=message&id=ref``, and add constants) and answers 2xx
when it has taken the message; ``file:`` writes messages to ``HALONG_HOME/files/outbox/`` for trials. Empty: no such channel.
"""

import json
import os
import uuid
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx

from halong.core import outbox
from halong.home import private

TIMEOUT = 15.0
PERMANENT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
NAMES = ("to", "text", "id")


class GatewayError(Exception):
    """The gateway hasn't taken the message; ``permanent``: trying again can't help."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Gateway(Protocol):
    """Something that takes short messages."""

    def send(self, to: str, text: str, key: str) -> None:
        """Hand over one message; the same ``key`` twice is one message to a good gateway. Raises GatewayError."""
        ...


@dataclass(frozen=True)
class HttpGateway:
    """A gateway that takes JSON by POST."""

    url: str

    def send(self, to: str, text: str, key: str) -> None:
        """Hand over one message. Raises GatewayError."""
        parts = urlsplit(self.url)
        query = dict(parse_qsl(parts.query))
        body = {
            query.pop(name, name): value for name, value in zip(NAMES, (to, text, key), strict=True)
        } | query
        host = parts.netloc.rpartition("@")[2]
        auth = httpx.BasicAuth(parts.username, parts.password or "") if parts.username else None
        try:
            answer = httpx.post(
                urlunsplit((parts.scheme, host, parts.path, "", "")), json=body, auth=auth, timeout=TIMEOUT
            )
        except httpx.HTTPError as error:
            raise GatewayError(type(error).__name__) from error
        if not answer.is_success:
            raise GatewayError(f"HTTP {answer.status_code}", permanent=answer.status_code in PERMANENT)


@dataclass(frozen=True)
class FileOutbox:
    """Messages as files, one each, for trials: nothing leaves the machine."""

    channel: str

    def send(self, to: str, text: str, key: str) -> None:
        """Write one message."""
        folder = private("outbox", private("files"))
        row = {"channel": self.channel, "to": to, "text": text, "id": key}
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.channel}:{key}:{to}").hex
        (folder / f"{name}.json").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")


def gateway(channel: str) -> Gateway | None:
    """The gateway of ``sms`` or ``zalo``; None where none is set up. Raises GatewayError for an address of another kind.

    In an instance under exercise it is always the file outbox.
    """
    if outbox.bound():
        return FileOutbox(channel)
    url = os.environ.get(f"HALONG_{channel.upper()}_URL", "")
    if not url:
        return None
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return FileOutbox(channel)
    if scheme in ("http", "https"):
        return HttpGateway(url)
    raise GatewayError(f"HALONG_{channel.upper()}_URL must be https: or file:", permanent=True)
