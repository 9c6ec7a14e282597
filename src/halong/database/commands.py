"""``halong backup``, ``halong restore``, ``halong doctor``."""

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from halong.core.command import CommandError, Needs, Verb


def backup(arguments: Namespace) -> None:
    """Write one file with the database, the files and the keys."""
    from halong.database.backup import make_backup
    from halong.home import home

    file = Path(arguments.file)
    with ExitStack() as stack:
        manifest = make_backup(file, home=home(), url=_url(stack))
    _say(f"{file}: {file.stat().st_size / 1e6:.1f} MB, {_extent(manifest)}.")
    _say("It holds the keys of this installation: keep it where only you can read it.")


def restore(arguments: Namespace) -> None:
    """Bring back a backup, while the product is stopped."""
    from halong.database.backup import restore_backup
    from halong.home import home, running_pid

    if running_pid() is not None:
        raise CommandError("Halong is running here. Stop it first: halong stop")
    with ExitStack() as stack:
        url = _url(stack)
        manifest = restore_backup(Path(arguments.file), home=home(), url=url, replace=arguments.replace)
    _say(f"Restored the backup of {manifest['made_at']}: {_extent(manifest)}, all counted.")


def _extent(manifest: dict[str, Any]) -> str:
    return f"{len(manifest['tables'])} tables, {sum(manifest['tables'].values())} rows"


def doctor(arguments: Namespace) -> int:
    """Print every check; 1 when one of them found something."""
    from django.utils.translation import override

    with override("en"):  # as every word of the command line
        return _examine()


def _examine() -> int:
    from halong.core.registry import health_checks
    from halong.database.health import database_size, disk
    from halong.home import running_pid

    found = disk()
    _say(f"data folder   {found.place}: {found.free / 1e9:.1f} of {found.total / 1e9:.1f} GB free")
    _say(f"database      {database_size() / 1e6:.1f} MB")
    _say(f"product       {'runs' if running_pid() is not None else 'is stopped'}\n")
    wrong = 0
    for entry in health_checks:
        try:
            trouble = entry.check()
        except Exception as error:  # noqa: BLE001 -- one broken check must not hide the others
            trouble = f"{type(error).__name__}: {error}"
        wrong += trouble is not None
        _say(f"{'!!' if trouble else 'ok'}  {entry.label}{f': {trouble}' if trouble else ''}")
    return 1 if wrong else 0


def _url(stack: ExitStack) -> str:
    """The database that DATABASE_URL names, else our own, started for the time of the verb when it doesn't run."""
    from halong.database import embedded
    from halong.home import home

    named = os.environ.get("DATABASE_URL")
    return named or stack.enter_context(embedded.running(home(), _complain)).url


def _backup_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist")


def _restore_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file that halong backup wrote")
    parser.add_argument("--replace", action="store_true", help="throw away the data that are here")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")


VERBS = [
    Verb("backup", "write database, files and keys to one file", backup, _backup_arguments, Needs.NOTHING),
    Verb("restore", "bring back a backup into an empty place", restore, _restore_arguments, Needs.NOTHING),
    Verb("doctor", "check database, tables, disk, clock, queue, backup and audit log", doctor),
]
