"""Putting reports into the outbox, and what a person decides about those that were refused."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.citizens.models import Report
from halong.connectors.open311.letter import may_go
from halong.connectors.open311.models import Exchange
from halong.core.errors import Conflict
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.ingest.models import Source

KIND = "open311"


@transaction.atomic
def offer_report(report: Report, *, by: Any = SYSTEM) -> int:
    """Put a report into the outbox of every source that wants it; once a source. Returns how many are new."""
    require(by, "system.manage")
    done = 0
    for source in Source.objects.filter(kind=KIND, enabled=True).select_related("place"):
        if may_go(report, source):
            _link, new = Exchange.objects.get_or_create(
                source=source,
                report=report,
                defaults={
                    "direction": Exchange.Direction.OUT,
                    "state": Exchange.State.WAITING,
                    "due_at": timezone.now(),
                },
            )
            done += new
    return done


@transaction.atomic
def retry_exchange(link: Exchange, *, by: Any) -> None:
    """Send what was refused, or given up, again. Raises Conflict when it is neither any more."""
    require(by, "sources.edit", link.source)
    stopped = Exchange.objects.filter(pk=link.pk, state__in=(Exchange.State.FAILED, Exchange.State.DROPPED))
    if not stopped.update(state=Exchange.State.WAITING, attempts=0, looks=0, due_at=timezone.now()):
        raise Conflict(_("Somebody has settled this already."))
    record(by, "sources.exchange_retry", link.source, report=link.report_id)
    touch("sources", str(link.source_id))


@transaction.atomic
def drop_exchange(link: Exchange, *, by: Any) -> None:
    """Don't send it. Raises Conflict when it has gone meanwhile."""
    require(by, "sources.edit", link.source)
    stopped = Exchange.objects.filter(pk=link.pk, state__in=(Exchange.State.FAILED, Exchange.State.WAITING))
    if not stopped.update(state=Exchange.State.DROPPED, due_at=None):
        raise Conflict(_("Somebody has settled this already."))
    record(by, "sources.exchange_drop", link.source, report=link.report_id)
    touch("sources", str(link.source_id))
