"""The seal, a few seconds behind the changes."""

import logging
import os
from datetime import timedelta

from django.utils import timezone

from halong.audit.actions import KEPT, prune_log, seal_everything
from halong.audit.chain import head
from halong.core.jobs import app
from halong.core.permissions import SYSTEM

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */5")  # the sixth field is the second
@app.task(name="halong.audit.seal", queue="fast", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    """Put what was committed meanwhile into the chain."""
    seal_everything()


@app.periodic(cron="3 * * * *")
@app.task(name="halong.audit.note_head", queue="fast", queueing_lock="audit.note_head")
def note_head(timestamp: int) -> None:
    """Write the head of the chain to the process's log, which is kept apart from the database."""
    link = head()
    log.info("audit log sealed up to %d: %s", link.seq, link.hash)


@app.periodic(cron="23 3 * * *")
@app.task(name="halong.audit.retention", queue="slow", queueing_lock="audit.retention")
def let_go(timestamp: int) -> None:
    """Every night: entries older than HALONG_KEEP_AUDIT_DAYS (at least a year) go. Without the setting all are kept."""
    days = int(os.environ.get("HALONG_KEEP_AUDIT_DAYS") or 0)
    if days > 0:
        prune_log(by=SYSTEM, before=timezone.now() - max(timedelta(days=days), KEPT))
