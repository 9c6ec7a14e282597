"""Background jobs: the one Procrastinate app, on the same PostgreSQL.

Declare a job with ``@app.task(queue="…")`` in an app's ``jobs.py``, a periodic one with ``@app.periodic(cron="…")`` above
it. Jobs are thin: ids in, one action called. Queues: ``events`` (delivery between modules), ``fast`` (roll-ups, silence,
seal), ``slow`` (backup, exports).
"""

from procrastinate import App
from procrastinate.contrib.django import app

__all__ = ["app", "on_app_ready"]


def on_app_ready(ready: App) -> None:
    """Called once Django is up: makes sure that the delivery job is known to the worker."""
    import halong.core.events  # noqa: F401, PLC0415 -- registers halong.deliver; would be circular at the top
