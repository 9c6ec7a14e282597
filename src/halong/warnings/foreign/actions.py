"""What people and the clock do about others' alerts."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.warnings.foreign.taking import ENDLESS, TOPIC
from halong.warnings.models import ForeignWarning


@transaction.atomic
def release_foreign(warning: ForeignWarning, *, by: Actor, reason: str) -> ForeignWarning:
    """Let what was held back into the operators' list and map. A named person says why. Raises Invalid, Conflict."""
    require(by, "warnings.check")
    if not isinstance(by, User):
        raise Forbidden(_("Only a named person can release it."))
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    done = ForeignWarning.objects.filter(pk=warning.pk, held=True).update(
        held=False, released_by=by, released_at=timezone.now(), release=reason.strip()[:500]
    )
    if not done:
        raise Conflict(_("Somebody has released it meanwhile."))
    warning.refresh_from_db()
    record(by, "warnings.release_foreign", warning, holds=", ".join(warning.holds))
    touch(TOPIC)
    return warning


@transaction.atomic
def expire_foreign(*, now: datetime, by: Actor = SYSTEM) -> int:
    """End those whose time is over, or, where they say none, a day after they were sent. Returns how many."""
    require(by, "warnings.check")
    standing = ForeignWarning.objects.filter(state=ForeignWarning.State.STANDING)
    due = Q(expires__lte=now) | Q(expires=None, sent__lte=now - ENDLESS)
    over = standing.filter(due).update(state=ForeignWarning.State.EXPIRED, ended_at=now)
    if over:
        touch(TOPIC)
    return over
