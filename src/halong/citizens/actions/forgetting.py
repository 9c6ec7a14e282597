"""What goes for good: at somebody's request, when a matter is led to its lawful channel, and when its time is over.

Words of a report also stand in its timeline and in what handlers were told of it; they go from there, too.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.citizens.models import (
    Allowance,
    Answer,
    CoAgency,
    Contact,
    DataRequest,
    Extension,
    Follower,
    Message,
    Photo,
    PhotoCopy,
    PushAddress,
    Question,
    Report,
    ReportEvent,
    SpentProof,
    Suggestion,
)
from halong.citizens.promises import terms_on
from halong.core.formats import local
from halong.core.permissions import SYSTEM, require
from halong.notify.actions import unsay

COUNTS_KEPT = timedelta(days=2)
MESSAGES_KEPT = timedelta(days=30)
CONTACT_DAYS, TEXT_DAYS = 90, 365  # where no terms are laid down
AT_ONCE = 500
CITIZENS_WORDS = (ReportEvent.Kind.REPLIED, ReportEvent.Kind.REOPENED)  # entries whose note a citizen wrote
NOTHING_LEFT: dict[str, Any] = {
    "text": "", "folded": "", "public_text": "", "public_folded": "", "attributes": {}, "rating_note": "",
    "address": "", "public_address": "", "lon": None, "lat": None, "accuracy_m": None, "public_lon": None,
    "public_lat": None, "external_id": "", "proposal": {},
}  # fmt: skip


def told_of(report: Report) -> str:
    """How the keys of all notices and messages about a report begin."""
    return f"report:{report.pk}:"


def purge_around(report: Report) -> None:
    """Delete what was sent with a report and written about it: photos, questions, answers, reasons, notes. The report's own
    row is emptied by ``NOTHING_LEFT``.
    """
    Answer.objects.filter(report=report).delete()  # first: their proofs hold on to photos
    Photo.objects.filter(report=report).delete()
    Question.objects.filter(report=report).delete()
    Extension.objects.filter(report=report).delete()
    CoAgency.objects.filter(report=report).update(request="", note="")
    report.events.exclude(note="").update(note="")
    unsay(told_of(report))


def erase_follower(follower: Follower) -> None:
    """Erase what is kept of somebody who follows a report; of the one who sent it also his words, photos and exact place."""
    Contact.objects.filter(follower=follower).delete()
    PushAddress.objects.filter(follower=follower).delete()
    Message.objects.filter(follower=follower).delete()
    if follower.sender:
        _anonymise(follower.report, timezone.now(), words=_("[removed at the sender's request]"))
        follower.report.photos.filter(use=Photo.Use.REPORT).delete()


def erase_suggestion(suggestion: Suggestion) -> None:
    """Erase who made a suggestion, and his words; the public sees it no longer."""
    Contact.objects.filter(suggestion=suggestion).delete()
    words = _("[removed at the sender's request]")
    Suggestion.objects.filter(pk=suggestion.pk).update(
        title=words, text=words, folded="", published_at=None, changed_at=timezone.now()
    )


def _anonymise(report: Report, now: datetime, words: str = "") -> None:
    """Exact place, own words and answers become what the public has, or go."""
    Report.objects.filter(pk=report.pk).update(
        text=words or report.public_text,
        folded="" if words else report.public_folded,
        **({"public_text": words, "public_folded": ""} if words else {}),
        lon=report.public_lon,
        lat=report.public_lat,
        accuracy_m=None,
        address=report.public_address,
        attributes={},
        external_id="",
        rating_note="",
        proposal={"reasons": []},
        client_id=uuid.uuid4(),
        anonymised_at=now,
    )
    Follower.objects.filter(report=report, sender=True).update(client_id=uuid.uuid4())
    Question.objects.filter(report=report).exclude(reply="").update(reply="…")
    report.events.filter(kind__in=CITIZENS_WORDS).update(note="")
    unsay(told_of(report))


def forget_due(*, by: Any = SYSTEM) -> dict[str, int]:
    """Every night: what has outlived its purpose goes. Returns how much of each."""
    require(by, "system.manage")
    now = timezone.now()
    terms = terms_on(local(now).date())
    contact_days, text_days = (terms.contact_days, terms.text_days) if terms else (CONTACT_DAYS, TEXT_DAYS)
    return {
        "contacts": _forget_contacts(now - timedelta(days=contact_days)),
        "reports": _forget_texts(now - timedelta(days=text_days), now),
        "counts": Allowance.objects.filter(window__lt=now - COUNTS_KEPT).delete()[0],
        "proofs": SpentProof.objects.filter(expires_at__lt=now).delete()[0],
        "raw": PhotoCopy.objects.filter(kind=PhotoCopy.Kind.RAW).exclude(photo__state="waiting").delete()[0],
    }


@transaction.atomic
def _forget_contacts(before: datetime) -> int:
    over = (
        Q(follower__report__closed_at__lt=before)
        | Q(suggestion__answered_at__lt=before)
        | Q(request__closed_at__lt=before)
    )
    count, _rows = Contact.objects.filter(over).delete()
    DataRequest.objects.filter(closed_at__lt=before).exclude(text="").update(text="")
    PushAddress.objects.filter(follower__report__closed_at__lt=before).delete()
    Message.objects.filter(created_at__lt=timezone.now() - MESSAGES_KEPT).exclude(
        state=Message.State.WAITING
    ).delete()
    if count:
        record(SYSTEM, "privacy.forget_contacts", None, count=count)
    return count


@transaction.atomic
def _forget_texts(before: datetime, now: datetime) -> int:
    over = list(
        Report.objects.filter(closed_at__lt=before, anonymised_at=None).order_by("closed_at")[:AT_ONCE]
    )
    for report in over:
        _anonymise(report, now)
    if over:
        record(SYSTEM, "privacy.anonymise", None, count=len(over))
    return len(over)
