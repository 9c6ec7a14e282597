"""What steps do by the clock. ``incidents.jobs`` imports this, so that the worker knows them."""

from halong.core.jobs import app
from halong.incidents.steps import calls, running


@app.periodic(cron="* * * * * */3")
@app.task(
    name="halong.incidents.advance", queue="fast", queueing_lock="incidents.advance", pass_context=False
)
def advance(timestamp: int) -> None:
    """Every three seconds: waits that are over, deadlines, steps that a killed worker left behind."""
    while running.advance_due() == running.AT_ONCE:
        pass


@app.periodic(cron="* * * * * */5")
@app.task(name="halong.incidents.call", queue="slow", queueing_lock="incidents.call", pass_context=False)
def call(timestamp: int) -> None:
    """Every five seconds: calls to systems outside."""
    while calls.send_due() == calls.AT_ONCE:
        pass
