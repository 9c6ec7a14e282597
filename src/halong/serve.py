"""The processes of the product and what must be done before they start: prepare, migrate, web, worker."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from halong.core.command import CommandError, Verb
from halong.home import home

MIGRATION_LOCK = 0x48616C6F6E67  # "Halong": an advisory lock, so that two processes never migrate at once
LOCAL = "127.0.0.1,::1"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def migrate(arguments: Namespace) -> None:
    """Bring the tables to this version, forward only; another process that does the same is waited for."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if waiting:
                _say(f"Setting up {len(waiting)} steps of tables…")
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def prepare(arguments: Namespace) -> None:
    """What ``halong run`` does first: tables, and, when the database is empty, the profile and accounts."""
    from importlib import import_module

    from django.apps import apps
    from django.conf import settings
    from django.db import transaction

    migrate(arguments)
    if not apps.get_model("places", "Place")._default_manager.exists():
        _say(f"Loading the profile {settings.HALONG_PROFILE}…")
        import_module("halong.profiles.loader").load_profile(
            settings.HALONG_PROFILE, say=lambda line: _say(f"  {line}")
        )
    if settings.HALONG_EXERCISE:
        import_module("halong.exercises.setup").prepare_exercise()
        import_module("halong.profiles.duty").lay_down_rota()
        return
    with transaction.atomic():  # accounts whose passwords couldn't be kept are not made
        accounts = import_module("halong.accounts.setup").ensure_initial_users()
        if accounts:
            _keep_passwords(accounts)
            import_module("halong.profiles.duty").lay_down_rota()


def _keep_passwords(accounts: list[tuple[str, str, str]]) -> None:
    file = home() / "initial-passwords.txt"
    lines = [f"{name:<10} {password}   ({role})" for name, role, password in accounts]
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write("\n".join(lines) + "\n")
    _say("\nAccounts to sign in with, shown once and kept in " + str(file) + ":\n")
    _say("\n".join(f"    {line}" for line in lines) + "\n")


def web(arguments: Namespace) -> None:
    """One uvicorn process: pages, API, ingest and live updates, on HALONG_HOST:HALONG_PORT."""
    import uvicorn

    trusted = os.environ.get("HALONG_TRUSTED_PROXY", "")
    switched_on = trusted.lower() in {"1", "true", "yes", "on"}
    uvicorn.run(
        "halong.asgi:application",
        host=arguments.host,
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=LOCAL if switched_on else trusted,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=4,
        backlog=4096,
    )


def worker(arguments: Namespace) -> None:
    """One Procrastinate worker on the same database; any number of them may run."""
    from halong.core.jobs import as_worker

    with as_worker() as app:
        app.run_worker(
            queues=arguments.queue or None,
            concurrency=arguments.concurrency,
            fetch_job_polling_interval=5,
            shutdown_graceful_timeout=4,
            update_heartbeat_interval=5,
            stalled_worker_timeout=20,
            delete_jobs="successful",
        )


def _web_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--host", default=os.environ.get("HALONG_HOST") or "127.0.0.1", help="address (HALONG_HOST)"
    )
    parser.add_argument("--port", type=int, default=port(), help="port (HALONG_PORT)")


def _worker_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--queue", action="append", help="take only jobs of this queue (repeatable; all if absent)"
    )
    parser.add_argument("--concurrency", type=int, default=4, help="jobs at the same time (4)")


def port() -> int:
    """The port of the web process: HALONG_PORT, else 8000. Raises CommandError when it isn't a port."""
    given = os.environ.get("HALONG_PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise CommandError(f"HALONG_PORT must be a number from 1 to 65535, not {given!r}.")
    return int(given)


def static_files_missing() -> bool:
    """Were the static files never built (a clone without ``make build``)?"""
    return not (Path(__file__).parent / "web" / "static" / "web" / "dist").is_dir()


VERBS = [
    Verb("prepare", "set up tables, and in an empty database the profile and first accounts", prepare),
    Verb("migrate", "bring the database's tables to this version", migrate),
    Verb("web", "serve pages, API, ingest and live updates", web, _web_arguments),
    Verb("worker", "do background jobs", worker, _worker_arguments),
]
