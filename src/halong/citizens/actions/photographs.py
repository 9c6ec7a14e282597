"""Photos come in, wait to be checked, and become copies without metadata."""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from halong.accounts.models import ApiKey, User
from halong.audit.actions import record
from halong.citizens import clamav, images
from halong.citizens.events import PhotoSent
from halong.citizens.models import OVER, Follower, Photo, PhotoCopy, Report
from halong.citizens.permissions import require_report
from halong.citizens.simulated import in_past, moment, require_dated
from halong.core.errors import Conflict, Forbidden
from halong.core.events import publish
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require

MOST_PHOTOS = 6  # of the sender
MOST_AFTER = 20


def attach_photo(report: Report, content: bytes, *, key: str, by: Any, use: str = Photo.Use.REPORT) -> Photo:
    """Take a photo into quarantine; a job checks it. The same ``key`` of a report is the same photo.

    The sender may, by his Follower; a partner's key for what it sent itself; a handler, of what was done. Raises
    images.Refused or TooLarge from the header alone.
    """
    _require_may_attach(report, by, use)
    require_dated(report)
    key = hashlib.sha256(f"{use}:{key}".encode()).hexdigest()
    known = Photo.objects.filter(report=report, key=key).first()
    if known is not None:
        return known
    most = MOST_PHOTOS if use == Photo.Use.REPORT else MOST_AFTER
    if Photo.objects.filter(report=report, use=use).count() >= most:
        raise Conflict(_("No more photos can be added."))
    facts = images.look(content)
    try:
        with transaction.atomic():
            photo = Photo.objects.create(report=report, use=use, key=key, created_at=moment())
            PhotoCopy.objects.create(
                photo=photo,
                kind=PhotoCopy.Kind.RAW,
                media_type=f"image/{facts.kind}",
                width=facts.width,
                height=facts.height,
                size=len(content),
                content=content,
            )
            if not in_past():
                if isinstance(by, (User, ApiKey)):
                    record(
                        by, "reports.attach_photo", report, photo=photo.pk, use=str(use), size=len(content)
                    )
                publish(PhotoSent(photo.pk))
    except IntegrityError:
        return Photo.objects.get(report=report, key=key)
    return photo


def _require_may_attach(report: Report, by: Any, use: str) -> None:
    if isinstance(by, Follower):
        if by.report_id != report.pk or not by.sender or use != Photo.Use.REPORT:
            raise Forbidden
        if report.state in OVER:
            raise Conflict(_("This report is closed."))
    elif isinstance(by, ApiKey):
        require(by, "reports.send", report.place)
        if report.api_key_id != by.pk or use != Photo.Use.REPORT:
            raise Forbidden
    elif use == Photo.Use.AFTER:
        require_report(by, "reports.handle", report)
    else:
        require_report(by, "reports.triage", report)  # the hotline


def check_photo(photo: Photo, *, by: Any = SYSTEM) -> str:
    """Scan and re-encode a photo that waits; returns its state afterwards.

    While the scanner that was set up doesn't answer, the photo stays in quarantine. The raw bytes go once it is decided.
    """
    require(by, "system.manage")
    raw = PhotoCopy.objects.filter(photo=photo, kind=PhotoCopy.Kind.RAW).first()
    if photo.state != Photo.State.WAITING or raw is None:
        return photo.state
    content = bytes(raw.content)
    try:
        if clamav.is_set_up() and clamav.find_malware(content):
            return _decide(photo, Photo.State.REFUSED, "malware")
    except clamav.Unreachable:
        Photo.objects.filter(pk=photo.pk).update(attempts=F("attempts") + 1)
        return Photo.State.WAITING
    try:
        made = images.work_copy(content)
    except images.Refused as refused:
        return _decide(photo, Photo.State.REFUSED, refused.reason)
    return _decide(photo, Photo.State.READY, "", made)


@transaction.atomic
def _decide(photo: Photo, state: str, reason: str, made: images.Made | None = None) -> str:
    if not Photo.objects.filter(pk=photo.pk, state=Photo.State.WAITING).update(state=state, reason=reason):
        return Photo.objects.values_list("state", flat=True).get(pk=photo.pk)
    PhotoCopy.objects.filter(photo=photo, kind=PhotoCopy.Kind.RAW).delete()
    if made is not None:
        PhotoCopy.objects.create(
            photo=photo,
            kind=PhotoCopy.Kind.WORK,
            media_type=made.media_type,
            width=made.width,
            height=made.height,
            size=len(made.content),
            content=made.content,
        )
    if not in_past():
        record(SYSTEM, "reports.check_photo", photo, state=str(state), reason=reason)
        touch("reports", str(photo.report_id))
    return state


def check_waiting(*, by: Any = SYSTEM, limit: int = 50) -> int:
    """Check what waits in quarantine (no scanner, or a worker was killed), what was tried least first; returns how many are
    decided. Ends as soon as the scanner doesn't answer: every further photo would wait for it as long.
    """
    require(by, "system.manage")
    done = 0
    for photo in Photo.objects.filter(state=Photo.State.WAITING).order_by("attempts", "created_at")[:limit]:
        if check_photo(photo, by=by) == Photo.State.WAITING:
            break
        done += 1
    return done
