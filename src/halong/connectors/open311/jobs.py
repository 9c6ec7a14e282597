"""What the connector does by the clock."""

from halong.connectors.open311 import following, outbox
from halong.core.jobs import app


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.open311.exchange", queue="slow", queueing_lock="open311.exchange", pass_context=False)
def exchange(timestamp: int) -> None:
    """Every ten seconds: send, look for, ask for numbers; ask for states, fetch pictures."""
    outbox.send_due()
    following.follow_due()
    following.fetch_pictures()
