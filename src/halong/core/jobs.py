"""Background jobs: the one Procrastinate app, on the same PostgreSQL.

Declare a job with ``@app.task(queue="…")`` in an app's ``jobs.py``, a periodic one with ``@app.periodic(cron="…")`` above
it. Jobs are thin: ids in, one action called. Queues: ``events`` (delivery between modules), ``fast`` (roll-ups, silence,
seal), ``slow`` (backup, exports).
"""

from collections.abc import Generator
from contextlib import contextmanager

from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

__all__ = ["app", "as_worker", "on_app_ready"]


class WorkerConnector(PsycopgConnector):
    """A worker's own connections. What a job defers while it works goes over Django's, so that it commits with the job's
    transaction or not at all: a worker's pool would hand it out at once, before what it is about can be seen.
    """

    def __init__(self, django: BaseConnector) -> None:
        super().__init__(kwargs=connector_params())
        self._django = django

    def get_sync_connector(self) -> BaseConnector:
        """Django's connection of the calling thread."""
        return self._django


@contextmanager
def as_worker() -> Generator[App]:
    """The app as a worker runs it."""
    with app.replace_connector(WorkerConnector(app.connector)):
        yield app


def on_app_ready(ready: App) -> None:
    """Called once Django is up: makes sure that the delivery job is known to the worker."""
    import halong.core.events  # noqa: F401, PLC0415 -- registers halong.deliver; would be circular at the top
