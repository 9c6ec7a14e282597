"""Carrying pages out of the product: at least once, and what can't be delivered leads to the next step at once."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from halong.core.errors import Forbidden
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.duty import channels, targets, told
from halong.duty.actions.paging import TOPIC, advance_run
from halong.duty.models import Page, Run

AT_ONCE = 20
LEASE = timedelta(minutes=2)  # longer than a gateway may take for one message
BACK_OFF = (10, 30, 60)  # seconds after each failed attempt; then it has failed
State = Page.State


def deliver_due(*, by: Any = SYSTEM) -> int:
    """Try the pages that are due; returns how many were tried.

    Each is claimed first by moving its ``due_at`` on and sent outside of any transaction: a worker killed between sending
    and noting sends once more under the same number, two workers never send the same.
    """
    if by is not SYSTEM:
        raise Forbidden
    now, tried = timezone.now(), 0
    due = Page.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")
    for page in due.select_related("run__team__agency", "person", "contact")[:AT_ONCE]:
        claimed = Page.objects.filter(pk=page.pk, state=State.WAITING, due_at=page.due_at)
        if claimed.update(due_at=now + LEASE, attempts=F("attempts") + 1):
            _deliver(page)
            tried += 1
    return tried


def _deliver(page: Page) -> None:
    if page.run.state not in (Run.State.RUNNING, Run.State.EXHAUSTED):
        Page.objects.filter(pk=page.pk, state=State.WAITING).update(state=State.DROPPED)
        return
    try:
        channels.send(page)
    except channels.NotSent as error:
        _failed(page, str(error), gone=error.permanent or page.attempts + 1 > len(BACK_OFF))
        return
    Page.objects.filter(pk=page.pk, state=State.WAITING).update(
        state=State.SENT, sent_at=timezone.now(), error=""
    )
    touch(TOPIC, str(page.run_id))


@transaction.atomic
def _failed(page: Page, reason: str, *, gone: bool) -> None:
    now = timezone.now()
    waiting = Page.objects.filter(pk=page.pk, state=State.WAITING)
    if not gone:
        waiting.update(error=reason, due_at=now + timedelta(seconds=BACK_OFF[page.attempts]))
        return
    if not waiting.update(state=State.FAILED, error=reason):
        return
    page.state, page.error = State.FAILED, reason
    targets.report_failure(page, now)
    told.tell_others(page.run, told.FAILED, step=page.step, page=page)
    touch(TOPIC, str(page.run_id))
    _next_at_once(page)


def _next_at_once(page: Page) -> None:
    """When none of those whom the step told can have heard of it, the next step doesn't wait."""
    if any(_may_hear(one) for one in Page.objects.filter(run=page.run_id, step=page.step)):
        return
    now = timezone.now()
    hurried = Run.objects.filter(pk=page.run_id, state=Run.State.RUNNING, step=page.step + 1, next_at__gt=now)
    if hurried.update(next_at=now):
        advance_run(page.run_id)


def _may_hear(page: Page) -> bool:
    """Whether somebody may know by this page: it left, waits to leave, or was seen. One that only lies in the product
    isn't enough: nobody may be looking.
    """
    if page.state in (State.DELIVERED, State.READ, State.ACKNOWLEDGED):
        return True
    return page.channel != Page.Channel.PRODUCT and page.state in (State.SENT, State.WAITING)
