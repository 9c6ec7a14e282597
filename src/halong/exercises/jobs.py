"""What exercises do by the clock, in the main instance: follow the second one, and tell people before a practice expires."""

from django.conf import settings

from halong.core.jobs import app
from halong.core.permissions import SYSTEM
from halong.exercises.actions.holding import follow_all
from halong.exercises.actions.practice import remind_due


@app.periodic(cron="* * * * * */10")
@app.task(name="halong.exercises.follow", queue="fast", queueing_lock="exercises.follow", pass_context=False)
def follow(timestamp: int) -> None:
    """Every ten seconds: whether the second instance runs, is over, and what came of it."""
    if not settings.HALONG_EXERCISE:
        follow_all(by=SYSTEM)


@app.periodic(cron="20 1 * * *")
@app.task(name="halong.exercises.remind", queue="slow", queueing_lock="exercises.remind", pass_context=False)
def remind(timestamp: int) -> None:
    """Once a day: whose practice expires soon."""
    if not settings.HALONG_EXERCISE:
        remind_due(by=SYSTEM)
