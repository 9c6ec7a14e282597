"""What accounts do by the clock."""

from halong.accounts.actions import tidy_sessions
from halong.core.jobs import app


@app.periodic(cron="17 * * * *")
@app.task(name="halong.accounts.tidy", queue="slow", queueing_lock="accounts.tidy")
def tidy(timestamp: int) -> None:
    """Drop sessions that are over."""
    tidy_sessions()
