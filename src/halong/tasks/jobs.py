"""What tasks do by the clock."""

from halong.core.jobs import app
from halong.core.permissions import SYSTEM
from halong.tasks import actions


@app.periodic(cron="* * * * * */30")
@app.task(name="halong.tasks.remind", queue="fast", queueing_lock="tasks.remind", pass_context=False)
def remind(timestamp: int) -> None:
    """Every half minute: deadlines that somebody must be told about."""
    while actions.remind_due(by=SYSTEM):
        pass
