"""Proposing, approving and refusing a stage. In force is only what a person of another name has approved."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import Grant, User
from halong.accounts.roles import ROLES
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.events import publish
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.core.text import fold
from halong.notify.actions import tell
from halong.stages.criteria import suggested_level, surely_below
from halong.stages.events import StageChanged, StageProposed
from halong.stages.models import LEVELS, StageChange
from halong.stages.queries import TOPIC, criteria_now, stage_now
from halong.stages.words import check_words

REASON = 2000
PAUSE = timedelta(hours=6)  # after a refusal, until criteria propose the same again
SETTLE = timedelta(hours=2)  # that a stage has stood before criteria propose a lower one
State = StageChange.State


@transaction.atomic
def propose_stage(
    level: int,
    *,
    by: Actor,
    reason: str,
    criteria: Iterable[dict[str, Any]] = (),
    basis: str = "",
    key: str = "",
) -> StageChange:
    """Propose a stage. With a ``key`` (a playbook's step) it is made once, and what already stands or waits is returned.

    Raises Invalid for an empty reason, for words that belong to others and for the stage that is in force; Conflict where
    the same stage is proposed already.
    """
    require(by, "stages.propose")
    _check(level, reason, basis)
    now = stage_now()
    known = _known(level, now.change_id, now.level, key)
    if known is not None:
        return known
    if level == now.level:
        raise Invalid(
            _("This stage is in force already."), fields={"level": _("This stage is in force already.")}
        )
    person = by if isinstance(by, User) else None
    try:
        with transaction.atomic():
            change = StageChange.objects.create(
                level=level, before=now.level, reason=reason.strip(), basis=basis.strip(), criteria=list(criteria),
                key=key or None, proposed_by=person, proposed_name=_name(by), proposed_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("This stage is proposed already and waits for approval.")) from error
    record(by, "stages.propose", change, level=level, before=now.level)
    publish(StageProposed(change.pk, level))
    touch(TOPIC)
    _tell_approvers(change)
    return change


def _check(level: int, reason: str, basis: str) -> None:
    faults = {}
    if level not in LEVELS:
        faults["level"] = _("The stages are 1 to 5.")
    if not reason.strip():
        faults["reason"] = _("Say why.")
    for name, text in (("reason", reason), ("basis", basis)):
        if len(text) > REASON:
            faults[name] = _("At most %(n)d characters.") % {"n": REASON}
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    check_words(reason=reason)


def _known(level: int, standing: int | None, present: int, key: str) -> StageChange | None:
    """What a playbook's step needn't propose: it did already, the stage is as high, or somebody has proposed it."""
    if not key:
        return None
    made = StageChange.objects.filter(key=key).first()
    if made is not None:
        return made
    if present >= level and standing is not None:
        return StageChange.objects.get(pk=standing)
    return StageChange.objects.proposed().filter(level=level).first()


@transaction.atomic
def approve_stage(change: StageChange, *, by: Actor, seen: int | None = None) -> StageChange:
    """Put a proposed stage in force. Only a person of another name than the proposer; ``seen``: the stage that stood when
    he looked. Raises Forbidden, Conflict.
    """
    require(by, "stages.approve")
    if not isinstance(by, User) or not _name(by):
        raise Forbidden(_("A stage is approved by a named person."))
    if by.pk == change.proposed_by_id or fold(_name(by)) == fold(change.proposed_name):
        raise Forbidden(_("Somebody else than the one who proposed it must approve."))
    present = StageChange.objects.select_for_update().filter(state=State.IN_FORCE).first()
    before = present.level if present else 1
    if seen is not None and seen != before:
        raise Conflict(_("Meanwhile stage %(level)d is in force: look again.") % {"level": before})
    now = timezone.now()
    if present is not None:
        StageChange.objects.filter(pk=present.pk).update(state=State.ENDED, until=now)
    try:
        with transaction.atomic():
            done = StageChange.objects.filter(pk=change.pk, state=State.PROPOSED).update(
                state=State.IN_FORCE,
                before=before,
                approved_by=by,
                approved_name=_name(by),
                since=now,
                decided_at=now,
            )
    except IntegrityError:  # two approvals of the first stage at once: no row stood that could be locked
        done = 0
    if not done or before == change.level:
        raise Conflict(_("Somebody has decided about this proposal meanwhile."))
    change.refresh_from_db()
    low, high = sorted((before, change.level))
    StageChange.objects.proposed().filter(level__range=(low, high)).update(
        state=State.OVERTAKEN, decided_at=now
    )
    record(by, "stages.approve", change, level=change.level, before=before)
    publish(StageChanged(change.pk, change.level, before))
    touch(TOPIC)
    _tell_proposer(change, gettext_lazy("Approved: stage {level}"))
    return change


@transaction.atomic
def refuse_stage(change: StageChange, *, by: Actor, reason: str) -> StageChange:
    """Refuse a proposal, with a reason; who proposed it may so take it back. Raises Conflict, Invalid."""
    own = isinstance(by, User) and by.pk == change.proposed_by_id
    require(by, "stages.propose" if own else "stages.approve")
    if not isinstance(by, User):
        raise Forbidden(_("A stage is refused by a named person."))
    _check(change.level, reason, "")
    done = StageChange.objects.filter(pk=change.pk, state=State.PROPOSED).update(
        state=State.REFUSED, refused_by=by, refusal=reason.strip(), decided_at=timezone.now()
    )
    if not done:
        raise Conflict(_("Somebody has decided about this proposal meanwhile."))
    change.refresh_from_db()
    record(by, "stages.refuse", change, level=change.level)
    touch(TOPIC)
    if not own:
        _tell_proposer(change, gettext_lazy("Refused: stage {level}"))
    return change


def propose_by_criteria(*, by: Actor = SYSTEM) -> StageChange | None:
    """Propose the stage that the criteria call for, unless it waits already or was refused a short while ago.

    Upwards at once; downwards only when the present stage has stood for a while and none of its criteria, nor of those
    above, can hold.
    """
    require(by, "stages.propose")
    now, criteria = stage_now(), criteria_now()
    wanted, moment = suggested_level(criteria), timezone.now()
    if wanted < now.level and (
        not surely_below(criteria, now.level) or now.since is None or moment - now.since < SETTLE
    ):
        return None
    recent = StageChange.objects.filter(level=wanted)
    if (
        wanted == now.level
        or recent.proposed().exists()
        or recent.filter(state=State.REFUSED, decided_at__gt=moment - PAUSE).exists()
    ):
        return None
    met = [one for one in criteria if one.met and one.level == wanted]
    raised = "; ".join(one.name for one in met)
    reason = raised or _("No criterion of stage %(level)d or above is met any longer.") % {"level": now.level}
    try:
        return propose_stage(wanted, by=by, reason=reason, criteria=[one.kept() for one in met])
    except Conflict:  # a person was quicker
        return None


def _name(by: Actor) -> str:
    return (by.full_name or by.username) if isinstance(by, User) else by.actor_name


def _tell_approvers(change: StageChange) -> None:
    roles = [role for role, given in ROLES.items() if "stages.approve" in given]
    wide = Grant.objects.filter(role__in=roles, place=None, agency=None, sector="")
    people = User.objects.filter(pk__in=wide.values("user"), is_active=True).exclude(pk=change.proposed_by_id)
    tell(
        people, kind="stage", key=f"stage:{change.pk}:proposed", url=reverse("stages"),
        title=format_lazy(gettext_lazy("Stage {level} is proposed: approve or refuse"), level=change.level),
        text=change.reason[:500],
    )  # fmt: skip


def _tell_proposer(change: StageChange, words: Any) -> None:
    if change.proposed_by is not None:
        tell([change.proposed_by], kind="stage", key=f"stage:{change.pk}:{change.state}", url=reverse("stages"),
             title=format_lazy(words, level=change.level), text=change.refusal)  # fmt: skip
