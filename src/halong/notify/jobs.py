"""What notices do by the clock."""

from halong.core.jobs import app
from halong.notify import actions


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.notify.deliver", queue="slow", queueing_lock="notify.deliver", pass_context=False)
def deliver(timestamp: int) -> None:
    """Every ten seconds: what is due in the outbox."""
    while actions.deliver_due() == actions.AT_ONCE:
        pass


@app.periodic(cron="23 3 * * *")
@app.task(name="halong.notify.forget", queue="slow", queueing_lock="notify.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Every night: notices that nobody needs any more."""
    actions.forget_old()
