"""Setting up chains."""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.duty.models import Chain, Contact, Team
from halong.duty.permissions import require_set_up
from halong.duty.steps import CONTACT, as_json, read_steps
from halong.places.models import Place


@dataclass(frozen=True)
class ChainDraft:
    """What is set up of a chain; ``steps`` as JSON."""

    team: Team
    name: str
    about: str = Chain.About.BOTH
    priority: int = 2
    place: Place | None = None
    sector: str = ""
    kind: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    quiet_from: time | None = None
    quiet_to: time | None = None


@transaction.atomic
def save_chain(draft: ChainDraft, *, by: Any, chain: Chain | None = None, edits: int | None = None) -> Chain:
    """Set up a chain, or change it (``edits``: the state that was seen). Runs that have begun keep their steps.

    Raises Invalid, and Conflict when somebody changed it meanwhile.
    """
    require_set_up(draft.team, by)
    values = _checked(draft)
    if chain is None:
        made = Chain.objects.create(**values, changed_at=timezone.now())
        record(by, "duty.chain", made, new=True)
        return made
    require_set_up(chain.team, by)
    seen = chain.edits if edits is None else edits
    kept = Chain.objects.filter(pk=chain.pk, edits=seen, ended_at=None)
    if not kept.update(**values, edits=F("edits") + 1, changed_at=timezone.now()):
        raise Conflict(_("Somebody changed this chain meanwhile."))
    chain.refresh_from_db()
    record(by, "duty.chain", chain, new=False)
    return chain


def _checked(draft: ChainDraft) -> dict[str, Any]:
    steps = read_steps(draft.steps)
    if draft.priority not in range(1, 5):
        raise Invalid(fields={"priority": _("Choose a priority.")})
    if (draft.quiet_from is None) != (draft.quiet_to is None):
        raise Invalid(fields={"quiet_to": _("Quiet hours have a beginning and an end.")})
    wanted = {step.ref for step in steps if step.whom == CONTACT}
    if Contact.objects.current().filter(pk__in=wanted).count() != len(wanted):
        raise Invalid(fields={"steps": _("A contact of the steps isn't in the directory any more.")})
    return {**vars(draft), "steps": as_json(steps)}


@transaction.atomic
def end_chain(chain: Chain, *, by: Any) -> None:
    """No subject begins this chain any more. Raises Conflict if it has ended."""
    require_set_up(chain.team, by)
    now = timezone.now()
    if not Chain.objects.filter(pk=chain.pk, ended_at=None).update(ended_at=now, changed_at=now):
        raise Conflict
    record(by, "duty.chain_end", chain)
