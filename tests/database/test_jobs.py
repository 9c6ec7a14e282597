import asyncio

import pytest
from django.db import connection

from halong.core.jobs import app
from halong.database import jobs

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="test.orphaned", queueing_lock="only one waits")
def orphaned():
    """Do nothing."""


@app.task(name="test.free")
def free():
    """Do nothing."""


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


def retry():
    """Run the job as a worker does."""

    async def once():
        async with app.open_async():
            await jobs.retry_orphans.defer_async(timestamp=1)
            await app.run_worker_async(queues=["fast"], wait=False, install_signal_handlers=False)

    with app.replace_connector(app.connector.get_worker_connector()):
        asyncio.run(once())


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
