"""Secrets of sources: what Halong must say to others is encrypted, what others must say to Halong is hashed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.fernet import Fernet, InvalidToken

from halong.core.errors import Invalid
from halong.home import secret

SHORTEST = 10  # characters of a password that a person chose for a station
_RANDOM_BYTES = 16
_PLAIN = "sha256$"
_hasher = PasswordHasher()
_proven: dict[str, bytes] = {}  # chosen passwords that were right before, so that argon2 works once a process
_pepper = secrets.token_bytes(32)


@lru_cache(maxsize=1)
def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(base64.urlsafe_b64decode(secret("sources") + "=")))


def seal(values: Mapping[str, str]) -> bytes:
    """Encrypt the secrets of a source with this installation's key; nothing stays nothing."""
    kept = {name: value for name, value in values.items() if value}
    return _fernet().encrypt(msgspec.json.encode(kept)) if kept else b""


def unseal(token: bytes | memoryview) -> dict[str, str]:
    """The secrets of a source. Raises Invalid when they were sealed with another installation's key."""
    if not token:
        return {}
    try:
        return msgspec.json.decode(_fernet().decrypt(bytes(token)), type=dict[str, str])
    except InvalidToken as error:
        raise Invalid("The secrets were sealed with another key (HALONG_HOME/secrets/sources).") from error


def new_password() -> str:
    """128 random bits as 22 characters."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def hash_password(password: str, *, chosen: bool) -> str:
    """What is kept of a client's password: SHA-256 of one that we made (random, so no slow hash is needed), argon2
    of one that a person chose.
    """
    return _hasher.hash(password) if chosen else _PLAIN + hashlib.sha256(password.encode()).hexdigest()


def check_password(given: str, kept: str) -> bool:
    """Whether it is the password of which ``kept`` is the hash."""
    if kept.startswith(_PLAIN):
        return hmac.compare_digest(kept, hash_password(given, chosen=False))
    mark = hmac.digest(_pepper, given.encode(), "sha256")
    if hmac.compare_digest(_proven.get(kept, b""), mark):
        return True
    try:
        _hasher.verify(kept, given)
    except (Argon2Error, InvalidHashError):
        return False
    _proven[kept] = mark
    return True
