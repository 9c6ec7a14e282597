"""What citizens' reports do by the clock."""

from halong.citizens import channels
from halong.citizens.actions import arriving, clock, forgetting, photographs
from halong.core.jobs import app


@app.periodic(cron="* * * * *")
@app.task(name="halong.citizens.minute", queue="fast", queueing_lock="citizens.minute", pass_context=False)
def minute(timestamp: int) -> None:
    """Every minute: reminders and escalation; photos that are still in quarantine."""
    while clock.remind_due() == clock.AT_ONCE:
        pass
    photographs.check_waiting()


@app.periodic(cron="* * * * * */3")
@app.task(name="halong.citizens.arrive", queue="fast", queueing_lock="citizens.arrive", pass_context=False)
def arrive(timestamp: int) -> None:
    """Every three seconds: what has come in."""
    while arriving.look_at_new() == arriving.AT_ONCE:
        pass


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.citizens.deliver", queue="slow", queueing_lock="citizens.deliver", pass_context=False)
def deliver(timestamp: int) -> None:
    """Every ten seconds: messages to those who follow a report."""
    while channels.deliver_due() == channels.AT_ONCE:
        pass


@app.periodic(cron="17 * * * *")
@app.task(name="halong.citizens.hour", queue="slow", queueing_lock="citizens.hour", pass_context=False)
def hour(timestamp: int) -> None:
    """Every hour: close what was answered long ago, end alerts about clusters, remind of data requests."""
    clock.close_due()
    clock.clear_clusters()
    clock.remind_requests()


@app.periodic(cron="41 2 * * *")
@app.task(name="halong.citizens.forget", queue="slow", queueing_lock="citizens.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Every night: personal data that has outlived its purpose."""
    forgetting.forget_due()
