"""What people do with steps, and choosing the playbook. Each state is left by a conditional UPDATE: who comes second gets
Conflict that says who was first, so that nobody's step is done twice.
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.events import publish
from halong.core.formats import format_datetime
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.incidents.events import IncidentChanged
from halong.incidents.models import UNDER_WAY, Call, Entry, Incident, Step
from halong.incidents.permissions import require_lead, require_work
from halong.incidents.steps import running, writing
from halong.incidents.steps.plan import FORMER, RunningStep, plan_of
from halong.incidents.timeline import TOPIC, write_entry
from halong.playbooks.advance import OVER
from halong.playbooks.models import PlaybookVersion
from halong.playbooks.queries import steps_of
from halong.playbooks.schema import StepPlan, dump_step

State = Step.State
LIMIT = 1e15  # no number that is asked is larger


@transaction.atomic
def begin_playbook(incident: Incident, version: PlaybookVersion, *, by: Any) -> list[Step]:
    """Let an incident run a published version, at once; it keeps it whatever becomes of the playbook. What ran before
    stays as history: what was open of it is skipped. Raises Conflict if the incident is over or runs this version.
    """
    require_lead(by, incident)
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    if locked.state not in UNDER_WAY:
        raise Conflict(_("The incident isn't under way."))
    if version.published_at is None:
        raise Conflict(_("This version of the playbook isn't published."))
    if locked.playbook_id == version.pk:
        raise Conflict(_("The incident runs this playbook already."))
    _put_away(locked, by)
    first = (Step.objects.filter(incident=locked).aggregate(last=Max("order"))["last"] or 0) + 1
    steps = Step.objects.bulk_create(
        Step(incident=locked, key=plan.key, order=first + number, definition=dump_step(plan))
        for number, plan in enumerate(steps_of(version))
    )
    _note_begun(locked, version, by, len(steps))
    Incident.objects.filter(pk=locked.pk).update(playbook=version, advance_at=timezone.now())
    running.advance_incident(locked.pk)
    incident.refresh_from_db()
    return steps


def _put_away(incident: Incident, by: Any) -> None:
    """Make the steps of the playbook that ran until now history."""
    old = Step.objects.filter(incident=incident).exclude(key__contains=FORMER)
    if not old:
        return
    number = _last_number(incident)
    now, reason = timezone.now(), _("Another playbook was chosen.")
    Call.objects.filter(step__in=old, sent_at__isnull=True).update(due_at=None)
    for step in old:
        if step.state not in OVER:
            step.state, step.done_at, step.by, step.note = State.SKIPPED, now, _person(by), reason
        step.key = f"{number + 1}{FORMER}{step.key}"
        step.save(update_fields=["key", "state", "done_at", "by", "note"])


def _last_number(incident: Incident) -> int:
    keys = Step.objects.filter(incident=incident, key__contains=FORMER).values_list("key", flat=True)
    return max((int(key.partition(FORMER)[0]) for key in keys), default=0)


def _note_begun(incident: Incident, version: PlaybookVersion, by: Any, steps: int) -> None:
    """Chosen with the declaration it is no work on the incident yet: only later does it begin the response."""
    book = version.playbook
    kind = Entry.Kind.ACTION if incident.state == Incident.State.DECLARED else Entry.Kind.STEP
    data = {
        "what": "playbook", "playbook": book.pk, "title": book.name, "title_en": book.name_en, "number": version.number,
        "steps": steps,
    }  # fmt: skip
    write_entry(incident, kind, by=by, data=data)
    record(by, "incidents.playbook", incident, playbook=book.key, version=version.number)


@transaction.atomic
def start_step(step: Step, *, by: Any) -> Step:
    """Begin a step: ready → doing. One that only waits for time or a reading may be begun at once."""
    plan, now = _judge(step, by), timezone.now()
    if plan.automatic:
        raise Conflict(_("Halong does this step by itself."))
    from_states = [State.READY, *([State.WAITING] if _may_hurry(step) else [])]
    changes = {"state": State.DOING, "by": _person(by), "ready_at": step.ready_at or now}
    if step.due_at is None and plan.due_minutes is not None:
        changes["due_at"] = now + timedelta(minutes=plan.due_minutes)
    _move(step, from_states, **changes)
    return _after(step, "started", by)


def _may_hurry(step: Step) -> bool:
    """Whether everything before a waiting step is over."""
    after = plan_of(step).after
    over = Step.objects.filter(incident=step.incident_id, key__in=after, state__in=Step.OVER).count()
    return step.state == State.WAITING and over == len(after)


@transaction.atomic
def finish_step(step: Step, *, by: Any, note: str = "", answers: Mapping[str, Any] | None = None) -> Step:
    """A person has done it: ready or doing → done. ``answers``: each check's key → True, each ask's key → a number.

    What was kept before (``save_answer``) counts; what is left open needs words of why (Invalid names the fields).
    """
    plan = _judge(step, by)
    if plan.automatic:
        raise Conflict(_("Halong does this step by itself."))
    kept = Step.objects.values_list("answers", flat=True).get(pk=step.pk)
    given = _answers(plan, {**kept, **(answers or {})})
    words = _words(note, "note")
    missing = [name for name, value in given.items() if value is None or value is False]
    if missing and not words:
        faults = {"note": _("Say why something is left open.")} | dict.fromkeys(missing, _("This is open."))
        raise Invalid(_("Say why something is left open."), fields=faults)
    changes = {
        "state": State.DONE,
        "by": _person(by),
        "done_at": timezone.now(),
        "answers": given,
        "note": words,
    }
    _move(step, [State.READY, State.DOING], **changes)
    return _after(step, "done", by, text=words, answers=given)


@transaction.atomic
def save_answer(step: Step, key: str, value: Any, *, by: Any) -> Step:
    """Keep one tick (True or False) or one number (None: taken away) while the step is being worked on, for all to see.
    What is kept counts when the step is finished.
    """
    plan = _judge(step, by)
    if plan.automatic:
        raise Conflict(_("Halong does this step by itself."))
    given = _answers(plan, {key: value})[key]
    # the incident's row is locked: nobody else writes them meanwhile
    now = Step.objects.values_list("answers", flat=True).get(pk=step.pk)
    if now.get(key) == given:
        return step
    _move(step, [State.READY, State.DOING], answers={**now, key: given})
    record(by, "incidents.step_answer", step.incident, step=step.key, answer=key, value=given)
    publish(IncidentChanged(step.incident_id, Entry.Kind.STEP.value))
    touch(TOPIC, str(step.incident_id))
    return step


@transaction.atomic
def skip_step(step: Step, *, by: Any, reason: str) -> Step:
    """Leave a step out, with a reason; a critical one only by who leads the response."""
    plan = _judge(step, by)
    if plan.critical:
        require_lead(by, step.incident)
    words = _words(reason, "reason")
    if not words:
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    changes = {"state": State.SKIPPED, "by": _person(by), "done_at": timezone.now(), "note": words}
    _move(step, [State.WAITING, State.READY, State.DOING, State.FAILED], **changes)
    Call.objects.filter(step=step, sent_at__isnull=True).update(due_at=None)
    return _after(step, "skipped", by, text=words)


@transaction.atomic
def retry_step(step: Step, *, by: Any) -> Step:
    """Let Halong try an automatic step again that failed: failed → ready, and at once."""
    _judge(step, by)
    call = Call.objects.filter(step=step, sent_at__isnull=True)
    waits_outside = call.exists()
    _move(step, [State.FAILED], state=State.DOING if waits_outside else State.READY, note="")
    call.update(due_at=timezone.now(), attempts=0, error="")
    return _after(step, "retried", by)


def _judge(step: Step, by: Any) -> StepPlan:
    """Check that ``by`` may do something with the step, under the lock that ``advance_incident`` takes, too."""
    incident = Incident.objects.select_for_update().get(pk=step.incident_id)
    require_work(by, incident)
    if by is not SYSTEM and not isinstance(by, User):
        raise Forbidden
    if incident.state not in UNDER_WAY:
        raise Conflict(_("The incident isn't under way."))
    if FORMER in step.key:
        raise Conflict(_("Another playbook was chosen meanwhile."))
    step.incident = incident
    return plan_of(step)


def _move(step: Step, states: list[State], **changes: Any) -> None:
    if not Step.objects.filter(pk=step.pk, key=step.key, state__in=states).update(**changes):
        raise Conflict(_first(step))
    step.refresh_from_db()


def _first(step: Step) -> str:
    """Who was first, in words."""
    now = Step.objects.select_related("by").get(pk=step.pk)
    words = {"state": now.get_state_display(), "who": now.by or "Halong"}
    if now.done_at is None:
        return _("This step is “{state}” by now ({who}).").format(**words)
    return _("This step is “{state}” by now ({who}, {at}).").format(**words, at=format_datetime(now.done_at))


def _after(step: Step, what: str, by: Any, *, text: str = "", **data: Any) -> Step:
    """Write down what a person did, and let the playbook go on."""
    incident = step.incident
    writing.note(incident, RunningStep(step, plan_of(step)), what, by=by, text=text, **data)
    record(by, f"incidents.step_{what}", incident, step=step.key)
    running.advance_incident(incident.pk)
    step.refresh_from_db()
    return step


def _answers(plan: StepPlan, given: Mapping[str, Any]) -> dict[str, bool | float | None]:
    known = {check.key for check in plan.checks} | {ask.key for ask in plan.asks}
    faults = {str(name): _("This step asks nothing like that.") for name in given if name not in known}
    found: dict[str, bool | float | None] = {check.key: given.get(check.key) is True for check in plan.checks}
    for ask in plan.asks:
        value = given.get(ask.key)
        if value is None or _is_number(value):
            found[ask.key] = value
        else:
            faults[ask.key] = _("Write a number.")
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    return found


def _is_number(value: Any) -> bool:
    real = isinstance(value, (int, float)) and not isinstance(value, bool)
    return real and math.isfinite(value) and abs(value) <= LIMIT


def _words(text: str, field: str) -> str:
    words = text.strip()
    if len(words) > writing.NOTE:
        raise Invalid(fields={field: _("At most %(n)d characters.") % {"n": writing.NOTE}})
    return words


def _person(by: Any) -> User | None:
    return by if isinstance(by, User) else None
