"""Suggestions of citizens and notices of services."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens import codes
from halong.citizens.actions.sending import ContactDraft, LawfulElsewhere, keep_contact
from halong.citizens.actions.steps import said
from halong.citizens.masking import mask
from halong.citizens.models import ServiceNotice, Suggestion
from halong.citizens.permissions import CITIZEN
from halong.citizens.promises import channels_for, committee_of
from halong.citizens.recognition import recognise
from halong.citizens.simulated import moment, require_dated
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import local
from halong.core.live import touch
from halong.core.permissions import require
from halong.core.text import fold
from halong.core.workdays import add_workdays, end_of_office
from halong.places.models import Agency, Place

ANSWER_DAYS = 15  # working days: our own aim, no rule
FORWARD_DAYS = (
    5  # NĐ 20/2008/NĐ-CP: what concerns another agency's regulations is forwarded in five working days
)
State = Suggestion.State


@dataclass(frozen=True)
class SuggestionDraft:
    """A suggestion as it comes in; ``client_id`` as with reports."""

    client_id: uuid.UUID
    kind: str
    title: str
    text: str
    sector: str = ""
    place: Place | None = None
    contact: ContactDraft | None = None
    insists: bool = False
    simulated: bool = False


@dataclass(frozen=True)
class SentSuggestion:
    """The suggestion, its author's code, and whether it is new."""

    suggestion: Suggestion
    code: str
    new: bool


def send_suggestion(draft: SuggestionDraft, *, by: Any = CITIZEN) -> SentSuggestion:
    """Take a suggestion in, once a ``client_id``. One on regulations needs its author's name and an address (NĐ 20/2008)."""
    code = codes.code_of(draft.client_id, "suggestion")
    known = Suggestion.objects.filter(client_id=draft.client_id).first()
    if known is not None:
        return SentSuggestion(known, code, new=False)
    require_dated(draft)
    now = moment()
    recognised = recognise(f"{draft.title}\n{draft.text}")
    if recognised.legal and not draft.insists:
        raise LawfulElsewhere(
            recognised.legal, channels_for(recognised.legal, draft.place, local(now).date())
        )
    _check(draft)
    try:
        with transaction.atomic():
            return SentSuggestion(_take_in(draft, code, now, by), code, new=True)
    except IntegrityError:
        return SentSuggestion(Suggestion.objects.get(client_id=draft.client_id), code, new=False)


def _check(draft: SuggestionDraft) -> None:
    if draft.kind not in Suggestion.Kind.values:
        raise Invalid(_("Choose a kind."), fields={"kind": _("Choose a kind.")})
    given = draft.contact or ContactDraft()
    if draft.kind == Suggestion.Kind.REGULATION and not (
        given.name.strip() and (given.email.strip() or given.phone.strip())
    ):
        words = _("A proposal on regulations needs your name and an address or telephone number.")
        raise Invalid(words, fields={"name": words})


def _take_in(draft: SuggestionDraft, code: str, now: datetime, by: Any) -> Suggestion:
    title = mask(said(draft.title, "title", least=5, most=200)).text[:200]
    text = mask(said(draft.text, "text", least=20, most=8000)).text
    day = local(now).date()
    days = FORWARD_DAYS if draft.kind == Suggestion.Kind.REGULATION else ANSWER_DAYS
    suggestion = Suggestion.objects.create(
        client_id=draft.client_id,
        code_digest=codes.digest_of(code),
        kind=draft.kind,
        title=title,
        text=text,
        folded=fold(f"{title} {text}"),
        sector=draft.sector,
        place=draft.place,
        agency=committee_of(draft.place, day) if draft.place else None,
        created_at=now,
        due_at=end_of_office(add_workdays(day, days)),
        changed_at=now,
        simulated=draft.simulated,
    )
    if draft.contact is not None and not draft.contact.is_empty:
        keep_contact(draft.contact, now, suggestion=suggestion)
    record(by, "suggestions.send", suggestion, kind=str(draft.kind))
    touch("reports")
    return suggestion


@transaction.atomic
def consider_suggestion(suggestion: Suggestion, *, by: Any, agency: Agency | None = None) -> Suggestion:
    """Somebody looks into it; it may be given to another agency."""
    require(by, "suggestions.handle", suggestion)
    changes: dict[str, Any] = {"state": State.CONSIDERED}
    if agency is not None:
        changes["agency"] = agency
    return _change(suggestion, [State.RECEIVED, State.CONSIDERED], by, "suggestions.consider", **changes)


@transaction.atomic
def answer_suggestion(
    suggestion: Suggestion, *, by: Any, text: str, use: str = "", publish: bool = False
) -> Suggestion:
    """Answer it; ``use`` says how it is being used. Published are only answered ones; one that is used always is."""
    require(by, "suggestions.handle", suggestion)
    text, now = said(text, "text", least=40), moment()
    return _change(
        suggestion,
        State.values,
        by,
        "suggestions.answer",
        state=State.USED if use.strip() else State.ANSWERED,
        answer=text,
        use=use.strip(),
        answered_at=suggestion.answered_at or now,
        published_at=(suggestion.published_at or now) if publish or use.strip() else None,
    )


@transaction.atomic
def withdraw_suggestion(suggestion: Suggestion, *, by: Any, reason: str) -> Suggestion:
    """The public sees it no longer."""
    require(by, "suggestions.handle", suggestion)
    said(reason, "reason", least=5)
    return _change(suggestion, State.values, by, "suggestions.withdraw", published_at=None)


def _change(
    suggestion: Suggestion, states: Sequence[str], by: Any, action: str, **changes: Any
) -> Suggestion:
    if not isinstance(by, User):
        raise Forbidden
    require_dated(suggestion)
    now = moment()
    same = Suggestion.objects.filter(
        pk=suggestion.pk, state__in=list(states), changed_at=suggestion.changed_at
    )
    if not same.update(**changes, changed_at=now):
        raise Conflict(_("Somebody else was faster."))
    suggestion.refresh_from_db()
    record(by, action, suggestion, state=suggestion.state)
    touch("reports")
    return suggestion


@dataclass(frozen=True)
class NoticeDraft:
    """A notice as an agency writes it; no places: the whole province."""

    kind: str
    title: str
    agency: Agency
    starts_at: datetime
    ends_at: datetime | None = None
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    places: tuple[Place, ...] = ()
    source_url: str = ""
    simulated: bool = False


@transaction.atomic
def save_notice(draft: NoticeDraft, *, by: Any, notice: ServiceNotice | None = None) -> ServiceNotice:
    """Write a notice, or change one; a published one stays published."""
    require(by, "notices.publish", draft.agency)
    require_dated(draft)
    if notice is not None:
        require(by, "notices.publish", notice.agency)
    if draft.kind not in ServiceNotice.Kind.values:
        raise Invalid(_("Choose a kind."), fields={"kind": _("Choose a kind.")})
    if draft.ends_at is not None and draft.ends_at <= draft.starts_at:
        words = _("It must end after it begins.")
        raise Invalid(words, fields={"ends_at": words})
    row = notice or ServiceNotice(created_by=by if isinstance(by, User) else None)
    row.kind, row.agency, row.simulated = draft.kind, draft.agency, draft.simulated
    row.title, row.title_en = said(draft.title, "title", least=5, most=200), draft.title_en.strip()[:200]
    row.text, row.text_en = draft.text.strip()[:4000], draft.text_en.strip()[:4000]
    row.starts_at, row.ends_at, row.source_url = draft.starts_at, draft.ends_at, draft.source_url
    row.changed_at = moment()
    row.save()
    row.places.set(draft.places)
    record(by, "notices.save", row, kind=row.kind, state=row.state)
    touch("service-notices")
    return row


@transaction.atomic
def publish_notice(notice: ServiceNotice, *, by: Any) -> ServiceNotice:
    """Show it on the home page, by place."""
    return _turn(
        notice, by, [ServiceNotice.State.DRAFT, ServiceNotice.State.WITHDRAWN], ServiceNotice.State.PUBLISHED
    )


@transaction.atomic
def withdraw_notice(notice: ServiceNotice, *, by: Any) -> ServiceNotice:
    """Take it from the home page."""
    return _turn(notice, by, [ServiceNotice.State.PUBLISHED], ServiceNotice.State.WITHDRAWN)


def _turn(notice: ServiceNotice, by: Any, states: list[Any], state: ServiceNotice.State) -> ServiceNotice:
    require(by, "notices.publish", notice.agency)
    require_dated(notice)
    now = moment()
    if not ServiceNotice.objects.filter(pk=notice.pk, state__in=states).update(
        state=state,
        changed_at=now,
        **({"published_at": now} if state == ServiceNotice.State.PUBLISHED else {}),
    ):
        raise Conflict(_("Somebody else was faster."))
    notice.refresh_from_db()
    record(by, f"notices.{state}", notice)
    touch("service-notices")
    return notice
