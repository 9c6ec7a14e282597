"""Jobs: the nightly backup, and new life for jobs whose worker was killed."""

from django.conf import settings
from procrastinate import JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from halong.core.jobs import app
from halong.database.connections import database_url
from halong.database.schedule import make_scheduled_backup

__all__ = ["backup_at_night", "retry_orphans"]


@app.periodic(cron="0 19 * * *")  # 02:00 in Vietnam; cron here counts in UTC
@app.task(name="halong.backup", queue="slow", queueing_lock="backup")
def backup_at_night(timestamp: int) -> None:
    """Make the scheduled backup (docs/administrator.md says where it goes)."""
    make_scheduled_backup(database_url(settings.DATABASES["default"]))


@app.periodic(cron="* * * * *")
@app.task(name="halong.retry_orphans", queue="fast", queueing_lock="retry_orphans", pass_context=True)
async def retry_orphans(context: JobContext, timestamp: int) -> None:
    """Put jobs back whose worker died in the middle (no sign of life for 20 s): delivery is at least once."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=20):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # the same work waits already under its queueing lock
            assert job.id is not None
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
