"""Is the ground sound: disk, database, clock, backup, queue, processes. For ``halong doctor`` and self-alerts.

A check returns None when all is well, else one sentence that says what is wrong and what to do.
"""

import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from halong.core.formats import format_age, format_number
from halong.database import schedule
from halong.home import path

MEGABYTE = 1_000_000
CLOCK_TOLERANCE = 5.0  # seconds between our clock and the database's
JUMP_TOLERANCE = 30.0  # seconds that the wall clock may gain on the steady one between two checks
QUEUE_PATIENCE = 300.0  # seconds that a due job may wait
RECENT = 600.0  # seconds in which the new starts of a process are counted
MANY_STARTS = 3


@dataclass(frozen=True)
class Disk:
    """Free and total bytes of the file system that holds the data, and the free bytes below which intake stops."""

    place: Path
    total: int
    free: int
    needed: int

    @property
    def low(self) -> bool:
        """Less than four times what is needed: time to warn."""
        return self.free < 4 * self.needed

    @property
    def full(self) -> bool:
        """Intake must stop, so that the database always has room for its log and ends cleanly."""
        return self.free < self.needed


def disk() -> Disk:
    """The file system of the data folder. ``HALONG_MIN_FREE_MB`` sets the limit, else 512 MB or a tenth of it all."""
    place = next(folder for folder in (path() / "postgres", path(), *path().parents) if folder.exists())
    usage = shutil.disk_usage(place)
    given = os.environ.get("HALONG_MIN_FREE_MB") or ""
    needed = int(given) * MEGABYTE if given.isdigit() else min(512 * MEGABYTE, usage.total // 10)
    return Disk(place, usage.total, usage.free, needed)


class _Storage:
    """The answer of a moment ago: intake asks before every batch, the file system only once a second."""

    asked = float("-inf")
    ok = True


def storage_ok() -> bool:
    """May data be taken in? False when the disk is nearly full: answer 503 then. Costs nothing to ask often."""
    now = time.monotonic()
    if now - _Storage.asked > 1:
        _Storage.asked, _Storage.ok = now, not disk().full
    return _Storage.ok


def database_size() -> int:
    """Bytes that the database takes on its disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def check_disk() -> str | None:
    """Enough room for data."""
    found = disk()
    free = format_number(found.free / MEGABYTE, 0)
    if found.full:
        return _("Only %(free)s MB are free in %(place)s: nothing is taken in any more. Make room.") % {
            "free": free, "place": found.place}  # fmt: skip
    if found.low:
        return _("Only %(free)s MB are free in %(place)s: soon nothing can be taken in. Make room.") % {
            "free": free, "place": found.place}  # fmt: skip
    return None


def check_database() -> str | None:
    """The database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return _("The database doesn't answer: %(reason)s") % {"reason": str(error).strip()}
    return None


def check_migrations() -> str | None:
    """The tables are those of this version."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return ngettext(
            "%(count)s step of the tables is missing: run halong migrate.",
            "%(count)s steps of the tables are missing: run halong migrate.",
            waiting,
        ) % {"count": waiting}
    return None


def check_backup() -> str | None:
    """The nightly backup went well and isn't late."""
    if schedule.kept() == 0:
        return None
    last = schedule.last_backup()
    if last is not None and last.error:
        return _("The last backup failed: %(reason)s") % {"reason": last.error}
    since = last.at if last else _first_day()
    if datetime.now(UTC) - since > schedule.LATE:
        age = format_age(last.at if last else None)
        return _("There has been no backup for too long (last: %(age)s).") % {"age": age}
    return None


def check_queue() -> str | None:
    """Jobs are done soon after they are due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, d.at))), 0) "
            "FROM procrastinate_jobs j CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM procrastinate_events e "
            "WHERE e.job_id = j.id AND e.type = 'deferred') d "
            "WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"
        )
        waiting, oldest = cursor.fetchone()
    if waiting and float(oldest) > QUEUE_PATIENCE:
        return _("%(count)s jobs wait, the oldest for %(minutes)s minutes: is the worker running?") % {
            "count": format_number(waiting), "minutes": format_number(float(oldest) / 60, 0)}  # fmt: skip
    return None


class _Clock:
    """What the wall clock was ahead of the steady clock at the last check of this process."""

    ahead: float | None = None


def check_clock() -> str | None:
    """Our clock agrees with the database's, and didn't jump since the last check of this process."""
    before, _Clock.ahead = _Clock.ahead, time.time() - time.monotonic()
    if before is not None and abs(_Clock.ahead - before) > JUMP_TOLERANCE:
        return _("This machine's clock jumped by %(seconds)s seconds. Check its time service.") % {
            "seconds": format_number(_Clock.ahead - before, 0)}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - datetime.now(UTC)).total_seconds())
    if apart > CLOCK_TOLERANCE:
        return _("The clocks of Halong and of its database differ by %(seconds)s seconds.") % {
            "seconds": format_number(apart, 0)}  # fmt: skip
    return None


def check_processes() -> str | None:
    """No process of the product keeps ending. Only ``halong run`` tells; under other supervisors this is silent."""
    now = time.time()
    for name, starts in sorted(_started().items()):
        recent = [at for at in starts if now - at < RECENT]
        if len(recent) >= MANY_STARTS:
            return _("The process %(name)s was started %(count)s times in ten minutes. Look at %(log)s.") % {
                "name": name, "count": len(recent), "log": path() / "logs" / f"{name}.log"}  # fmt: skip
    return None


def _started() -> dict[str, list[float]]:
    try:
        known: Any = json.loads((path() / "processes.json").read_text())
        return {str(name): [float(at) for at in starts] for name, starts in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _first_day() -> datetime:
    """When this data folder came to be, as its first secret tells: a new product isn't late with its backup."""
    try:
        return datetime.fromtimestamp((path() / "secrets" / "django").stat().st_mtime, UTC)
    except OSError:
        return datetime.now(UTC)
