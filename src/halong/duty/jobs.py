"""What duty does by the clock."""

from halong.core.jobs import app
from halong.duty import watch_jobs  # noqa: F401 -- log, calls, hand-over, quick reports
from halong.duty.actions import delivering, paging, rota, subscribing


@app.periodic(cron="* * * * * */5")
@app.task(name="halong.duty.chains", queue="fast", queueing_lock="duty.chains", pass_context=False)
def chains(timestamp: int) -> None:
    """Every five seconds: the next steps of chains that nobody has answered."""
    paging.advance_due()


@app.periodic(cron="* * * * * */5")
@app.task(name="halong.duty.pages", queue="slow", queueing_lock="duty.pages", pass_context=False)
def pages(timestamp: int) -> None:
    """Every five seconds: pages that wait to be carried out of the product."""
    while delivering.deliver_due() == delivering.AT_ONCE:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="halong.duty.calendars", queue="slow", queueing_lock="duty.calendars", pass_context=False)
def calendars(timestamp: int) -> None:
    """Every minute: calendars of others that are due."""
    subscribing.read_due()


@app.periodic(cron="41 2 * * *")
@app.task(name="halong.duty.patterns", queue="slow", queueing_lock="duty.patterns", pass_context=False)
def patterns(timestamp: int) -> None:
    """Every night: turns of repetitions for the weeks ahead."""
    rota.expand_patterns()
