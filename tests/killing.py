"""Workers that are killed with SIGKILL in the middle of what they do, on the test's own database."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from tests.conftest import conninfo

PATIENCE = 60  # seconds: a new process loads the whole product first
LOADED = "import django; django.setup(); "


def database_url():
    """Where another process finds the test's database."""
    known = settings.DATABASES["default"]
    query = {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"],
    }
    return f"postgresql:///{known['NAME']}?{urlencode({k: v for k, v in query.items() if v})}"


@contextmanager
def worker(work):
    """A process that does ``work``, a line of Python; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOADED + work], env={**os.environ, "DATABASE_URL": database_url()}
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_for(what):
    """Until ``what`` is true; fails after a minute."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def kill_at(table, work):
    """Have ``work`` done by a process and kill it at the moment when it first wants to write into the table."""
    with psycopg.connect(conninfo()) as held:
        held.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        with worker(work):
            wait_for(lambda: _somebody_waits(held, table))


def _somebody_waits(connection, table):
    found = connection.execute(
        "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
    ).fetchone()
    return found[0] > 0
