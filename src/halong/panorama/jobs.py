"""What the panorama does by the clock."""

from halong.core.jobs import app
from halong.panorama.briefing import actions


@app.periodic(cron="*/5 * * * *")
@app.task(name="halong.briefings", queue="slow", queueing_lock="briefings", pass_context=False)
def make_briefings(timestamp: int) -> None:
    """Every five minutes: briefings that are due and aren't there, so that a worker that was away catches up."""
    actions.make_due()
