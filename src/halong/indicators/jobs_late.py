"""What tables of agencies do by the clock: periods open, reminders go out. Imported by ``jobs``."""

from django.utils import timezone

from halong.core.jobs import app
from halong.indicators import collecting, reminders


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="halong.indicators.remind", queue="fast", queueing_lock="indicators.remind", pass_context=False
)
def remind(timestamp: int) -> None:
    """Every five minutes: open what agencies owe for periods that are over; remind of what is due or late."""
    now = timezone.now()
    collecting.open_submissions(now)
    while reminders.remind_due(now):
        pass
