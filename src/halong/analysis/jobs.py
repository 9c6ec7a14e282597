"""When analysis is made. The work is done by a child process, so that the libraries never stay in the worker's memory."""

import logging
import os
import subprocess
import sys
from datetime import timedelta

from django.utils import timezone

from halong.analysis import actions
from halong.core.jobs import app
from halong.core.permissions import SYSTEM
from halong.core.process import PARENT
from halong.observations.rollups import keep_days

LIMIT_S = 900
log = logging.getLogger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="halong.analysis.unusual", queue="slow", queueing_lock="analysis.unusual", pass_context=False)
def find_unusual(timestamp: int) -> None:
    """Seven minutes past every hour: is the last hour, or the last day, unusual?"""
    run("unusual")


@app.periodic(cron="23 */3 * * *")
@app.task(
    name="halong.analysis.forecasts", queue="slow", queueing_lock="analysis.forecasts", pass_context=False
)
def make_forecasts(timestamp: int) -> None:
    """Every three hours: forecasts anew."""
    run("forecasts")


@app.periodic(cron="53 2 * * *")
@app.task(
    name="halong.analysis.retention", queue="slow", queueing_lock="analysis.retention", pass_context=False
)
def let_go(timestamp: int) -> None:
    """Every night: flags whose hourly means are gone (HALONG_KEEP_MEANS_DAYS) go with them."""
    if days := keep_days("HALONG_KEEP_MEANS_DAYS"):
        actions.drop_old(timezone.now() - timedelta(days=days), by=SYSTEM)


def run(which: str) -> None:
    """``halong analyse`` as a child that ends with the worker. A failed round is logged; the next one makes up for it."""
    command = [sys.executable, "-m", "halong", "analyse", which]
    env = {**os.environ, PARENT: str(os.getpid())}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if done.returncode:
        log.error("halong analyse %s ended with %d: %s", which, done.returncode, done.stderr.strip()[-2000:])
    else:
        log.info("%s", done.stdout.strip())
