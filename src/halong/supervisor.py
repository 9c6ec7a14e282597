"""``halong run``: starts the database and the processes, keeps them alive, and ends them all.

It stays light: no Django here. What must be done once (tables, profile, accounts) is a process of its own.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from halong.children import Child, Journal
from halong.core.command import CommandError, Needs, Verb
from halong.core.process import PARENT
from halong.database import embedded
from halong.home import home, is_exercise, is_live, path, private, running_pid
from halong.second import Seconds
from halong.serve import port, static_files_missing

PATIENCE = 5.0  # seconds that processes get to end; the database gets DATABASE_PATIENCE more
DATABASE_PATIENCE = 3.0
HIGHEST_DELAY = 30.0


class _Stop(BaseException):
    """Raised by a signal: end everything."""


class Supervisor:
    """The running product of one data folder; ``commands``: process → arguments of the interpreter."""

    def __init__(self, folder: Path, commands: dict[str, list[str]], address: tuple[str, int]) -> None:
        self.folder = folder
        self.address = address
        self.journal = Journal(private("logs", folder))
        self.children = [
            Child(name, [sys.executable, *rest], self.journal) for name, rest in commands.items()
        ]
        self.server: embedded.Server | None = None
        self.seconds = Seconds(folder, self.journal)
        self._database_delay = 0.0

    def run(self, prepare: list[str] | None = None) -> None:
        """Start, look after everything until a signal comes, then end everything.

        Raises CommandError, ClusterError.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            environment = self._start_database()
            if prepare is not None:
                self._prepare(prepare, environment)
            for child in self.children:
                child.start(environment)
            self._tell_starts()
            threading.Thread(target=self._announce, daemon=True).start()
            nested = is_exercise()  # which has no second instance of its own
            while True:
                self._look()
                if not nested:
                    self.seconds.look(environment)
                time.sleep(0.1)
        except _Stop:
            self.journal.say("Stopping…")
        finally:
            self._stop()

    def _start_database(self) -> dict[str, str]:
        environment = os.environ | {
            PARENT: str(os.getpid()),
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",
        }
        if os.environ.get("DATABASE_URL"):
            self.journal.say("Using the database that DATABASE_URL names.")
            return environment
        began = time.monotonic()
        self.journal.say(f"Starting the database in {self.folder}…")
        self.server = embedded.start(self.folder, self.journal.say)
        self.journal.say(f"The database is ready ({time.monotonic() - began:.1f} s).")
        return environment | {"DATABASE_URL": self.server.url}

    def _prepare(self, command: list[str], environment: dict[str, str]) -> None:
        # straight to the terminal: it may show first passwords, which no log keeps
        done = subprocess.run(
            [sys.executable, *command], check=False, env=environment, start_new_session=True
        )
        if done.returncode != 0:
            raise CommandError("Halong can't start: see the message above.")

    def _look(self) -> None:
        if self.server is not None and self.server.died():
            self.journal.say(f"The database ended; starting it again in {self._database_delay:g} s.")
            time.sleep(self._database_delay)
            self._database_delay = min(2 * self._database_delay + 0.5, HIGHEST_DELAY)
            self.server.relaunch(self.journal.say)
            self.journal.say("The database is ready again.")
        started = [child.look() for child in self.children]
        if any(started):
            self._tell_starts()

    def _tell_starts(self) -> None:
        """Keep the last starts of every process where health checks read them."""
        file = self.folder / "processes.json"
        draft = file.with_suffix(".new")
        with contextlib.suppress(OSError):
            draft.write_text(json.dumps({child.name: child.starts for child in self.children}))
            draft.replace(file)

    def _announce(self) -> None:
        """Say the address once the product answers, and why it doesn't when that takes long."""
        began, told = time.monotonic(), 0
        while (reason := not_ready(self.address)) is not None:
            if time.monotonic() - began > 15 * (told + 1):
                told += 1
                self.journal.say(f"Still waiting for the web process: {reason}")
            time.sleep(0.1 if time.monotonic() - began < 5 else 2)
        url = os.environ.get("HALONG_PUBLIC_URL") or url_of(self.address)
        self.journal.say(f"Halong is ready: {url}   (Ctrl-C stops it)")

    def _on_signal(self, number: int, frame: FrameType | None) -> NoReturn:
        for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(again, self._on_second_signal)
        raise _Stop

    def _on_second_signal(self, number: int, frame: FrameType | None) -> None:
        for child in (*self.children, *self.seconds.children):
            child.kill()

    def _stop(self) -> None:
        children = [*self.children, *self.seconds.children]
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + PATIENCE
        for child in children:
            child.wait(max(0.0, until + child.patience - time.monotonic()))
        if self.server is not None:
            self.server.stop(DATABASE_PATIENCE)
        self.journal.say("Halong has stopped.")
        self.journal.close()


def commands() -> dict[str, list[str]]:
    """The product's processes, without those whose module isn't installed or that aren't wanted."""
    wished = (os.environ.get("HALONG_SIMULATE") or "1").lower() in {"1", "true", "yes", "on"}
    package = Path(__file__).parent
    found = {"web": ["-m", "halong", "web"], "worker": ["-m", "halong", "worker"]}
    if (package / "ingest" / "commands.py").exists():
        found["collector"] = ["-m", "halong", "collect"]
    if wished and not is_live() and (package / "simulation" / "commands.py").exists():
        found["simulator"] = ["-m", "halong", "simulate"]
    return found


def run(arguments: Namespace) -> None:
    """Run the whole product until Ctrl-C. Raises CommandError when it runs already or its port is taken."""
    address = (os.environ.get("HALONG_HOST") or "127.0.0.1", port())
    folder = home()
    with only_one(folder):
        require_free(address)
        if static_files_missing():
            raise CommandError("The static files aren't built. Type `make build` first.")
        Supervisor(folder, commands(), address).run(prepare=["-m", "halong", "prepare"])


def stop(arguments: Namespace) -> None:
    """Stop the product that runs on this data folder, and wait until it has ended."""
    pid = running_pid()
    if not pid:
        sys.stdout.write(f"Halong isn't running in {path()}.\n")
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 30
    while running_pid() is not None:
        if time.monotonic() > until:
            raise CommandError(f"Halong (process {pid}) doesn't end. Look at {path() / 'logs'}.")
        time.sleep(0.1)
    sys.stdout.write("Halong has stopped.\n")


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of the data folder, which ends with us, however we end. Raises CommandError."""
    file = folder / "halong.pid"
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        pid = file.read_text().strip() or "unknown"
        raise CommandError(
            f"Halong runs already in {folder} (process {pid}). `halong stop` stops it."
        ) from None
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.ftruncate(handle, 0)
        os.close(handle)


def require_free(address: tuple[str, int]) -> None:
    """Refuse to start when another program has the port. Raises CommandError."""
    host, number = address
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        raise CommandError(
            f"Halong can't listen on {host} port {number}: {error.strerror}. "
            "Choose another port with HALONG_PORT, or another address with HALONG_HOST."
        ) from error


def not_ready(address: tuple[str, int]) -> str | None:
    """None when the product answers that it is ready, else why not."""
    connection = http.client.HTTPConnection(*reachable(address), timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        words = answer.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    else:
        return None if answer.status == 200 else f"/readyz answers {answer.status} {words}"
    finally:
        connection.close()


def url_of(address: tuple[str, int]) -> str:
    """The address of the pages of a listener, from this machine."""
    host, number = reachable(address)
    return f"http://{f'[{host}]' if ':' in host else host}:{number}"


def reachable(address: tuple[str, int]) -> tuple[str, int]:
    """The address to reach a listener at: one that listens everywhere is reached at this machine."""
    host, number = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host), number  # noqa: S104


VERBS = [
    Verb(
        "run", "run the whole product: database, web, worker, collector, simulator", run, needs=Needs.NOTHING
    ),
    Verb("stop", "stop the product that runs on this data folder", stop, needs=Needs.NOTHING),
]
