"""The second step: codes after RFC 6238 (30 s, SHA-1, six digits, which every authenticator app knows)."""

import base64
import hashlib
import hmac
import secrets
import time

import pyotp
import segno
from cryptography.fernet import Fernet

from halong import home

STEP_S = 30
WINDOW = 1  # steps before and after, for clocks that differ
RECOVERY_CODES = 10


def _vault() -> Fernet:
    key = hashlib.sha256(b"halong second step:" + home.secret("accounts").encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def new_secret() -> str:
    """A fresh secret, base32, 160 bits."""
    return pyotp.random_base32()


def spaced(secret: str) -> str:
    """The secret in lines of four groups of four, to be typed; apps leave spaces out."""
    groups = [secret[i : i + 4] for i in range(0, len(secret), 4)]
    return "\n".join(" ".join(groups[i : i + 4]) for i in range(0, len(groups), 4))


def seal(secret: str) -> bytes:
    """The secret as it is stored: a database without the installation's secrets doesn't tell it."""
    return _vault().encrypt(secret.encode())


def unseal(token: bytes | memoryview) -> str:
    """The secret behind what is stored. Raises cryptography's InvalidToken when the installation's secret changed."""
    return _vault().decrypt(bytes(token)).decode()


def matching_step(secret: str, code: str, *, after: int, now: float | None = None) -> int | None:
    """The time step of which ``code`` is the code, if it lies in the window and later than step ``after``."""
    generator = pyotp.TOTP(secret)
    present = int((time.time() if now is None else now) // STEP_S)
    typed = "".join(code.split())
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), typed.encode()) and step > after:
            found = step
    return found


def uri(secret: str, username: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def picture(text: str) -> str:
    """A QR code as an inline SVG without styles (our content policy forbids them)."""
    return segno.make(text, error="m").svg_inline(
        scale=5, border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )


def new_recovery_code() -> str:
    """Eighty random bits as ``XXXX-XXXX-XXXX-XXXX``."""
    text = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def recovery_digest(code: str) -> str:
    """What is stored of a recovery code, however it was typed."""
    bare = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()
