"""The backup that Halong makes by itself every night, and what is known of the last one."""

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from halong.database.backup import make_backup
from halong.home import home

PREFIX, SUFFIX = "halong-", ".backup"
LATE = timedelta(hours=26)  # a nightly backup is late after this


@dataclass(frozen=True)
class LastBackup:
    """How the last scheduled backup went: ``error`` is empty when it went well; ``size`` in bytes, ``seconds`` taken."""

    at: datetime
    file: str
    size: int
    seconds: float
    error: str


def folder() -> Path:
    """Where scheduled backups go: ``HALONG_BACKUP_DIR``, else ``backups`` in the data folder."""
    named = os.environ.get("HALONG_BACKUP_DIR")
    return Path(named).expanduser() if named else home() / "backups"


def kept() -> int:
    """How many scheduled backups are kept: ``HALONG_BACKUP_KEEP``, else 7; 0 means that none is made."""
    given = os.environ.get("HALONG_BACKUP_KEEP") or "7"
    return int(given) if given.isdigit() else 7


def make_scheduled_backup(url: str) -> LastBackup | None:
    """Make tonight's backup, remove those beyond the number kept, and write down how it went. None when switched off.

    A failure is written down, then raised again, so that the job shows it, too.
    """
    if kept() == 0:
        return None
    began, at = time.monotonic(), datetime.now(UTC)
    place = folder()
    file = place / f"{PREFIX}{at:%Y%m%d-%H%M%S}{SUFFIX}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_backup(file, home=home(), url=url)
        for older in backups()[: -kept()]:
            older.unlink()
    except Exception as error:
        _write_down(LastBackup(at, str(file), 0, time.monotonic() - began, str(error)))
        raise
    last = LastBackup(at, str(file), file.stat().st_size, time.monotonic() - began, "")
    _write_down(last)
    return last


def backups() -> list[Path]:
    """The scheduled backups that are there, oldest first."""
    return sorted(folder().glob(f"{PREFIX}*{SUFFIX}"))


def last_backup() -> LastBackup | None:
    """How the last scheduled backup went; None when there was none yet."""
    try:
        known = json.loads(_note().read_text())
        return LastBackup(**known | {"at": datetime.fromisoformat(known["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _note() -> Path:
    return home() / "last-backup.json"


def _write_down(last: LastBackup) -> None:
    draft = _note().with_suffix(".new")
    draft.write_text(json.dumps(asdict(last) | {"at": last.at.isoformat()}))
    draft.chmod(0o600)
    draft.replace(_note())
