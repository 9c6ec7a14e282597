"""The supervisor's child processes: their output, their ends, their new starts."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

SIZE = 5_000_000  # bytes of a log file before it is rotated
KEPT = 3  # rotated files of each process
FIRST_DELAY = 0.5  # seconds before a process that died is started again; doubled each time
HIGHEST_DELAY = 30.0
SETTLED = 60.0  # seconds of life after which the delay begins anew
WIDTH = 10


class _File(RotatingFileHandler):
    def handleError(self, record: LogRecord) -> None:  # noqa: N802 -- logging's name
        """Say nothing of a line that couldn't be written: a full disk must not end the supervisor."""


class Journal:
    """Lines to the terminal, each with the process's name, and to a rotated file a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, RotatingFileHandler] = {}
        self._lock = threading.Lock()

    def say(self, line: str) -> None:
        """A line of the supervisor's own."""
        self.write("halong", line)

    def write(self, name: str, line: str) -> None:
        """A line of the process ``name``. A terminal that went away doesn't matter."""
        with self._lock:
            shown = line if name == "halong" else f"{name:<{WIDTH}}| {line}"
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.write(shown + "\n")
                sys.stdout.flush()
            with contextlib.suppress(OSError):
                self._file(name).emit(LogRecord(name, 20, "", 0, f"{_now()} {line}", None, None))

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _file(self, name: str) -> RotatingFileHandler:
        if name not in self._files:
            handle = os.open(self._folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.close(handle)
            self._files[name] = _File(
                self._folder / f"{name}.log", maxBytes=SIZE, backupCount=KEPT, encoding="utf-8"
            )
        return self._files[name]


class Child:
    """One process, started again with a growing delay whenever it ends before it was asked to."""

    def __init__(self, name: str, command: list[str], journal: Journal, *, patience: float = 0.0) -> None:
        self.name = name
        self.patience = patience  # seconds that it gets to end beyond what others get
        self.starts: list[float] = []  # times (seconds since 1970) of the last ten
        self._command = command
        self._journal = journal
        self._environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._delay = FIRST_DELAY
        self._due: float | None = None
        self._ending = False

    @property
    def pid(self) -> int | None:
        """The id of the live process, else None."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if alive and self._process is not None else None

    @property
    def has_ended(self) -> bool:
        """Whether it was asked to end and did."""
        return self._ending and self.pid is None

    def start(self, environment: dict[str, str]) -> None:
        """Start the process in a session of its own, where only we send it signals."""
        self._environment = environment
        self._began, self._due = time.monotonic(), None
        self.starts = [*self.starts[-9:], time.time()]
        self._process = subprocess.Popen(
            self._command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._pass_on, args=(self._process,), daemon=True).start()

    def look(self) -> bool:
        """Notice the process's end; start it again when its delay is over, and say whether that was done."""
        if self._ending or self._process is None or self._process.poll() is None:
            return False
        now = time.monotonic()
        if self._due is None:
            if now - self._began > SETTLED:
                self._delay = FIRST_DELAY
            self._due = now + self._delay
            self._journal.say(
                f"{self.name} {how_ended(self._process.returncode)}; new start in {self._delay:g} s."
            )
            self._delay = min(2 * self._delay, HIGHEST_DELAY)
        elif now >= self._due:
            self.start(self._environment)
            return True
        return False

    def ask_to_end(self) -> None:
        """Send SIGTERM; from now on its end is no accident."""
        self._ending = True
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._ending = True
        self._send(signal.SIGKILL)

    def wait(self, patience: float) -> None:
        """Wait for the end for so many seconds, then end it at once."""
        if self._process is None:
            return
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._journal.say(f"{self.name} doesn't end by itself; ending it.")
            self.kill()
            self._process.wait()

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _pass_on(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is not None:
            with process.stdout as lines:
                for line in lines:
                    self._journal.write(self.name, line.decode(errors="replace").rstrip())


def how_ended(status: int) -> str:
    """The words for an exit status as ``subprocess`` gives it (negative: the signal)."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
