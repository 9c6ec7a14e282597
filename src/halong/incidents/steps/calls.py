"""Calls to systems outside: an outbox that is tried until it is taken, at least once, always with the same key.

What is simulated goes into the file outbox; in an instance under exercise everything does (``citizens.outward``).
"""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from halong.citizens import outward
from halong.core.permissions import SYSTEM, require
from halong.incidents.models import Call, Step
from halong.incidents.steps import running, writing
from halong.incidents.steps.plan import RunningStep, plan_of
from halong.notify.gateways import FileOutbox

AT_ONCE = 20
LEASE = timedelta(minutes=2)
BACK_OFF = (10, 30, 60, 120, 300, 600, 1200, 1800)  # seconds after each failed attempt; then it has failed
SECONDS = 15.0
PERMANENT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})  # trying again can't help
log = logging.getLogger(__name__)


class _Failed(Exception):
    def __init__(self, reason: str, *, never: bool = False) -> None:
        super().__init__(reason)
        self.never = never


def send_due(*, now: datetime | None = None, by: Any = SYSTEM) -> int:
    """Try what is due; returns how many were tried. Each is claimed first, so that two workers don't send the same, and
    sent outside of any transaction: a worker killed after sending sends once more, with the same key.
    """
    require(by, "system.manage")
    moment = now or timezone.now()
    due = Call.objects.filter(due_at__lte=moment, sent_at__isnull=True).order_by("attempts", "due_at")
    tried = 0
    for call in due.select_related("step__incident")[:AT_ONCE]:
        claimed = Call.objects.filter(pk=call.pk, sent_at__isnull=True, due_at=call.due_at).update(
            due_at=moment + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            tried += 1
            _try(call, moment)
    return tried


def _try(call: Call, now: datetime) -> None:
    attempt = call.attempts + 1
    try:
        _send(call)
    except Exception as error:  # whatever one address brings about must not hold up the others
        if not isinstance(error, _Failed):
            log.exception("call %s", call.pk)
        reason = (str(error) if isinstance(error, _Failed) else type(error).__name__)[:300]
        if (isinstance(error, _Failed) and error.never) or attempt > len(BACK_OFF):
            _give_up(call, reason, now)
        else:
            later = now + timedelta(seconds=BACK_OFF[attempt - 1])
            Call.objects.filter(pk=call.pk).update(due_at=later, error=reason)
        return
    _note_sent(call, now)


def _send(call: Call) -> None:
    """Hand it over. Raises _Failed."""
    key = f"halong-{call.step.incident.number}-{call.step_id}"
    content = json.dumps(call.body, ensure_ascii=False)
    if call.step.incident.simulated:
        FileOutbox("webhook").send(call.url, content, key)
        return
    if not call.url.startswith("https://"):
        raise _Failed("not https", never=True)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "Halong"}
    try:
        answer = outward.call("POST", call.url, headers=headers, content=content.encode(), seconds=SECONDS)
    except outward.OutwardError as error:
        raise _Failed(str(error), never=error.never) from error
    if not answer.good:
        raise _Failed(f"HTTP {answer.status}", never=answer.status in PERMANENT)


@transaction.atomic
def _note_sent(call: Call, now: datetime) -> None:
    if not Call.objects.filter(pk=call.pk, sent_at__isnull=True).update(sent_at=now, due_at=None, error=""):
        return
    if _leave(call, Step.State.DONE, now):
        writing.note(call.step.incident, _running(call), "sent", action="call-webhook")
        running.advance_incident(call.step.incident_id, now=now)


@transaction.atomic
def _give_up(call: Call, reason: str, now: datetime) -> None:
    Call.objects.filter(pk=call.pk).update(due_at=None, error=reason)
    if _leave(call, Step.State.FAILED, now):
        call.step.refresh_from_db()
        writing.fail(call.step.incident, _running(call), reason, now)


def _leave(call: Call, state: Step.State, now: datetime) -> bool:
    """Doing → done or failed; False if somebody skipped the step meanwhile."""
    over = now if state == Step.State.DONE else None
    return bool(
        Step.objects.filter(pk=call.step_id, state=Step.State.DOING).update(state=state, done_at=over)
    )


def _running(call: Call) -> RunningStep:
    return RunningStep(call.step, plan_of(call.step))
