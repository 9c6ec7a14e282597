"""Handing a shift over: the note makes itself from what is open, somebody else reads and confirms it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden
from halong.core.live import touch
from halong.core.permissions import require
from halong.duty.log import name_of, write_log
from halong.duty.models import Handover, LogEntry, Team
from halong.duty.openings import openings
from halong.duty.queries import turns

TOPIC = "handover"
LONGEST = timedelta(hours=24)  # a note looks back no further
USUAL = timedelta(hours=12)
ADDITIONS = 8000
State = Handover.State


@transaction.atomic
def begin_handover(team: Team | None, *, by: Any) -> Handover:
    """Begin the note of a team (None: the centre): made from what is open now. The one that is under way comes back."""
    person = _person(by, team)
    under_way = Handover.objects.filter(team=team, state__in=[State.DRAFT, State.OFFERED]).first()
    if under_way is not None:
        return under_way
    now = timezone.now()
    since = _since(team, person, now)
    try:
        with transaction.atomic():
            note = Handover.objects.create(
                team=team,
                since=since,
                made_at=now,
                content=_content(person, since, now),
                outgoing=person,
                outgoing_name=name_of(person),
            )
    except IntegrityError:  # a colleague began it meanwhile
        return Handover.objects.get(team=team, state__in=[State.DRAFT, State.OFFERED])
    record(person, "duty.handover_begin", note)
    touch(TOPIC)
    return note


@transaction.atomic
def offer_handover(note: Handover, *, by: Any, version: int, additions: str) -> Handover:
    """Freeze the note as things are now, with what the outgoing person adds, for the next one to read. May be repeated
    until it is taken over. Raises Conflict where it is another version than ``version``.
    """
    person = _own(note, by)
    now = timezone.now()
    changed = Handover.objects.filter(
        pk=note.pk, version=version, state__in=[State.DRAFT, State.OFFERED]
    ).update(
        state=State.OFFERED,
        additions=additions.strip()[:ADDITIONS],
        content=_content(person, note.since, now),
        offered_at=now,
        version=F("version") + 1,
    )
    return _settled(note, changed, person, "duty.handover_offer")


@transaction.atomic
def save_additions(note: Handover, *, by: Any, version: int, additions: str) -> Handover:
    """Keep what the outgoing person has written so far."""
    person = _own(note, by)
    changed = Handover.objects.filter(pk=note.pk, version=version, state=State.DRAFT).update(
        additions=additions.strip()[:ADDITIONS], version=F("version") + 1
    )
    return _settled(note, changed, person, "")


@transaction.atomic
def withdraw_handover(note: Handover, *, by: Any, version: int) -> Handover:
    """Take a note back that nobody has taken over."""
    person = _own(note, by)
    changed = Handover.objects.filter(
        pk=note.pk, version=version, state__in=[State.DRAFT, State.OFFERED]
    ).update(state=State.WITHDRAWN, version=F("version") + 1)
    return _settled(note, changed, person, "duty.handover_withdraw")


@transaction.atomic
def take_over(note: Handover, *, by: Any, version: int, remark: str = "") -> Handover:
    """The next one has read the note as it is in ``version`` and takes the shift over. Raises Forbidden for the person
    who hands over, and Conflict when the note is another one by now.
    """
    person = _person(by, note.team)
    if person.pk == note.outgoing_id or name_of(person) == note.outgoing_name:
        raise Forbidden(_("Somebody else takes the shift over, not the person who hands it over."))
    now = timezone.now()
    changed = Handover.objects.filter(pk=note.pk, version=version, state=State.OFFERED).update(
        state=State.TAKEN,
        incoming=person,
        incoming_name=name_of(person),
        taken_at=now,
        remark=remark.strip()[:ADDITIONS],
        version=F("version") + 1,
    )
    note = _settled(note, changed, person, "duty.handover_take")
    write_log(
        LogEntry.Kind.HANDOVER,
        at=now,
        data={
            "what": "taken",
            "incoming": note.incoming_name,
            "outgoing": note.outgoing_name,
            "n": len(note.content.get("vi", {}).get("open", [])),
        },
        about=("handover", str(note.pk)),
        team=note.team,
        key=f"handover:{note.pk}",
        by=person,
        where=note.team,
    )
    return note


def _settled(note: Handover, changed: int, person: User, action: str) -> Handover:
    note.refresh_from_db()
    if not changed:
        if note.state == State.TAKEN:
            words = _("{person} has taken this shift over already.").format(person=note.incoming_name)
            raise Conflict(words)
        raise Conflict(_("This note was changed meanwhile: read it again."))
    if action:
        record(person, action, note)
    touch(TOPIC)
    return note


def _person(by: Any, where: Any) -> User:
    require(by, "duty.handle", where)
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can hand a shift over."))
    return by


def _own(note: Handover, by: Any) -> User:
    person = _person(by, note.team)
    if person.pk != note.outgoing_id:
        raise Forbidden(_("Only {person} can change this note.").format(person=note.outgoing_name))
    return person


def _since(team: Team | None, person: User, now: datetime) -> datetime:
    """When the shift began: with the last hand-over, else by the rota, else half a day ago."""
    taken = Handover.objects.filter(team=team, state=State.TAKEN).order_by("-taken_at").first()
    if taken is not None and taken.taken_at is not None and now - taken.taken_at <= LONGEST:
        return taken.taken_at
    own = [on.start for on in turns([team], now - LONGEST, now) if on.person == person] if team else []
    return max((start for start in own if start > now - LONGEST), default=now - USUAL)


def _content(person: User, since: datetime, now: datetime) -> dict[str, Any]:
    """What is frozen, by language."""
    content = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            content[language] = {
                "at": now.isoformat(),
                "open": _open(person, now),
                "done": _done(person, since, now),
            }
    return content


def _open(person: User, now: datetime) -> list[dict[str, Any]]:
    found = ((key, one) for key in openings.keys() for one in openings[key](person, now))  # noqa: SIM118 -- by name
    return [asdict(one) | {"kind": one.kind or key} for key, one in found]


def _done(person: User, since: datetime, now: datetime) -> dict[str, Any]:
    """What the log of the shift says in numbers, and its orders word for word."""
    entries = LogEntry.objects.visible_to(person).filter(at__gt=since, at__lte=now)
    counts = dict(entries.order_by().values_list("kind").annotate(n=Count("pk")))
    kinds = LogEntry.Kind
    orders = entries.filter(kind__in=[kinds.ORDER_IN, kinds.ORDER_OUT]).order_by("at")[:40]
    return {
        "counts": [[str(kinds(kind).label), counts[kind]] for kind in kinds.values if counts.get(kind)],
        "orders": [
            {
                "at": entry.at.isoformat(),
                "kind": entry.get_kind_display(),
                "text": entry.text,
                "by": entry.by_name,
            }
            for entry in orders
        ],
    }
