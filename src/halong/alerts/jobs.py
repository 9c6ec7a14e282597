"""What alerts do by the clock: come back from the shelf; Halong about itself and about its sources."""

from halong.alerts import actions, watch
from halong.alerts.quality import quieting
from halong.core.jobs import app


@app.periodic(cron="* * * * * */15")
@app.task(name="halong.alerts.shelf", queue="fast", queueing_lock="alerts.shelf", pass_context=False)
def shelf(timestamp: int) -> None:
    """Every fifteen seconds: what was shelved and is due again, what has been over for long enough, what planned work
    keeps quiet, what broken sources explain.
    """
    actions.return_shelved()
    actions.clear_held()
    quieting.keep_windows()
    watch.watch_sources()


@app.periodic(cron="* * * * *")
@app.task(name="halong.alerts.self", queue="fast", queueing_lock="alerts.self", pass_context=False)
def look_at_self(timestamp: int) -> None:
    """Every minute: what ``halong doctor`` would say."""
    watch.watch_self()
