"""What people write into the duty log."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import require
from halong.duty.log import write_log
from halong.duty.models import LogEntry
from halong.places.models import Place

BY_HAND = (LogEntry.Kind.EVENT, LogEntry.Kind.NOTE, LogEntry.Kind.ORDER_IN, LogEntry.Kind.ORDER_OUT)
PRESENT = timedelta(minutes=10)  # what was written so soon after it happened needs no reason
EARLIEST = timedelta(days=7)
REASON = 300


@dataclass(frozen=True)
class EntryDraft:
    """An entry as somebody writes it. ``client_id`` is the form's random number: the same one is the same entry. ``at`` is
    when it happened, None: now. ``counterpart`` is who gave or got an order.
    """

    kind: str
    text: str
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)
    at: datetime | None = None
    late_reason: str = ""
    counterpart: str = ""
    place: Place | None = None
    sector: str = ""


@dataclass(frozen=True)
class _Where:
    """What says who may see an entry."""

    place_id: int | None
    agency_id: int | None
    sector: str
    simulated: bool = False


@transaction.atomic
def write_entry(draft: EntryDraft, *, by: Any) -> LogEntry:
    """Write an entry; the same ``client_id`` again gives the one that was written. Raises Invalid: without words, with a
    time in the future or more than a week ago, or with another time than now and no reason.
    """
    person = _writer(by, draft.place)
    if draft.kind not in BY_HAND:
        raise Invalid(_("Choose a kind."), fields={"kind": _("Choose a kind.")})
    text = _words(draft.text)
    at, reason = _when(draft.at, draft.late_reason)
    counterpart = draft.counterpart.strip()[:200]
    entry = write_log(
        draft.kind,
        at=at,
        text=text,
        data={"counterpart": counterpart} if counterpart else {},
        key=f"entry:{draft.client_id}",
        by=person,
        where=_Where(draft.place.pk if draft.place else None, None, draft.sector),
        late_reason=reason,
    )
    record(person, "duty.log", entry, kind=draft.kind)
    return entry


@transaction.atomic
def correct_entry(entry: LogEntry, *, by: Any, text: str, client_id: uuid.UUID) -> LogEntry:
    """Put an entry right by a later one that names it; what was written stays. Only one correction of an entry: who comes
    second corrects the correction (Conflict).
    """
    person = _writer(by, entry)
    LogEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)  # two at once: one after the other
    later = entry.corrections.exclude(key=f"entry:{client_id}").first()
    if later is not None:
        raise Conflict(
            _("{person} has corrected this entry already.").format(person=later.by_name or _("Somebody"))
        )
    written = write_log(
        LogEntry.Kind.CORRECTION,
        text=_words(text),
        data={"corrects": entry.pk},
        about=(entry.about_kind, entry.about_ref),
        team=entry.team,
        key=f"entry:{client_id}",
        by=person,
        where=entry,
        corrects=entry,
    )
    record(person, "duty.correct", written, entry=entry.pk)
    return written


def _writer(by: Any, where: Any) -> User:
    """Entries of people are a person's."""
    require(by, "duty.handle", where)
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can write into the duty log."))
    return by


def _words(text: str) -> str:
    if not text.strip():
        raise Invalid(_("Write something."), fields={"text": _("Write something.")})
    return text


def _when(at: datetime | None, reason: str) -> tuple[datetime, str]:
    """When it happened, and why it is written down only now."""
    now = timezone.now()
    if at is None or abs(now - at) <= PRESENT:
        return at if at is not None and at <= now else now, ""
    if at > now:
        raise Invalid(_("This lies in the future."), fields={"at": _("This lies in the future.")})
    if at < now - EARLIEST:
        words = _("This is more than a week ago: write what it is about as an entry of today.")
        raise Invalid(words, fields={"at": words})
    if not reason.strip():
        words = _("Say why it is written down only now.")
        raise Invalid(words, fields={"late_reason": words})
    return at, reason.strip()[:REASON]
