"""What citizens say of themselves: opened only by a data-protection officer with a reason, and what somebody asks about
his own data: seen, corrected, erased, restricted.

With ``channels`` this is the only module that opens contacts.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens import codes
from halong.citizens.actions.forgetting import erase_follower, erase_suggestion
from halong.citizens.actions.sending import ContactDraft, keep_contact
from halong.citizens.actions.steps import said
from halong.citizens.models import (
    Contact,
    DataRequest,
    Follower,
    PushAddress,
    Question,
    Report,
    Suggestion,
)
from halong.citizens.permissions import CITIZEN
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import require

TIME = timedelta(
    hours=72
)  # NĐ 13/2023: requests of the person are carried out within 72 hours; law 91/2025 since 2026, unverified
REASON = 20
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


@dataclass(frozen=True)
class Belongings:
    """What belongs to who asks: what the code that he gave opens (``proven``), and what was sent with the same addresses.

    Anybody can type somebody else's address, into a request as well as into a report of his own, so that these count only
    once an officer has said how he checked who asks.
    """

    proven: list[Follower]
    followers: list[Follower]
    suggestions: list[Suggestion]

    @property
    def unproven(self) -> bool:
        """Whether something is told by addresses only."""
        return bool(self.suggestions) or len(self.followers) > len(self.proven)


def belongings_of(request: DataRequest) -> Belongings:
    """What belongs to the asker: by the code that he gave, and by the addresses of the same person."""
    digests: set[str] = set()
    owned = Contact.objects.filter(Q(request=request) | Q(follower=request.follower, follower__isnull=False))
    for row in owned:
        digests |= set(row.digests)
    same = Q(pk__in=[])
    for digest in digests:
        same |= Q(contact__digests__contains=[digest])
    followers = Follower.objects.filter(same | Q(pk=request.follower_id))
    rows = list(followers.select_related("report__category", "report__place").order_by("pk"))
    return Belongings(
        proven=[row for row in rows if row.pk == request.follower_id],
        followers=rows,
        suggestions=list(Suggestion.objects.filter(same).order_by("pk")),
    )


def _checked(request: DataRequest, identity: str) -> Belongings:
    """What may be handed out or erased: everything when an officer says how he checked who asks, else what a code proves."""
    found = belongings_of(request)
    if identity.strip():
        said(identity, "identity", least=REASON, most=500)
        return found
    if found.unproven and not found.proven:
        words = _("Say how you checked that the address belongs to who asks: anybody can type it.")
        raise Invalid(words, fields={"identity": words})
    return Belongings(found.proven, found.proven, [])


@transaction.atomic
def data_of(request: DataRequest, *, by: Any, reason: str, identity: str = "") -> dict[str, Any]:
    """Everything that is kept of the asker, to be handed out: plain values, ready for JSON. ``identity``: how it was checked
    who asks; without it only what a code proves is handed out.
    """
    person = _officer(by)
    reason = said(reason, "reason", least=REASON, most=500)
    found = _checked(request, identity)
    record(person, "privacy.export", request, reason=reason, identity=identity.strip())
    return {
        "request": request.pk,
        "made_at": timezone.now().isoformat(),
        "entries": [_kept_of(follower) for follower in found.followers],
        "suggestions": [_made_by(suggestion) for suggestion in found.suggestions],
    }


def _kept_of(follower: Follower) -> dict[str, Any]:
    contact = Contact.objects.filter(follower=follower).first()
    return {
        "report": follower.report.number,
        "role": "sender" if follower.sender else "follower",
        "followed_at": follower.created_at.isoformat(),
        "contact": codes.unseal(contact.sealed) if contact else {},
        "consent_at": contact.consent_at.isoformat() if contact else None,
        "push_addresses": PushAddress.objects.filter(follower=follower).count(),
        **(_own(follower.report) if follower.sender else {}),
    }


def _made_by(suggestion: Suggestion) -> dict[str, Any]:
    contact = Contact.objects.filter(suggestion=suggestion).first()
    return {
        "suggestion": suggestion.pk,
        "kind": suggestion.kind,
        "title": suggestion.title,
        "text": suggestion.text,
        "created_at": suggestion.created_at.isoformat(),
        "state": suggestion.state,
        "contact": codes.unseal(contact.sealed) if contact else {},
    }


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
def fulfil_request(request: DataRequest, *, by: Any, answer: str, identity: str = "") -> DataRequest:
    """Carry a request out and say so. To erase removes contact, exact place, own words and photos at once, for good; what
    the public and the statistics keep then leads to nobody. ``identity`` as with ``data_of``.
    """
    person = _officer(by)
    answer = said(answer, "answer", least=10)
    found = _checked(request, identity)
    if request.kind == DataRequest.Kind.ERASE:
        for follower in found.followers:
            erase_follower(follower)
        for suggestion in found.suggestions:
            erase_suggestion(suggestion)
    elif request.kind in (DataRequest.Kind.RESTRICT, DataRequest.Kind.OBJECT):
        _restrict(found)
    result = {"entries": len(found.followers) + len(found.suggestions)}
    return _close(request, person, State.DONE, answer, result, identity=identity.strip())


def _restrict(found: Belongings) -> None:
    """Keep what somebody sent from the public, and tell him nothing more."""
    now = timezone.now()
    Report.objects.filter(followers__in=[row for row in found.followers if row.sender]).update(
        withheld=True, public=False, changed_at=now
    )
    Suggestion.objects.filter(pk__in=[row.pk for row in found.suggestions]).update(
        published_at=None, changed_at=now
    )
    Contact.objects.filter(follower__in=found.followers).update(wants_email=False, wants_sms=False)
    PushAddress.objects.filter(follower__in=found.followers).delete()


@transaction.atomic
def refuse_request(request: DataRequest, *, by: Any, answer: str) -> DataRequest:
    """Refuse a request with the reason in law."""
    return _close(request, _officer(by), State.REFUSED, said(answer, "answer", least=REASON), {})


def _close(
    request: DataRequest, person: User, state: str, answer: str, result: dict[str, int], identity: str = ""
) -> DataRequest:
    now = timezone.now()
    if not DataRequest.objects.filter(pk=request.pk, state=State.OPEN).update(
        state=state, answer=answer, result=result, handled_by=person, closed_at=now
    ):
        raise Conflict(_("This request was closed already."))
    entries = result.get("entries", 0)
    record(person, f"privacy.{state}", request, late=now > request.due_at, entries=entries, identity=identity)
    request.refresh_from_db()
    return request
