"""What warnings do by the clock."""

from halong.core.jobs import app
from halong.warnings import actions, channels


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.warnings.deliver", queue="fast", queueing_lock="warnings.deliver", pass_context=False)
def deliver(timestamp: int) -> None:
    """Every ten seconds: end what has expired; hand over what waits."""
    while actions.expire_due():
        pass
    while channels.deliver_due() == channels.AT_ONCE:
        pass
