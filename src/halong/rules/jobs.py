"""What rules do by the clock: durations and silences that fall due, means, rules that begin or expire."""

from django.db import connection, transaction

from halong.core.jobs import app
from halong.rules import actions, store
from halong.rules.means import evaluate_means


@app.periodic(cron="* * * * * */5")
@app.task(name="halong.rules.watch", queue="fast", queueing_lock="rules.watch", pass_context=False)
def watch(timestamp: int) -> None:
    """Every five seconds: what fell due by silence or by a duration, and what is heard again."""
    with transaction.atomic(), connection.cursor() as cursor:
        store.raise_due_durations(cursor)
        store.watch_silences(cursor)


@app.periodic(cron="* * * * *")
@app.task(name="halong.rules.minute", queue="fast", queueing_lock="rules.minute", pass_context=False)
def minute(timestamp: int) -> None:
    """Every minute: means that became complete; states of new things opened, of things that are gone
    closed.
    """
    actions.settle_states()
    evaluate_means()


@app.periodic(cron="1 0 * * *")
@app.task(name="halong.rules.midnight", queue="fast", queueing_lock="rules.midnight", pass_context=False)
def midnight(timestamp: int) -> None:
    """A minute into the day (the worker's clock): rules begin and expire, so ingest reads them again."""
    actions.announce_rules()
    actions.forget_trials()
