"""What warnings rest on: rows of authority, outlets, prepared words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM, has_perm, require
from halong.home import is_live
from halong.places.models import Place
from halong.warnings.kinds import KINDS
from halong.warnings.models import Authority, Outlet, Wording


@dataclass(frozen=True)
class AuthorityDraft:
    """Who may approve which warnings where, by what right, from when to when."""

    event: str
    body: str
    basis: str
    delegate: User
    places: tuple[Place, ...]
    since: datetime
    until: datetime | None = None
    body_en: str = ""
    practice: bool = False


@transaction.atomic
def give_authority(draft: AuthorityDraft, *, by: Any) -> Authority:
    """Write a row of authority. Nobody gives it to himself. Raises Invalid."""
    require(by, "warnings.set_up")
    if isinstance(by, User) and draft.delegate.pk == by.pk:
        raise Forbidden(_("Nobody gives authority to himself."))
    faults = _faults(draft)
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    row = _write(draft, by)
    record(
        by, "warnings.authority", row, event=row.event, body=row.body, basis=row.basis, practice=row.practice,
        delegate=row.delegate_id,
    )  # fmt: skip
    return row


def _write(draft: AuthorityDraft, by: Any, key: str | None = None) -> Authority:
    fields = {name: getattr(draft, name) for name in
              ("event", "body", "body_en", "basis", "delegate", "since", "until", "practice")}  # fmt: skip
    maker = by if isinstance(by, User) else None
    row = Authority.objects.create(**fields, key=key, made_by=maker, made_at=timezone.now())
    row.places.set(draft.places)
    return row


def _faults(draft: AuthorityDraft) -> dict[str, str]:
    faults = {}
    if draft.event not in KINDS:
        faults["event"] = _("Choose one of the list.")
    for name in ("body", "basis"):
        if not getattr(draft, name).strip():
            faults[name] = _("This must be said.")
    if not draft.places:
        faults["places"] = _("No place is chosen.")
    if draft.until is not None and draft.until <= draft.since:
        faults["until"] = _("It ends before it begins.")
    if not has_perm(draft.delegate, "warnings.approve"):
        faults["delegate"] = _("This person's role doesn't let him approve warnings.")
    return faults


@transaction.atomic
def end_authority(row: Authority, *, by: Any) -> None:
    """End a row now. What was approved by it and hasn't gone out can't any more. Raises Conflict if it is over."""
    require(by, "warnings.set_up")
    now = timezone.now()
    standing = Authority.objects.filter(Q(until=None) | Q(until__gt=now), pk=row.pk)
    if not standing.update(until=max(now, row.since)):
        raise Conflict(_("It has ended already."))
    record(by, "warnings.authority_end", row, event=row.event)


@transaction.atomic
def ensure_practice_authorities(delegates: Iterable[User], *, by: Any = SYSTEM) -> int:
    """Let people approve exercises and tests of every kind, in the whole province, once each: what an instance made for an
    exercise needs. Nothing real can be published by such a row. Returns how many are new; refused after go-live.
    """
    require(by, "warnings.set_up")
    if is_live():
        raise Forbidden(_("After go-live only people write rows of authority."))
    roots = tuple(Place.objects.on(timezone.localdate()).filter(parent=None))
    made = 0
    for person in delegates:
        for event in KINDS:
            key = f"practice:{event}:{person.pk}"
            if roots and not Authority.objects.filter(key=key).exists():
                _write(AuthorityDraft(event, "Ban tổ chức diễn tập", "Chỉ dùng cho diễn tập, thử nghiệm", person, roots,
                                      timezone.now(), body_en="Exercise control", practice=True), by, key)  # fmt: skip
                made += 1
    return made


@transaction.atomic
def ensure_wordings(rows: Iterable[Mapping[str, Any]], *, by: Any = SYSTEM) -> int:
    """Write prepared words that aren't there yet, by key; returns how many were new. What somebody changed stays."""
    require(by, "warnings.set_up")
    drafts = [Wording(**row) for row in rows]
    for draft in drafts:
        if draft.event not in KINDS:
            raise Invalid(f"{draft.key}: {draft.event} isn't a kind of event.")
    known = set(Wording.objects.values_list("key", flat=True))
    return len(Wording.objects.bulk_create([draft for draft in drafts if draft.key not in known]))


@transaction.atomic
def add_outlet(
    *, channel: str, name: str, target: str, place: Place | None, by: Any, inside: bool = False
) -> Outlet:
    """Add somebody or something that gets warnings. Raises Invalid for an address that isn't https, Conflict for the same
    twice. ``inside``: the administrator says that a webhook may be a machine of our own network, also by http.
    """
    require(by, "warnings.set_up")
    if channel not in Outlet.Channel.values or not name.strip() or not target.strip():
        raise Invalid(_("Channel, name and address are needed."), fields={"target": _("This must be said.")})
    if channel == Outlet.Channel.WEBHOOK and not _is_web(target, inside=inside):
        raise Invalid(_("A webhook is an address that begins with https://."), fields={"target": "https://…"})
    try:
        with transaction.atomic():
            outlet = Outlet.objects.create(
                channel=channel,
                name=name.strip(),
                target=target.strip(),
                place=place,
                made_at=timezone.now(),
                inside=inside and channel == Outlet.Channel.WEBHOOK,
            )
    except IntegrityError as error:
        raise Conflict(_("This address is there already.")) from error
    record(by, "warnings.outlet", outlet, channel=channel, name=outlet.name, inside=outlet.inside)
    return outlet


@transaction.atomic
def end_outlet(outlet: Outlet, *, by: Any) -> None:
    """Send nothing to it any more. Raises Conflict if it is over."""
    require(by, "warnings.set_up")
    if not Outlet.objects.filter(pk=outlet.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Conflict(_("It has ended already."))
    record(by, "warnings.outlet_end", outlet, name=outlet.name)


def _is_web(target: str, *, inside: bool) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme in (("https", "http") if inside else ("https",)) and bool(parts.hostname)
