"""Against floods and robots, without any third party: counts by network and device, a proof of work, a honeypot.

Networks and devices are counted by keyed hashes that change every day, and the counts go after two days.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.network import client_address, counted_address
from halong.citizens import codes
from halong.citizens.models import SpentProof
from halong.core.errors import Invalid, TooMany
from halong.core.formats import local

HONEYPOT = "website"  # a field that people don't see
DEVICE = "halong_device"
DEVICE_AGE = 365 * 24 * 3600
# per act: (window, most of a network, most of a device). A network may be a school, a factory or a mobile operator.
LIMITS: dict[str, tuple[timedelta, int, int]] = {
    "send": (timedelta(hours=1), 120, 20),
    "plain": (timedelta(hours=1), 30, 6),  # forms sent without scripts, so without proof of work
    "photo": (timedelta(hours=1), 400, 80),
    "follow": (timedelta(hours=1), 240, 60),
    "code": (timedelta(minutes=10), 60, 30),  # tries of codes: 60 bits can't be guessed, but nobody need try
    "suggest": (timedelta(hours=1), 40, 8),
    "data": (timedelta(hours=1), 20, 5),
    "check": (timedelta(minutes=1), 300, 60),
}
COUNT = """
INSERT INTO citizens_allowance (key, act, "window", count) VALUES (%s, %s, %s, 1)
ON CONFLICT (key, act, "window") DO UPDATE SET count = citizens_allowance.count + 1 RETURNING count
"""
ALGORITHM = "SHA-256"
HARDEST = 60_000  # numbers to try at most: about half a second on a cheap phone
GOOD_FOR = timedelta(hours=2)
READ, STAMP_GOOD_FOR = timedelta(seconds=3), timedelta(days=1)  # nobody fills a form in faster


def allow(request: HttpRequest, act: str) -> None:
    """Count an act of this network and device; raises TooMany beyond its limit."""
    window, of_network, of_device = LIMITS[act]
    now = timezone.now()
    start = now - timedelta(seconds=now.timestamp() % window.total_seconds())
    day = f"{local(now):%Y%m%d}"
    address = client_address(request)
    counted = [("network", counted_address(address), of_network)] if address else []
    device = device_of(request)
    if device:
        counted.append(("device", device, of_device))
    for kind, value, most in counted:
        if _count(codes.counted_digest(kind, value, day), act, start.replace(microsecond=0)) > most:
            raise TooMany(_("Too many in a short time. Try again later; what you wrote is kept."))


def _count(key: str, act: str, window: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, act, window])
        return int(cursor.fetchone()[0])


def device_of(request: HttpRequest) -> str:
    """The device's random number, from a signed cookie; "" where there is none or it isn't ours."""
    try:
        return str(signing.Signer(salt=DEVICE).unsign(request.COOKIES.get(DEVICE, "")))
    except signing.BadSignature:
        return ""


def mark_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give a device its random number, which says nothing about it and is used for nothing but counting."""
    if not device_of(request):
        value = signing.Signer(salt=DEVICE).sign(secrets.token_hex(16))
        response.set_cookie(
            DEVICE,
            value,
            max_age=DEVICE_AGE,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
            path="/c",
        )


def challenge(now: datetime | None = None) -> dict[str, Any]:
    """A proof-of-work challenge in the form that ALTCHA's widget reads: find the number under ``maxnumber`` whose hash with
    the salt is ``challenge``.
    """
    expires = int(((now or timezone.now()) + GOOD_FOR).timestamp())
    salt = f"{secrets.token_hex(12)}?expires={expires}"
    number = secrets.randbelow(HARDEST + 1)
    found = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
    return {
        "algorithm": ALGORITHM,
        "challenge": found,
        "maxnumber": HARDEST,
        "salt": salt,
        "signature": codes.sign("altcha", found),
    }


@transaction.atomic
def check_work(payload: str) -> None:
    """Raise Invalid unless the payload (base64 JSON, as ALTCHA's widget sends it) solves a challenge of ours, for the first
    time and in time.
    """
    words = _("The check that you are no robot has failed or is too old. Send again.")
    try:
        given = json.loads(base64.b64decode(payload, validate=True))
        salt, number = str(given["salt"]), int(given["number"])
        asked, signature = str(given["challenge"]), str(given["signature"])
        expires = datetime.fromtimestamp(
            int(salt.rpartition("?expires=")[2]), tz=timezone.get_current_timezone()
        )
    except (ValueError, KeyError, TypeError, binascii.Error, OverflowError, OSError) as error:
        raise Invalid(words, fields={"altcha": words}) from error
    good = (
        given.get("algorithm") == ALGORITHM
        and hmac.compare_digest(codes.sign("altcha", asked), signature)
        and hmac.compare_digest(hashlib.sha256(f"{salt}{number}".encode()).hexdigest(), asked)
        and expires > timezone.now()
    )
    if not good or not _spend(asked, expires):
        raise Invalid(words, fields={"altcha": words})


def _spend(digest: str, expires: datetime) -> bool:
    try:
        with transaction.atomic():
            SpentProof.objects.create(digest=digest, expires_at=expires)
    except IntegrityError:
        return False
    return True


def is_robot(given: Any) -> bool:
    """Whether the honeypot was filled in: such a sender is told that all went well, and nothing is kept."""
    return bool(str(given.get(HONEYPOT, "")).strip())


def stamp(now: datetime | None = None) -> str:
    """A mark for a form that is filled in without scripts, where no work can be asked of the browser: when it was drawn,
    signed.
    """
    plain = f"{int((now or timezone.now()).timestamp())}.{secrets.token_hex(8)}"
    return signing.Signer(salt="citizens-form").sign(plain)


def check_stamp(given: str) -> None:
    """Raise Invalid unless a form was drawn here, at least three seconds and at most a day ago, and wasn't sent yet."""
    words = _("This page is too old or was sent already. Load it again; what you wrote is kept.")
    try:
        plain = signing.Signer(salt="citizens-form").unsign(given)
        drawn = datetime.fromtimestamp(int(plain.partition(".")[0]), tz=timezone.get_current_timezone())
    except (signing.BadSignature, ValueError) as error:
        raise Invalid(words) from error
    age = timezone.now() - drawn
    if not READ <= age <= STAMP_GOOD_FOR or not _spend(
        hashlib.sha256(plain.encode()).hexdigest(), drawn + STAMP_GOOD_FOR
    ):
        raise Invalid(words)
