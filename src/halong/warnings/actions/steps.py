"""Check, approve, publish, send back, drop: each by a conditional UPDATE on state and version."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import has_perm, require
from halong.warnings import authorities, channels
from halong.warnings.actions.drafting import BACK_TO_DRAFT, note_act, tell_changed
from halong.warnings.building import build, judged
from halong.warnings.cap.meaning import musts
from halong.warnings.completeness import missing_of
from halong.warnings.models import Act, Warning

State = Warning.State
CHECKERS = ("warnings.check", "warnings.approve")


@transaction.atomic
def check_warning(warning: Warning, *, by: Any) -> None:
    """Say that the words, places and hours are right: somebody who wrote none of it. Raises Invalid with what is missing."""
    person = _person(by)
    if not any(has_perm(by, permission, warning) for permission in CHECKERS):
        raise Forbidden
    if writes(warning, person):
        raise Forbidden(_("Who wrote a warning doesn't check it."))
    lacking = {need.key: need.words for need in missing_of(warning) if need.stops_check}
    if lacking:
        raise Invalid(_("Something is still missing."), fields=lacking)
    note_act(warning, Act.Kind.CHECK, by=by)
    _move(warning, State.DRAFT, {"state": State.CHECKED})
    record(by, "warnings.check", warning, number=warning.number)
    tell_changed(warning, State.CHECKED)


@transaction.atomic
def approve_warning(warning: Warning, *, by: Any) -> None:
    """Approve it on a row of authority: its delegate, who wrote none of it. Raises Forbidden without such a row."""
    require(by, "warnings.approve", warning)
    person, now = _person(by), timezone.now()
    if writes(warning, person):
        raise Forbidden(_("Who wrote a warning doesn't approve it."))
    row = authorities.of_person(warning, person, now)
    if row is None:
        raise Forbidden(_("No row of authority lets you approve this kind of warning for these places now."))
    note_act(warning, Act.Kind.APPROVE, by=by, note=f"{row.body}: {row.basis}")
    fields = {"state": State.APPROVED, "authority": row, "approved_by": person, "approved_at": now}
    _move(warning, State.CHECKED, fields)
    record(by, "warnings.approve", warning, number=warning.number, authority=row.pk)
    tell_changed(warning, State.APPROVED)


@transaction.atomic
def publish_warning(warning: Warning, *, by: Any) -> None:
    """Send out what was approved, with the hour of now. Raises Invalid where the message would break CAP, Conflict where the
    approval no longer holds or another update was first.
    """
    if not any(has_perm(by, permission, warning) for permission in CHECKERS):
        raise Forbidden
    _person(by)
    send_out(warning, by=by)


def send_out(warning: Warning, *, by: Any) -> None:
    """Publish it in the caller's transaction: message, dispatches, the end of what it replaces."""
    if settings.HALONG_EXERCISE and warning.status == Warning.Status.ACTUAL:
        raise Forbidden(_("This installation is under exercise: nothing real leaves it."))
    now = timezone.now().replace(microsecond=0)
    _refuse_faults(warning, now)
    content = build(warning, now).decode()
    note_act(warning, Act.Kind.PUBLISH, by=by)
    _move(warning, State.APPROVED, {"state": State.PUBLISHED, "sent": now, "xml": content})
    if warning.replaces is not None:
        _end_replaced(warning, by=by)
    channels.queue(warning)
    record(by, "warnings.publish", warning, number=warning.number, status=warning.status)
    tell_changed(warning, State.PUBLISHED)


@transaction.atomic
def return_warning(warning: Warning, *, by: Any, reason: str) -> None:
    """Send a checked or approved warning back to be written anew, with a reason."""
    _require_reason(reason)
    if not any(has_perm(by, permission, warning) for permission in CHECKERS):
        raise Forbidden
    note_act(warning, Act.Kind.RETURN, by=by, note=reason)
    _move(warning, warning.state if warning.state != State.DRAFT else State.CHECKED, BACK_TO_DRAFT)
    record(by, "warnings.return", warning, number=warning.number)
    tell_changed(warning, State.DRAFT)


@transaction.atomic
def drop_warning(warning: Warning, *, by: Any, reason: str) -> None:
    """Give up one that hasn't gone out, with a reason; it is kept."""
    _require_reason(reason)
    require(by, "warnings.draft", warning)
    if not warning.is_open:
        raise Conflict(_("It has gone out already; cancel it instead."))
    note_act(warning, Act.Kind.DROP, by=by, note=reason)
    _move(warning, warning.state, {"state": State.DROPPED})
    record(by, "warnings.drop", warning, number=warning.number)
    tell_changed(warning, State.DROPPED)


def writes(warning: Warning, person: User) -> bool:
    """Whether somebody wrote any of its words, at any time."""
    return Act.objects.filter(warning=warning, kind=Act.Kind.WRITE, by=person).exists()


def _person(by: Any) -> User:
    """Checking, approving and publishing are acts of people with names: neither of keys nor of Halong itself."""
    if not isinstance(by, User):
        raise Forbidden(_("Only a person may do that."))
    return by


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})


def _move(warning: Warning, state: str, fields: dict[str, Any]) -> None:
    """The step itself; the database asks once more whether it may be. Raises Conflict."""
    mine = Warning.objects.filter(pk=warning.pk, state=state, version=warning.version)
    try:
        with transaction.atomic():
            done = mine.update(**fields, changed_at=timezone.now())
    except IntegrityError as error:
        raise Conflict(_("The database refuses this step: %(why)s.") % {"why": _first_line(error)}) from error
    if not done:
        raise Conflict(_("Somebody has changed this warning meanwhile. Look at it again."))
    warning.refresh_from_db()


def _refuse_faults(warning: Warning, now: datetime) -> None:
    if warning.expires <= now:
        raise Invalid(_("Its time is over already."), fields={"expires": _("Its time is over already.")})
    broken = musts(judged(warning, now))
    if broken:
        raise Invalid(broken[0].words, fields={found.where: found.words for found in broken})


def _end_replaced(warning: Warning, *, by: Any) -> None:
    """What an update or a cancellation is about is over with it."""
    before = warning.replaces
    assert before is not None
    cancels = warning.msg_type == Warning.MsgType.CANCEL
    note_act(before, Act.Kind.CANCEL if cancels else Act.Kind.REPLACE, by=by, note=warning.number)
    _move(before, State.PUBLISHED, {"state": State.CANCELLED if cancels else State.UPDATED})
    tell_changed(before, before.state)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
