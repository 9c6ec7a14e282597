"""Suggested levels of disaster risk, written by a job; official bulletins, entered by people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.stages.models import Bulletin, RiskSuggestion
from halong.stages.models.risk import Hazard
from halong.stages.queries import TOPIC

AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class Suggested:
    """What readings suggest for one hazard now."""

    hazard: str
    level: int
    table: str
    row: str
    row_en: str
    readings: tuple[dict[str, Any], ...] = ()
    simulated: bool = False


@dataclass(frozen=True)
class BulletinDraft:
    """What an officer reads off a bulletin."""

    issuer: str
    number: str
    issued_at: datetime
    hazard: str
    text: str
    level: int | None = None


@transaction.atomic
def note_suggestions(found: Sequence[Suggested], *, now: datetime, by: Actor = SYSTEM) -> int:
    """Make the standing suggestions what was found: new ones begin, gone or other ones end. Returns how many changed."""
    require(by, "stages.suggest")
    standing = {row.hazard: row for row in RiskSuggestion.objects.select_for_update().standing()}
    wanted = {one.hazard: one for one in found}
    changed = 0
    for hazard, row in standing.items():
        one = wanted.get(hazard)
        if one is not None and (one.level, one.simulated) == (row.level, row.simulated):
            RiskSuggestion.objects.filter(pk=row.pk).update(
                seen_at=now, readings=list(one.readings), row=one.row, row_en=one.row_en, table=one.table
            )
            del wanted[hazard]
        else:
            RiskSuggestion.objects.filter(pk=row.pk).update(until=now)
            changed += one is None
    for one in wanted.values():
        RiskSuggestion.objects.create(
            hazard=one.hazard, level=one.level, table=one.table, row=one.row, row_en=one.row_en,
            readings=list(one.readings), simulated=one.simulated, since=now, seen_at=now,
        )  # fmt: skip
        changed += 1
    if changed:
        record(by, "stages.suggest_risk", None, changed=changed)
        touch(TOPIC)
    return changed


@transaction.atomic
def enter_bulletin(draft: BulletinDraft, *, by: Actor) -> Bulletin:
    """Relay an official bulletin word for word. It ends the one before of the same issuer and hazard. Raises Invalid,
    Conflict where it is there already.
    """
    require(by, "stages.bulletin")
    _check(draft)
    now = timezone.now()
    try:
        with transaction.atomic():
            made = Bulletin.objects.create(
                issuer=draft.issuer.strip(), number=draft.number.strip(), issued_at=draft.issued_at, hazard=draft.hazard,
                level=draft.level, text=draft.text, entered_at=now, entered_by=by if isinstance(by, User) else None,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("This bulletin is entered already.")) from error
    same = Bulletin.objects.standing().filter(issuer=made.issuer, hazard=made.hazard).exclude(pk=made.pk)
    if same.filter(issued_at__gt=made.issued_at).exists():  # entered late: a newer one stands
        Bulletin.objects.filter(pk=made.pk).update(ended_at=now, ending=_("A newer one is entered already."))
    else:
        same.update(ended_at=now, ending=_("Replaced by %(number)s") % {"number": made.number})
    made.refresh_from_db()
    record(by, "stages.enter_bulletin", made, level=made.level, number=made.number)
    touch(TOPIC)
    return made


def _check(draft: BulletinDraft) -> None:
    faults = {
        name: _("This is needed.")
        for name in ("issuer", "number", "text")
        if not getattr(draft, name).strip()
    }
    if draft.hazard not in Hazard.values:
        faults["hazard"] = _("This is needed.")
    if draft.level is not None and not 1 <= draft.level <= 5:
        faults["level"] = _("Levels of disaster risk are 1 to 5.")
    if draft.issued_at > timezone.now() + AHEAD:
        faults["issued_at"] = _("This lies in the future.")
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)


@transaction.atomic
def end_bulletin(bulletin: Bulletin, *, by: Actor, reason: str) -> None:
    """It no longer holds: the service ended it, or it was entered wrongly. Raises Conflict, Invalid."""
    require(by, "stages.bulletin")
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    done = (
        Bulletin.objects.standing()
        .filter(pk=bulletin.pk)
        .update(
            ended_at=timezone.now(),
            ended_by=by if isinstance(by, User) else None,
            ending=reason.strip()[:300],
        )
    )
    if not done:
        raise Conflict(_("It has ended already."))
    record(by, "stages.end_bulletin", bulletin)
    touch(TOPIC)
