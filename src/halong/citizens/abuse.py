"""Against floods and robots, without any third party: counts by network and device, a proof of work, a honeypot.

Networks and devices are counted by keyed hashes that change every day, and the counts go after two days.
"""

import base64
import binascii
import hashlib
import hmac
import json
import math
import secrets
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.network import client_address, counted_address
from halong.citizens import codes
from halong.citizens.models import Allowance, SpentProof
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
END = "&"
HARDEST = 60_000  # numbers to try at most: about half a second on a cheap phone
GOOD_FOR = timedelta(hours=2)
READ, STAMP_GOOD_FOR = timedelta(seconds=3), timedelta(days=1)  # nobody fills a form in faster


def allow(request: HttpRequest, act: str) -> None:
    """Count an act of this network and device; raises TooMany beyond its limit."""
    now = timezone.now()
    start = _start(act, now)
    for kind, key, most in _counted(request, act, now):
        if _count(key, act, start) > most:
            _refuse(kind, start + LIMITS[act][0], now)


def still_allowed(request: HttpRequest, act: str) -> None:
    """Raise TooMany where this network or device has used up an act, without counting another one: whoever guessed too many
    codes isn't told either that one was right.
    """
    now = timezone.now()
    start = _start(act, now)
    for kind, key, most in _counted(request, act, now):
        if Allowance.objects.filter(key=key, act=act, window=start, count__gte=most).exists():
            _refuse(kind, start + LIMITS[act][0], now)


def _start(act: str, now: datetime) -> datetime:
    """When the present window of an act began."""
    return (now - timedelta(seconds=now.timestamp() % LIMITS[act][0].total_seconds())).replace(microsecond=0)


def _counted(request: HttpRequest, act: str, now: datetime) -> list[tuple[str, str, int]]:
    """By what a caller is counted: (network or device, its keyed hash of today, the most that it may)."""
    _window, of_network, of_device = LIMITS[act]
    day = f"{local(now):%Y%m%d}"
    address, device = client_address(request), device_of(request)
    found = [("network", counted_address(address), of_network)] if address else []
    if device:
        found.append(("device", device, of_device))
    return [(kind, codes.counted_digest(kind, value, day), most) for kind, value, most in found]


def _refuse(kind: str, until: datetime, now: datetime) -> NoReturn:
    """Say whose limit it is and when it ends."""
    time = f"{local(until):%H:%M}"
    if kind == "device":
        words = _(
            "Too many from this device in a short time. Try again from %(time)s; what you wrote is kept."
        )
    else:
        words = _(
            "Too many from this network in a short time. Try again from %(time)s; what you wrote is kept."
        )
    raise TooMany(words % {"time": time}, retry_after=math.ceil((until - now).total_seconds()))


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
    """Give a device its random number, which says nothing about it and is used for nothing but counting.

    Such a page holds numbers that are this visitor's alone (of his draft, of the form), so no shared cache may keep it.
    """
    response.headers.setdefault("Cache-Control", "private, no-cache")
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
    # the last sign parts the salt from the number: else its last digits could be taken for a later time
    salt = f"{secrets.token_hex(12)}?expires={expires}{END}"
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
            int(salt.rpartition("?expires=")[2].removesuffix(END)), tz=timezone.get_current_timezone()
        )
    except (ValueError, KeyError, TypeError, binascii.Error, OverflowError, OSError) as error:
        raise Invalid(words, fields={"altcha": words}) from error
    good = (
        given.get("algorithm") == ALGORITHM
        and salt.endswith(END)
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


def prove(request: HttpRequest) -> None:
    """Ask a posted form for the work that its page's script has done; of a browser without scripts for the form's own mark,
    with stricter counts. Raises Invalid or TooMany.
    """
    work = request.POST.get("altcha", "")
    if work:
        check_work(work)
    else:
        allow(request, "plain")
        check_stamp(request.POST.get("stamp", ""))


def check_stamp(given: str) -> None:
    """Raise Invalid unless a form was drawn here, at least three seconds and at most a day ago, and wasn't sent yet."""
    words = _("This page is too old or was sent already. Load it again; what you wrote is kept.")
    try:
        plain = signing.Signer(salt="citizens-form").unsign(given)
        drawn = datetime.fromtimestamp(int(plain.partition(".")[0]), tz=timezone.get_current_timezone())
    except (signing.BadSignature, ValueError) as error:
        raise Invalid(words) from error
    age = timezone.now() - drawn
    if age < READ:
        raise Invalid(_("That was quicker than a person reads. Wait for a moment and send again."))
    if age > STAMP_GOOD_FOR or not _spend(hashlib.sha256(plain.encode()).hexdigest(), drawn + STAMP_GOOD_FOR):
        raise Invalid(words)
