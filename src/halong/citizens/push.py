"""Web Push (RFC 8030) with content encryption (RFC 8291) and VAPID (RFC 8292)."""

import base64
import json
from functools import lru_cache
from urllib.parse import urlsplit

import http_ece
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

from halong.citizens import outward
from halong.home import secret

TIMEOUT = 10.0
KEEP_S = 24 * 3600  # the push service holds a message for a day at most
GONE = frozenset({404, 410})


class PushError(Exception):
    """The message wasn't taken; ``gone``: the browser has left, and its address is of no use any more."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


def _padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@lru_cache(maxsize=1)
def _vapid() -> Vapid02:
    return Vapid02.from_raw(secret("vapid").encode())


def public_key() -> str:
    """The application server key that a page gives to ``pushManager.subscribe``."""
    point = _vapid().public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def encrypt(content: bytes, p256dh: str, auth: str) -> bytes:
    """A body of ``Content-Encoding: aes128gcm`` that only this browser can read. Raises PushError for broken keys."""
    try:
        return bytes(
            http_ece.encrypt(
                content,
                private_key=ec.generate_private_key(ec.SECP256R1()),
                dh=_padded(p256dh),
                auth_secret=_padded(auth),
                version="aes128gcm",
            )
        )
    except (ValueError, InvalidTag, http_ece.ECEException) as error:
        raise PushError("broken keys", gone=True) from error


def send(address: dict[str, str], *, title: str, text: str, url: str, tag: str) -> None:
    """Hand a message to the browser's push service. Raises PushError."""
    endpoint = address["endpoint"]
    body = json.dumps({"title": title, "body": text, "url": url, "tag": tag}, ensure_ascii=False).encode()
    subject = (
        settings.PUBLIC_URL if settings.PUBLIC_URL.startswith("https://") else "mailto:halong@example.invalid"
    )
    try:
        headers = _vapid().sign({"aud": _origin(endpoint), "sub": subject}) | {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEEP_S),
        }
        content = encrypt(body, address["p256dh"], address["auth"])
        answer = outward.call("POST", endpoint, headers=headers, content=content, seconds=TIMEOUT)
    except outward.OutwardError as error:
        raise PushError(str(error), gone=error.never) from error
    if not answer.good:
        raise PushError(f"HTTP {answer.status}", gone=answer.status in GONE)


def _origin(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
    except ValueError as error:
        raise PushError("no web address", gone=True) from error
    return f"{parts.scheme}://{parts.netloc}"
