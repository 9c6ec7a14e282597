"""The seal, a few seconds behind the changes."""

import logging

from halong.audit.actions import seal_everything
from halong.audit.chain import head
from halong.core.jobs import app

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
