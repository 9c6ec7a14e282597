"""The code by which a citizen opens his report, and the sealing of what he says of himself.

A code is 60 bits, made of the client's own random number by a key of this installation: whoever sends the same twice (a
phone without network that isn't sure) gets the same code again, and nothing of it has to be kept but a keyed hash.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from halong.core.errors import Invalid
from halong.home import secret

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 12
_READ = str.maketrans("ILO", "110")


@lru_cache(maxsize=1)
def _key() -> bytes:
    return base64.urlsafe_b64decode(secret("citizens") + "=")


def _hash(purpose: str, text: str) -> bytes:
    return hmac.new(_key(), f"{purpose}:{text}".encode(), hashlib.sha256).digest()


def code_of(client_id: uuid.UUID, purpose: str = "report") -> str:
    """The code for what a client sent under its number: ``K7QF2MXR9TCD``."""
    number = int.from_bytes(_hash(f"code:{purpose}", client_id.hex)[:8], "big")
    return "".join(ALPHABET[(number >> (5 * n)) & 31] for n in range(LENGTH))


def tidy_code(typed: str) -> str:
    """A code as somebody typed it: without spaces and dashes, I and L read as 1, O as 0."""
    return "".join(c for c in typed.upper().translate(_READ) if c in ALPHABET)


def shown_code(code: str) -> str:
    """In groups of four, to be read aloud: ``K7QF-2MXR-9TCD``."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def digest_of(code: str) -> str:
    """What is kept of a code."""
    return _hash("digest", tidy_code(code)).hex()


def contact_digest(kind: str, value: str) -> str:
    """What is kept of an e-mail address or a telephone number to find it again; "" for nothing."""
    plain = "".join(value.split()).casefold()
    if kind == "phone":
        plain = "".join(c for c in plain if c.isdigit())
        plain = f"84{plain[1:]}" if plain.startswith("0") else plain
    return _hash(f"contact:{kind}", plain).hex() if plain else ""


def counted_digest(kind: str, value: str, day: str) -> str:
    """What is kept of a network or a device to count by: another one every day, so that nobody can be followed."""
    return _hash(f"count:{kind}:{day}", value).hex()


@lru_cache(maxsize=1)
def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_hash("seal", "")))


def seal(values: Mapping[str, str]) -> bytes:
    """Encrypt what a citizen says of himself."""
    return _fernet().encrypt(msgspec.json.encode({k: v for k, v in values.items() if v}))


def unseal(token: bytes | memoryview) -> dict[str, str]:
    """Open it again. Raises Invalid when another installation's key sealed it."""
    try:
        return msgspec.json.decode(_fernet().decrypt(bytes(token)), type=dict[str, str])
    except InvalidToken as error:
        raise Invalid("This was sealed with another key (HALONG_HOME/secrets/citizens).") from error


def sign(purpose: str, text: str) -> str:
    """A keyed hash for what goes out and comes back (challenges)."""
    return _hash(f"sign:{purpose}", text).hex()
