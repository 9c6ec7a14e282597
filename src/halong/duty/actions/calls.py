"""Telephone calls: taken in once, made into what they are about, and their callers forgotten in time."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.actions import add_note
from halong.alerts.models import Alert
from halong.audit.actions import record
from halong.citizens import masking
from halong.citizens.actions import handling
from halong.citizens.actions.sending import Draft, Sent, send_report
from halong.citizens.codes import seal, unseal
from halong.citizens.models import Category, Report
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.language import reader_language
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.core.text import fold
from halong.duty.kinds import call_kinds
from halong.duty.log import write_log
from halong.duty.models import Call, LogEntry
from halong.observations.rollups import keep_days
from halong.places.models import Place
from halong.places.queries import locate

TOPIC = "calls"
SAID = 4000
LONGEST = timedelta(hours=2)  # a form that was open for longer wasn't a call all that time
EMERGENCY = ("112", "113", "114", "115")
KEPT_DAYS = 90
AT_ONCE = 500


@dataclass(frozen=True)
class CallDraft:
    """A call as it is taken in. ``client_id`` is the form's random number: the same one is the same call.

    ``number`` and ``name`` are the caller's, ``where`` the place in the caller's words; ``place`` may be left out where
    ``lon`` and ``lat`` tell it. ``started_at`` is the first keystroke.
    """

    said: str
    kind: str = ""
    client_id: uuid.UUID = field(default_factory=uuid.uuid4)
    number: str = ""
    name: str = ""
    place: Place | None = None
    where: str = ""
    lon: float | None = None
    lat: float | None = None
    started_at: datetime | None = None
    passed_to: str = ""
    urgent: bool = False
    simulated: bool = False


@transaction.atomic
def take_call(draft: CallDraft, *, by: Any) -> Call:
    """Take a call in, once a ``client_id``; it writes itself into the log, without who called. Raises Invalid."""
    place = _place_of(draft)
    person = _taker(by, place)
    known = Call.objects.filter(client_id=draft.client_id).first()
    if known is not None:
        return known
    if not draft.said.strip():
        raise Invalid(_("Write down what is said."), fields={"said": _("Write down what is said.")})
    if draft.passed_to and draft.passed_to not in EMERGENCY:
        raise Invalid(_("Not an emergency number."), fields={"passed_to": _("Not an emergency number.")})
    call = _call_of(draft, place, person)
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:  # the same form, sent twice at once
        return Call.objects.get(client_id=draft.client_id)
    write_log(
        LogEntry.Kind.CALL,
        at=call.started_at,
        text=call.said,
        data={
            "kind": call.kind,
            "where": _spot(call),
            "took_s": round(call.took_s),
            "passed_to": call.passed_to,
        },
        about=("call", str(call.pk)),
        key=f"call:{call.pk}",
        by=person,
        where=call,
    )
    record(person, "duty.call", call, kind=call.kind, took_s=round(call.took_s))
    touch(TOPIC)
    return call


def _call_of(draft: CallDraft, place: Place | None, person: User) -> Call:
    now = timezone.now()
    kind = call_kinds.get(draft.kind)
    if draft.kind and kind is None:
        raise Invalid(_("Choose a kind."), fields={"kind": _("Choose a kind.")})
    said = masking.mask(draft.said.strip()[:SAID])
    told = {"name": draft.name.strip()[:200], "number": draft.number.strip()[:40]}
    if said.covered:  # the words as they were said name somebody: only who takes calls reads those
        told["said"] = draft.said.strip()[:SAID]
    where = masking.mask(draft.where.strip()[:300]).text[:300]
    started = draft.started_at or now
    return Call(
        client_id=draft.client_id,
        kind=draft.kind,
        said=said.text,
        folded=fold(f"{said.text} {where} {place or ''}"),
        sealed=seal(told) if any(told.values()) else None,
        place=place,
        where=where,
        lon=draft.lon,
        lat=draft.lat,
        sector=kind.sector if kind else "",
        urgent=draft.urgent or bool(draft.passed_to),
        passed_to=draft.passed_to,
        started_at=started if now - LONGEST <= started <= now else now,
        taken_at=now,
        by=person,
        simulated=draft.simulated,
    )


def _taker(by: Any, where: Any) -> User:
    require(by, "duty.handle", where)
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can take a call."))
    return by


def _place_of(draft: CallDraft) -> Place | None:
    if draft.lon is None or draft.lat is None:
        return draft.place
    if not (isfinite(draft.lon) and isfinite(draft.lat)):
        raise Invalid(_("This is no place on the map."), fields={"where": _("This is no place on the map.")})
    found = locate(draft.lon, draft.lat, timezone.localdate())
    return found.place if found is not None else draft.place


def _spot(call: Call) -> str:
    return ", ".join(part for part in (call.where, call.place.name if call.place else "") if part)


@transaction.atomic
def make_report(call: Call, category: Category, *, by: Any, insists: bool = False) -> Sent:
    """Make a citizen's report of a call: once, since both carry the same number. Who called isn't handed on. Raises
    Conflict when something else was made of it, LawfulElsewhere like every report that is sent.
    """
    person = _taker(by, call)
    draft = Draft(
        client_id=call.client_id,
        category=category,
        text=call.said,
        place=call.place,
        lon=call.lon,
        lat=call.lat,
        located=Report.Located.PIN if call.lon is not None else Report.Located.UNIT,
        address=call.where,
        language=reader_language(),
        written_at=call.taken_at,
        insists=insists,
        channel=Report.Channel.HOTLINE,
        simulated=call.simulated,
    )
    sent = send_report(draft, by=person)
    link_call(call, "report", str(sent.report.pk), number=sent.report.number, by=person)
    return sent


@transaction.atomic
def add_call_to(call: Call, thing: Alert | Report, *, by: Any) -> Call:
    """Add a call to what is known already: it is noted there, and the call says where it belongs."""
    person = _taker(by, call)
    note = _("Telephone call {call}: {said}").format(call=call.pk, said=call.said)
    if isinstance(thing, Alert):
        add_note(thing, by=person, note=note[:2000])
        return link_call(call, "alert", str(thing.pk), number=thing.title, by=person)
    handling.add_note(thing, by=person, note=note[:2000])
    return link_call(call, "report", str(thing.pk), number=thing.number, by=person)


@transaction.atomic
def link_call(call: Call, kind: str, ref: str, *, by: Any, number: str = "") -> Call:
    """Say what was made of a call (``incident``, ``report``, ``alert`` and its id); the same again changes nothing. Raises
    Conflict when something else was made of it. The module that makes it calls this in its transaction.
    """
    if by is not SYSTEM:
        require(by, "duty.view", call)
    made = Call.objects.filter(pk=call.pk, became_kind="").update(
        became_kind=Call.Became(kind), became_ref=ref, became_at=timezone.now()
    )
    call.refresh_from_db()
    if (call.became_kind, call.became_ref) != (kind, ref):
        raise Conflict(_("Something else was made of this call already."))
    if made:
        write_log(
            LogEntry.Kind.CALL,
            data={"what": "became", "became": kind, "call": call.pk, "number": number or ref},
            about=(kind, ref),
            key=f"call:{call.pk}:became",
            by=by,
            where=call,
        )
        touch(TOPIC)
    return call


def caller_of(call: Call, *, by: Any) -> dict[str, str]:
    """Who called: ``name``, ``number``, and ``said`` where the words themselves name somebody. Only ``duty.handle``."""
    require(by, "duty.handle", call)
    return unseal(call.sealed) if call.sealed else {}


def kept_days() -> int:
    """For how many days callers' names and numbers are kept: ``HALONG_KEEP_CALLERS_DAYS``, else 90."""
    return keep_days("HALONG_KEEP_CALLERS_DAYS") or KEPT_DAYS


@transaction.atomic
def forget_callers(*, by: Any = SYSTEM) -> int:
    """Let callers' names and numbers go when their days are over; returns of how many calls."""
    require(by, "system.manage")
    now = timezone.now()
    old = now - timedelta(days=kept_days())
    due = Call.objects.filter(sealed__isnull=False, taken_at__lt=old).order_by("taken_at")
    ids = list(due.values_list("pk", flat=True)[:AT_ONCE])
    count = Call.objects.filter(pk__in=ids).update(sealed=None, forgotten_at=now)
    if count:
        record(by, "duty.forget", count=count)
    return count
