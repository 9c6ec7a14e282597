"""What follows when reports have come in, in parts: a proposal, who is told, clusters, the event for other modules."""

import logging
from typing import Any

from django.db import transaction

from halong.citizens.actions.clock import watch_cluster
from halong.citizens.events import ReportArrived
from halong.citizens.models import Report, ReportEvent
from halong.citizens.proposals import keep_proposal
from halong.citizens.telling import tell_about
from halong.core.events import publish
from halong.core.permissions import SYSTEM, require

AT_ONCE = 100
log = logging.getLogger(__name__)


def look_at_new(*, by: Any = SYSTEM) -> int:
    """Look at reports that nobody has looked at (their proposal is empty), the oldest first; returns how many.

    Each in its own transaction and at least once: a worker that is killed leaves the rest to the next one.
    """
    require(by, "system.manage")
    fresh = (
        Report.objects.filter(state=Report.State.SENT, proposal={})
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    done = 0
    for pk in list(fresh[:AT_ONCE]):
        done += _look(pk)
    return done


@transaction.atomic
def _look(pk: int) -> bool:
    report = (
        Report.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("category", "place")
        .filter(pk=pk, state=Report.State.SENT, proposal={})
        .first()
    )
    entry = ReportEvent.objects.filter(report=pk, kind=ReportEvent.Kind.SENT).order_by("pk").first()
    if report is None or entry is None:
        return False
    entry.report = report
    try:
        with transaction.atomic():
            keep_proposal(report)
    except Exception:  # a report without a proposal is still a report
        log.exception("no proposal for report %s", pk)
        Report.objects.filter(pk=pk).update(proposal={"reasons": []})
    tell_about(entry)
    watch_cluster(report, entry)
    publish(ReportArrived(pk))
    return True
