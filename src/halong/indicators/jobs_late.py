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


@app.periodic(cron="0 1 * * *")  # 08:00 in Vietnam; cron here counts in UTC
@app.task(
    name="halong.indicators.late_data", queue="fast", queueing_lock="indicators.late_data", pass_context=False
)
def remind_of_data(timestamp: int) -> None:
    """Every morning: whose data is older than was promised."""
    reminders.remind_of_data(timezone.now())
