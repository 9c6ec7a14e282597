"""What log, calls and quick reports do by the clock."""

from django.utils import timezone

from halong.core.jobs import app
from halong.duty import quick, shifts
from halong.duty.actions import calls, watching
from halong.duty.actions.quick import make_quick_report


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
