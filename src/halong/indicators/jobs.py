"""What indicators do by the clock: compute what is due, open the minute's periods, let go of old hours; open what agencies
owe, remind of what is due or late.
"""

import time

from django.utils import timezone

from halong.core.jobs import app
from halong.indicators import collecting, compute, reminders

PATIENCE_S = 45.0  # a round that isn't done by then goes on in the next job


@app.periodic(cron="* * * * * */4")
@app.task(
    name="halong.indicators.compute", queue="fast", queueing_lock="indicators.compute", pass_context=False
)
def compute_values(timestamp: int) -> None:
    """Every four seconds: whatever readings, moves, definitions and tables have changed."""
    until = time.monotonic() + PATIENCE_S
    while compute.work() and time.monotonic() < until:
        pass


@app.periodic(cron="* * * * * 7")
@app.task(name="halong.indicators.open", queue="fast", queueing_lock="indicators.open", pass_context=False)
def open_periods(timestamp: int) -> None:
    """Every minute: the running period of each indicator; records are counted again."""
    compute.open_periods()


@app.periodic(cron="11 3 * * *")
@app.task(
    name="halong.indicators.retention", queue="slow", queueing_lock="indicators.retention", pass_context=False
)
def let_go(timestamp: int) -> None:
    """Every night: values of hours older than HALONG_KEEP_INDICATOR_HOURS_DAYS (90); longer periods stay for good."""
    compute.drop_old_hours()


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
