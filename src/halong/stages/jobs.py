"""What stages do by the clock."""

from datetime import UTC, datetime

from halong.core.jobs import app
from halong.stages import actions
from halong.stages.risk.weather import suggested


@app.periodic(cron="* * * * * */30")
@app.task(name="halong.stages.criteria", queue="fast", queueing_lock="stages.criteria", pass_context=False)
def look_at_criteria(timestamp: int) -> None:
    """Every half minute: whether the criteria call for another stage."""
    actions.propose_by_criteria()


@app.periodic(cron="*/5 * * * *")
@app.task(name="halong.stages.risk", queue="fast", queueing_lock="stages.risk", pass_context=False)
def look_at_risk(timestamp: int) -> None:
    """Every five minutes: which levels of disaster risk the readings suggest."""
    now = datetime.fromtimestamp(timestamp, UTC)
    actions.note_suggestions(suggested(now), now=now)
