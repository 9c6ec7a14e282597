"""What warnings do by the clock."""

from datetime import UTC, datetime

from halong.core.jobs import app
from halong.warnings import actions, channels
from halong.warnings.foreign.actions import expire_foreign


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.warnings.deliver", queue="fast", queueing_lock="warnings.deliver", pass_context=False)
def deliver(timestamp: int) -> None:
    """Every ten seconds: end what has expired; hand over what waits."""
    while actions.expire_due(now=datetime.fromtimestamp(timestamp, UTC)):
        pass
    while channels.deliver_due() == channels.AT_ONCE:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="halong.warnings.foreign", queue="fast", queueing_lock="warnings.foreign", pass_context=False)
def look_at_foreign(timestamp: int) -> None:
    """Every minute: end others' alerts whose time is over."""
    expire_foreign(now=datetime.fromtimestamp(timestamp, UTC))
