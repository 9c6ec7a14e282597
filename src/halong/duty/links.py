"""Secret addresses: of calendars that other programs read, and of pages that are answered without signing in.

Nothing of them is kept: they are made of a row's number and salt by this installation's key.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from halong.home import secret

LENGTH = 26  # characters of base 32: 130 bits


@lru_cache(maxsize=1)
def _key() -> bytes:
    return base64.urlsafe_b64decode(secret("duty") + "=")


def token(purpose: str, pk: int, salt: str = "") -> str:
    """``17-k2j…``: the row's number and its mark."""
    mark = hmac.new(_key(), f"{purpose}:{pk}:{salt}".encode(), hashlib.sha256).digest()
    return f"{pk}-{base64.b32encode(mark).decode().lower()[:LENGTH]}"


def number_in(text: str) -> int | None:
    """The row that a token says it belongs to; whether it does, ``is_right`` says."""
    number, _dash, mark = text.partition("-")
    return int(number) if number.isdecimal() and len(number) < 19 and len(mark) == LENGTH else None


def is_right(given: str, purpose: str, pk: int, salt: str = "") -> bool:
    """Whether a token is the one of this row."""
    return hmac.compare_digest(given.encode(), token(purpose, pk, salt).encode())
