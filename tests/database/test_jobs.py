import asyncio

import pytest
from django.db import OperationalError, connection, transaction

from halong.core.events import event, publish, subscribe
from halong.core.jobs import app, as_worker
from halong.database import jobs

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="test.orphaned", queueing_lock="only one waits")
def orphaned():
    """Do nothing."""


@app.task(name="test.free")
def free():
    """Do nothing."""


@event
class Heard:
    """Something for one subscriber."""

    number: int


@subscribe(Heard)
def on_heard(happened):
    """The database chooses it in a deadlock."""
    raise OperationalError("deadlock detected")


@app.task(name="test.undone", queue="trial")
def undone():
    """Publish, and don't commit."""
    with transaction.atomic():
        publish(Heard(1))
        transaction.set_rollback(True)


@app.task(name="test.done", queue="trial")
def done():
    """Publish, and commit."""
    with transaction.atomic():
        publish(Heard(2))


def doing(job_id, heartbeat):
    """The job is in the hands of a worker that was last heard of so many seconds ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 s') RETURNING id",
            [heartbeat],
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job_id]
        )


def states():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM procrastinate_jobs")
        return dict(cursor.fetchall())


def work(queue):
    """Do what waits in the queue as a worker does."""

    async def once():
        async with app.open_async():
            await app.run_worker_async(queues=[queue], wait=False, install_signal_handlers=False)

    with as_worker():
        asyncio.run(once())


def retry():
    """Put back what dead workers held."""
    jobs.retry_orphans.defer(timestamp=1)
    work("fast")


def deliveries():
    """State, attempts and whether it waits for later, of each delivery of an event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, attempts, scheduled_at > now() FROM procrastinate_jobs WHERE task_name = 'halong.deliver'"
        )
        return cursor.fetchall()


def test_a_job_of_a_dead_worker_is_put_back_and_that_of_a_live_one_is_left():
    dead, alive = free.defer(), free.defer()
    doing(dead, 60)
    doing(alive, 3)
    retry()
    assert {dead: "todo", alive: "doing"}.items() <= states().items()


def test_a_job_whose_work_waits_already_is_dropped():
    first = orphaned.defer()
    doing(first, 60)
    second = orphaned.defer()
    retry()
    assert (states().get(first), states()[second]) == (None, "todo")


def test_what_a_job_publishes_goes_with_its_transaction():
    undone.defer()
    work("trial")
    assert deliveries() == []
    done.defer()
    work("trial")
    assert deliveries() == [("todo", 0, None)]


def test_a_delivery_that_the_database_broke_off_is_made_again():
    publish(Heard(3))
    work("events")
    assert deliveries() == [("todo", 1, True)]
