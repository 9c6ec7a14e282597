"""What follows a published warning: an update, its cancellation, its end by the clock."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM, has_perm, require
from halong.warnings import authorities
from halong.warnings.actions.drafting import (
    BulletinDraft,
    WarningDraft,
    draft_warning,
    insert,
    note_act,
    sender,
    tell_changed,
)
from halong.warnings.actions.steps import _move, send_out
from halong.warnings.areas import AreaDraft
from halong.warnings.kinds import KINDS
from halong.warnings.models import Act, Warning
from halong.warnings.telling import tell_deciders

State = Warning.State
AT_ONCE = 100
OVER = "over"
MISTAKE = "mistake"
KEPT = timedelta(hours=2)  # how long a cancellation is shown at least


def draft_of(warning: Warning) -> WarningDraft:
    """The words of a warning as a draft: to begin an update with, or to fill in a form."""
    bulletin = None
    if warning.bulletin_number and warning.bulletin_at:
        bulletin = BulletinDraft(
            warning.bulletin_issuer, warning.bulletin_number, warning.bulletin_at, warning.bulletin_text,
            warning.risk_level or 0,
        )  # fmt: skip
    names = (
        "event", "headline_vi", "headline_en", "description_vi", "description_en", "instruction_vi", "instruction_en",
        "severity", "urgency", "certainty", "category", "onset", "expires", "incident", "status",
    )  # fmt: skip
    said = {name: getattr(warning, name) for name in names}
    return WarningDraft(**said, bulletin=bulletin, simulated=warning.simulated, areas=areas_of(warning))


def areas_of(warning: Warning) -> tuple[AreaDraft, ...]:
    """Its areas as a draft has them."""
    rows = warning.areas.select_related("place")
    return tuple(AreaDraft(row.place, row.name_vi, row.name_en, row.ring) for row in rows)


@transaction.atomic
def update_warning(warning: Warning, draft: WarningDraft | None = None, *, by: Any) -> Warning:
    """Begin an update of what is in force: a draft with the same words (or ``draft``), which walks the same way. The warning
    stays in force until the update is published. One open update at a time: the same one is given back.
    """
    require(by, "warnings.draft", warning)
    _require_in_force(warning)
    known = Warning.objects.open().filter(replaces=warning, msg_type=Warning.MsgType.UPDATE).first()
    if known is not None:
        return known
    said = draft or draft_of(warning)
    return draft_warning(said, by=by, replaces=warning)


@transaction.atomic
def cancel_warning(warning: Warning, *, by: Any, reason: str = OVER) -> Warning:
    """Cancel it in one step: ``over`` (the danger is over: the all-clear) or ``mistake``. The words are Halong's own.

    Whom a row of authority covers cancels at once. Of others (who may check or draft) it becomes a cancellation that waits
    for such a person, who is told. Returns the cancellation.
    """
    if not any(
        has_perm(by, name, warning) for name in ("warnings.approve", "warnings.check", "warnings.draft")
    ):
        raise Forbidden
    if reason not in (OVER, MISTAKE):
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    _require_in_force(warning)
    message = Warning.objects.open().filter(replaces=warning, msg_type=Warning.MsgType.CANCEL).first()
    if message is None:
        message = _cancellation(warning, reason)
        note_act(message, Act.Kind.CHECK, by=by)
        _move(message, State.DRAFT, {"state": State.CHECKED})
        record(by, "warnings.cancel", warning, number=warning.number, reason=reason)
    now = timezone.now()
    row = authorities.of_person(message, by, now) if has_perm(by, "warnings.approve", message) else None
    if row is None or message.state != State.CHECKED:
        tell_deciders(message)
        return message
    note_act(message, Act.Kind.APPROVE, by=by, note=f"{row.body}: {row.basis}")
    approved = {"state": State.APPROVED, "authority": row, "approved_by": by, "approved_at": now}
    _move(message, State.CHECKED, approved)
    send_out(message, by=by)
    warning.refresh_from_db()
    return message


def expire_due(*, now: datetime, by: Any = SYSTEM) -> int:
    """End what has outlived its ``expires``; returns how many."""
    require(by, "system.manage")
    due = Warning.objects.filter(state=State.PUBLISHED, expires__lte=now).order_by("expires")
    return sum(_expire(warning, by=by) for warning in due[:AT_ONCE])


@transaction.atomic
def _expire(warning: Warning, *, by: Any) -> bool:
    try:
        _move(warning, State.PUBLISHED, {"state": State.EXPIRED})
    except Conflict:  # cancelled or replaced at this very moment
        return False
    note_act(warning, Act.Kind.EXPIRE, by=by)
    tell_changed(warning, State.EXPIRED)
    return True


def _require_in_force(warning: Warning) -> None:
    if warning.state != State.PUBLISHED or warning.msg_type == Warning.MsgType.CANCEL:
        raise Conflict(_("It isn't in force any more."))


def _cancellation(warning: Warning, reason: str) -> Warning:
    now, kind = timezone.now(), KINDS[warning.event]
    over = reason == OVER
    said = {
        "headline_vi": f"{'Kết thúc cảnh báo' if over else 'Hủy cảnh báo'}: {kind.vi.lower()}",
        "headline_en": "" if not warning.headline_en
        else f"{'Warning ended' if over else 'Warning cancelled'}: {kind.en.lower()}",
        "description_vi": (
            f"Cảnh báo «{warning.headline_vi}» đã kết thúc vì không còn nguy hiểm."
            if over
            else f"Cảnh báo «{warning.headline_vi}» được phát nhầm và đã bị hủy. Không cần làm theo."
        ),
        "description_en": "" if not warning.headline_en else (
            f"The warning “{warning.headline_en}” has ended: the danger is over."
            if over
            else f"The warning “{warning.headline_en}” was given by mistake and is cancelled. Nothing needs to be done."
        ),
    }  # fmt: skip
    message = Warning(
        status=warning.status,
        msg_type=Warning.MsgType.CANCEL,
        replaces=warning,
        incident=warning.incident,
        event=warning.event,
        category=warning.category,
        severity=Warning.Severity.MINOR,
        urgency=Warning.Urgency.PAST,
        certainty=Warning.Certainty.OBSERVED,
        responses=["AllClear"],
        expires=max(warning.expires, now + KEPT),
        sender=sender(),
        place=warning.place,
        simulated=warning.simulated,
        made_at=now,
        changed_at=now,
        **{name: text[:160] if name.startswith("headline") else text for name, text in said.items()},
    )
    insert(message, areas_of(warning), by=SYSTEM)
    return message
