"""Letting go of what doors noted long ago."""

from datetime import timedelta

from django.utils import timezone

from halong.core.jobs import app
from halong.ingest.models import Quarantined, ReceivedFile, SourceMinute
from halong.observations.rollups import keep_days

COUNTS_DAYS = 400  # a health page looks back a year
SETTLED_DAYS = 90
FILES_DAYS = 400


@app.periodic(cron="23 2 * * *")
@app.task(name="halong.ingest.retention", queue="slow", queueing_lock="ingest.retention", pass_context=False)
def let_go(timestamp: int) -> None:
    """Every night: counts and hashes of files older than 400 days, and what was replayed or discarded 90 days ago.

    What is still held in quarantine is kept for ever, unless HALONG_KEEP_QUARANTINE_DAYS says otherwise.
    """
    now = timezone.now()
    SourceMinute.objects.filter(minute__lt=now - timedelta(days=COUNTS_DAYS)).delete()
    ReceivedFile.objects.filter(received_at__lt=now - timedelta(days=FILES_DAYS)).delete()
    settled = Quarantined.objects.exclude(state=Quarantined.State.HELD)
    settled.filter(settled_at__lt=now - timedelta(days=SETTLED_DAYS)).delete()
    if days := keep_days("HALONG_KEEP_QUARANTINE_DAYS"):
        Quarantined.objects.filter(received_at__lt=now - timedelta(days=days)).delete()
