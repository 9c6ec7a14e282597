"""What indicators do by the clock: compute what is due, open the minute's periods, let go of old hours."""

import time

from halong.core.jobs import app
from halong.indicators import (
    compute,
    jobs_late,  # noqa: F401 -- its jobs are found through this module
)

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
