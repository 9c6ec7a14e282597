"""What duty does by the clock."""

from django.utils import timezone

from halong.core.jobs import app
from halong.duty import quick, shifts
from halong.duty.actions import calls, delivering, paging, rota, subscribing, watching
from halong.duty.actions.quick import make_quick_report


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


@app.periodic(cron="* * * * *")
@app.task(name="halong.duty.quick", queue="fast", queueing_lock="duty.quick", pass_context=False)
def quick_report(timestamp: int) -> None:
    """Every minute: freeze the report whose hour has come, and tell who checks it."""
    hour = quick.last_due(timezone.now())
    if hour is not None:
        watching.announce(make_quick_report(hour))


@app.periodic(cron="*/10 * * * *")
@app.task(name="halong.duty.missing", queue="fast", queueing_lock="duty.missing", pass_context=False)
def missing_handovers(timestamp: int) -> None:
    """Every ten minutes: a change of shift without a hand-over is written into the log."""
    for gap in shifts.missing(timezone.now()):
        watching.note_missing(gap)


@app.periodic(cron="23 3 * * *")
@app.task(name="halong.duty.forget", queue="slow", queueing_lock="duty.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Every night: callers' names and numbers go when their time is over."""
    while calls.forget_callers():
        pass
