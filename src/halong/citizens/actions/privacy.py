"""What citizens say of themselves: opened only by a data-protection officer with a reason, handed out, erased, forgotten.

With ``telling`` this is the only module that reads contacts.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens import codes
from halong.citizens.actions.sending import ContactDraft, keep_contact
from halong.citizens.actions.steps import said
from halong.citizens.models import (
    Allowance,
    Contact,
    DataRequest,
    Follower,
    Message,
    PhotoCopy,
    PushAddress,
    Question,
    Report,
    SpentProof,
    Suggestion,
)
from halong.citizens.permissions import CITIZEN
from halong.citizens.promises import terms_on
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import local
from halong.core.permissions import SYSTEM, require

TIME = timedelta(
    hours=72
)  # NĐ 13/2023: requests of the person are carried out within 72 hours; law 91/2025 since 2026, unverified
REASON = 20
COUNTS_KEPT = timedelta(days=2)
MESSAGES_KEPT = timedelta(days=30)
CONTACT_DAYS, TEXT_DAYS = 90, 365  # where no terms are laid down
AT_ONCE = 500
State = DataRequest.State


@dataclass(frozen=True)
class AskedData:
    """A data request with the code by which its answer is read."""

    request: DataRequest
    code: str
    new: bool


@transaction.atomic
def ask_data(
    *, kind: str, client_id: uuid.UUID, text: str = "", follower: Follower | None = None,
    contact: ContactDraft | None = None, by: Any = CITIZEN,
) -> AskedData:  # fmt: skip
    """Ask what is kept of oneself, or for its correction, erasure, restriction. Proven by a report's code; without one, by
    an address that is checked against what is kept. The 72 hours begin now.
    """
    code = codes.code_of(client_id, "data")
    known = DataRequest.objects.filter(code_digest=codes.digest_of(code)).first()
    if known is not None:
        return AskedData(known, code, new=False)
    if kind not in DataRequest.Kind.values:
        raise Invalid(_("Choose what you ask for."), fields={"kind": _("Choose what you ask for.")})
    if follower is None and (contact is None or contact.is_empty):
        words = _("Give the code of your report, or an address at which you can be reached.")
        raise Invalid(words, fields={"code": words})
    now = timezone.now()
    request = DataRequest.objects.create(
        kind=kind,
        text=said(text, "text", least=0, most=2000),
        follower=follower,
        code_digest=codes.digest_of(code),
        received_at=now,
        due_at=now + TIME,
    )
    if contact is not None and not contact.is_empty:
        keep_contact(contact, now, request=request)
    record(by, "privacy.ask", request, kind=str(kind))
    return AskedData(request, code, new=True)


@transaction.atomic
def open_contact(report: Report, *, by: Any, reason: str) -> dict[str, str]:
    """Who sent a report, for a data-protection officer with a reason; each opening is in the audit log. {} for nobody."""
    person = _officer(by)
    reason = said(reason, "reason", least=REASON, most=500)
    record(person, "privacy.open_contact", report, reason=reason)
    contact = Contact.objects.filter(follower__report=report, follower__sender=True).first()
    return codes.unseal(contact.sealed) if contact else {}


def _officer(by: Any) -> User:
    require(by, "privacy.handle")
    if not isinstance(by, User):
        raise Forbidden
    return by


def followers_of(request: DataRequest) -> list[Follower]:
    """What belongs to the asker: by the code that he gave, and by the addresses of the same person."""
    digests: set[str] = set()
    owned = Contact.objects.filter(Q(request=request) | Q(follower=request.follower, follower__isnull=False))
    for row in owned:
        digests |= set(row.digests)
    same = Q(pk=request.follower_id)
    for digest in digests:
        same |= Q(contact__digests__contains=[digest])
    return list(
        Follower.objects.filter(same).select_related("report__category", "report__place").order_by("pk")
    )


@transaction.atomic
def data_of(request: DataRequest, *, by: Any, reason: str) -> dict[str, Any]:
    """Everything that is kept of the asker, to be handed out: plain values, ready for JSON."""
    person = _officer(by)
    record(person, "privacy.export", request, reason=said(reason, "reason", least=REASON, most=500))
    rows = []
    for follower in followers_of(request):
        report = follower.report
        contact = Contact.objects.filter(follower=follower).first()
        rows.append(
            {
                "report": report.number,
                "role": "sender" if follower.sender else "follower",
                "followed_at": follower.created_at.isoformat(),
                "contact": codes.unseal(contact.sealed) if contact else {},
                "consent_at": contact.consent_at.isoformat() if contact else None,
                "push_addresses": PushAddress.objects.filter(follower=follower).count(),
                **(_own(report) if follower.sender else {}),
            }
        )
    return {"request": request.pk, "made_at": timezone.now().isoformat(), "entries": rows}


def _own(report: Report) -> dict[str, Any]:
    return {
        "category": report.category.code,
        "text": report.text,
        "place": report.place.name,
        "lon": report.lon,
        "lat": report.lat,
        "address": report.address,
        "answers": report.attributes,
        "created_at": report.created_at.isoformat(),
        "state": report.state,
        "rating": report.rating,
        "replies": list(
            Question.objects.filter(report=report).exclude(reply="").values_list("reply", flat=True)
        ),
        "photos": report.photos.count(),
    }


@transaction.atomic
def fulfil_request(request: DataRequest, *, by: Any, answer: str) -> DataRequest:
    """Carry a request out and say so. To erase removes contact, exact place, own words and photos at once, for good; what
    the public and the statistics keep then leads to nobody.
    """
    person = _officer(by)
    answer = said(answer, "answer", least=10)
    followers = followers_of(request)
    result = {"entries": len(followers)}
    if request.kind == DataRequest.Kind.ERASE:
        for follower in followers:
            _erase(follower)
    elif request.kind in (DataRequest.Kind.RESTRICT, DataRequest.Kind.OBJECT):
        Report.objects.filter(followers__in=[row for row in followers if row.sender]).update(
            withheld=True, public=False, changed_at=timezone.now()
        )
        Contact.objects.filter(follower__in=followers).update(wants_email=False, wants_sms=False)
        PushAddress.objects.filter(follower__in=followers).delete()
    return _close(request, person, State.DONE, answer, result)


@transaction.atomic
def refuse_request(request: DataRequest, *, by: Any, answer: str) -> DataRequest:
    """Refuse a request with the reason in law."""
    return _close(request, _officer(by), State.REFUSED, said(answer, "answer", least=REASON), {})


def _close(
    request: DataRequest, person: User, state: str, answer: str, result: dict[str, int]
) -> DataRequest:
    now = timezone.now()
    if not DataRequest.objects.filter(pk=request.pk, state=State.OPEN).update(
        state=state, answer=answer, result=result, handled_by=person, closed_at=now
    ):
        raise Conflict(_("This request was closed already."))
    record(person, f"privacy.{state}", request, late=now > request.due_at, entries=result.get("entries", 0))
    request.refresh_from_db()
    return request


def _erase(follower: Follower) -> None:
    Contact.objects.filter(follower=follower).delete()
    PushAddress.objects.filter(follower=follower).delete()
    Message.objects.filter(follower=follower).delete()
    if follower.sender:
        _anonymise(follower.report, timezone.now(), words=_("[removed at the sender's request]"))
        follower.report.photos.filter(use="report").exclude(proofs__isnull=False).delete()


def _anonymise(report: Report, now: datetime, words: str = "") -> None:
    """Exact place, own words and answers become what the public has, or go."""
    text = words or report.public_text
    Report.objects.filter(pk=report.pk).update(
        text=text,
        folded=text.casefold() if words else report.public_folded,
        **({"public_text": words, "public_folded": ""} if words else {}),
        lon=report.public_lon,
        lat=report.public_lat,
        accuracy_m=None,
        address=report.public_address,
        attributes={},
        external_id="",
        rating_note="",
        client_id=uuid.uuid4(),
        anonymised_at=now,
    )
    Question.objects.filter(report=report).exclude(reply="").update(reply="…")
    report.events.filter(kind__in=["replied", "reopened"]).update(note="")


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


def late_requests(now: datetime | None = None) -> int:
    """How many data requests have waited for longer than 72 hours."""
    return DataRequest.objects.late(now or timezone.now()).count()


def suggestion_contact(suggestion: Suggestion, *, by: Any, reason: str) -> dict[str, str]:
    """Who made a suggestion: needed to answer one on regulations; only for a data-protection officer, and logged."""
    person = _officer(by)
    record(person, "privacy.open_contact", suggestion, reason=said(reason, "reason", least=REASON, most=500))
    contact = Contact.objects.filter(suggestion=suggestion).first()
    return codes.unseal(contact.sealed) if contact else {}
