"""What stages do by the clock."""

from halong.core.jobs import app
from halong.stages import actions


@app.periodic(cron="* * * * * */30")
@app.task(name="halong.stages.criteria", queue="fast", queueing_lock="stages.criteria", pass_context=False)
def look_at_criteria(timestamp: int) -> None:
    """Every half minute: whether the criteria call for another stage."""
    actions.propose_by_criteria()
