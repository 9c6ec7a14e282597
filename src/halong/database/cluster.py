"""One PostgreSQL data folder: made once, launched, watched, settled after an accident, stopped.

Nothing here decides who may launch it; that is ``halong.database.embedded``.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from halong.database.account import Account, ClusterError
from halong.database.binaries import MAJOR, programs

Say = Callable[[str], None]

NAME = "halong"  # of the superuser and of the database
PORT = 5432  # only part of the socket's name: nothing listens on TCP
SOCKET_LIMIT = 100  # bytes of a socket's path that every system takes

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "synchronous_commit": "on",  # an acknowledged reading is on disk
    "wal_compression": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "30s",
    "io_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%w.log",  # one a weekday, written over a week later
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",  # statements carry people's data
}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "logging_collector": "off"}

# A tiny shell that outlives us: when our end of its input closes without the word "stop", we are dead, and it
# asks the postmaster to end. The pid file is compared: by then, another program may have got the number.
WATCH = """read -r word || :
[ "$word" = stop ] && exit 0
read -r pid rest < "$2" && [ "$pid" = "$1" ] && kill -INT "$1"
"""


class Cluster:
    """The cluster in the folder ``root`` (``HALONG_HOME/postgres``), whose server runs as ``account``."""

    def __init__(self, root: Path, account: Account, settings: dict[str, str] | None = None) -> None:
        self.root = root
        self.account = account
        self.settings = SETTINGS | (settings or {})
        self.data = root / str(MAJOR) / "data"
        self.log = root / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The connection URI, of the running server or of the one that would be started."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self._socket_folder()), safe='')}&port={PORT}"

    def pid(self) -> int | None:
        """The process id of the live postmaster of this data folder; None when there is only a stale file."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if _is_postmaster(pid, self.data) else None

    def is_ready(self) -> bool:
        """Does the postmaster take connections? It writes so in its pid file, as ``pg_ctl`` reads it."""
        lines = self._pid_file()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.pid() is not None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _socket_folder(self) -> Path:
        lines = self._pid_file()
        if len(lines) > 4 and lines[4]:
            return Path(lines[4])
        inside = self.root / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT:
            return inside
        short = f"halong-{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]}"
        return Path(tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp", short)  # noqa: S108

    def launch(self, say: Say) -> None:
        """Start the server and wait until it takes connections, however long. Raises ClusterError."""
        self._prepare(say)
        self._settle(say)
        until = time.monotonic() + 30
        while not self._try_launch(say):
            # the backends of a killed postmaster leave within moments, and hold its memory until then
            if "shared memory" not in self._start_log() or time.monotonic() > until:
                raise ClusterError(f"PostgreSQL didn't start:\n{self._start_log()}\nMore is in {self.log}.")
            time.sleep(0.2)

    def stop(self, timeout: float = 20) -> None:
        """End the server: fast, and after ``timeout`` seconds at once, so that the next start recovers."""
        process, watch = self._process, self._watch
        self._process = self._watch = None
        if process is not None:
            for number, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
                if process.poll() is None:
                    process.send_signal(number)
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if watch is not None:
            try:
                watch.communicate(b"stop\n", timeout=5)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                watch.kill()

    def died(self) -> bool:
        """Has the server that we launched ended by itself?"""
        return self._process is not None and self._process.poll() is not None

    def _prepare(self, say: Say) -> None:
        self.account.require_passage(self.root.parent)
        for folder in (self.root, self.data.parent, self.log):
            self.account.own(folder)
        self.account.require_passage(self.root)
        sockets = self.account.own(self._socket_folder())
        found = sockets.lstat()
        if found.st_uid != self.account.uid or found.st_mode & 0o170077 != 0o040000:
            raise ClusterError(f"The folder {sockets}, for the socket, must be the database user's alone.")
        self._bin = programs(self.account, self.root)
        if not self.data.exists():
            self._refuse_other_majors()
            say("Creating the database…")
            self._initialise()
        included = self.data / "halong.conf"
        lines = "".join(f"{key} = '{value}'\n" for key, value in self.settings.items())
        first = "# Written by Halong at every start. Put your own settings into local.conf beside it.\n"
        _write(included, first + lines, self.account)

    def _refuse_other_majors(self) -> None:
        others = sorted(p.parents[1].name for p in self.root.glob("*/data/PG_VERSION"))
        if others:
            raise ClusterError(
                f"The data in {self.root / others[-1]} belong to PostgreSQL {others[-1]}, and this Halong "
                f"brings {MAJOR}. Make a backup with the Halong that wrote them (halong backup FILE), then "
                "restore it here (halong restore FILE)."
            )

    def _initialise(self) -> None:
        draft = self.data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        durable = [] if self.settings.get("fsync") == "off" else ["--data-checksums"]
        # the builtin C.UTF-8 sorts by code point like C, and knows upper and lower case of Vietnamese letters
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        auth = ["--auth=trust", f"--username={NAME}"]  # the 0700 folder of the socket is the lock
        speed = durable or ["--no-sync", "--no-data-checksums"]
        self._run(["initdb", "--pgdata", str(draft), *auth, *locale, *speed, "--no-instructions"])
        self._run(["postgres", "--single", "-D", str(draft), "postgres"], f"CREATE DATABASE {NAME}\n")
        with (draft / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'halong.conf'\ninclude_if_exists = 'local.conf'\n")
        draft.rename(self.data)

    def _run(self, command: list[str], given: str = "") -> None:
        program = [str(self._bin / command[0]), *command[1:]]
        how = self.account.popen()
        done = subprocess.run(program, check=False, input=given, capture_output=True, text=True, **how)
        if done.returncode != 0:
            raise ClusterError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    def _settle(self, say: Say) -> None:
        """End a postmaster that its Halong left behind, and remove a pid file that means nothing."""
        pid = self.pid()
        if pid is not None:
            say("Ending the database that an earlier Halong left behind…")
            for number, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 15)):
                _signal(pid, number)
                until = time.monotonic() + patience
                while self.pid() == pid and time.monotonic() < until:
                    time.sleep(0.05)
            if self.pid() == pid:
                raise ClusterError(f"The PostgreSQL with process id {pid} uses {self.data} and doesn't end.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _try_launch(self, say: Say) -> bool:
        sockets = self._socket_folder()
        (sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "log_directory": str(self.log),
        }
        command = [str(self._bin / "postgres"), "-D", str(self.data), "-p", str(PORT)]
        command += [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with (self.root / "start.log").open("wb") as out:
            self._process = self._spawn(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        watch = [
            "/bin/sh",
            "-c",
            WATCH,
            "halong-watch",
            str(self._process.pid),
            str(self.data / "postmaster.pid"),
        ]
        null = subprocess.DEVNULL
        self._watch = self._spawn(watch, stdin=subprocess.PIPE, stdout=null, stderr=null)
        return self._wait_until_ready(say)

    def _spawn(self, command: list[str], **streams: Any) -> subprocess.Popen[bytes]:
        # in a session of its own, where Ctrl-C in the terminal doesn't reach it before our children ended
        return subprocess.Popen(command, start_new_session=True, **streams, **self.account.popen())

    def _wait_until_ready(self, say: Say) -> bool:
        told = time.monotonic()
        while not self.is_ready():
            if self.died():
                self.stop()
                return False
            if time.monotonic() - told > 3:
                told = time.monotonic()
                say(f"The database is still starting: {self._last_word()}")
            time.sleep(0.02)
        return True

    def _start_log(self) -> str:
        return (self.root / "start.log").read_text(errors="replace").strip() or self._last_word()

    def _last_word(self) -> str:
        logs = sorted(self.log.glob("*.log"), key=lambda file: file.stat().st_mtime)
        lines = (logs[-1] if logs else self.root / "start.log").read_text(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "(no word yet)")


@contextmanager
def temporary_folder(account: Account) -> Iterator[Path]:
    """A new folder in the system's temporary folder, which ``account`` can pass, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="halong-test-"))
    folder.chmod(0o711 if account.switch else 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_postmaster(pid: int, data: Path) -> bool:
    """Is this process a live PostgreSQL of ``data``? Ids are used again, so its command line is read."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return state != "Z" and os.fsencode(data) in command.split(b"\0")
    except OSError:
        if Path("/proc/self").exists():
            return False
    ps = ["ps", "-ww", "-p", str(pid), "-o", "command="]  # where there is no /proc
    return os.fsencode(data) in subprocess.run(ps, check=False, capture_output=True).stdout


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _write(file: Path, text: str, account: Account) -> None:
    """Write a small file whole or not at all, as the property of ``account``."""
    draft = file.with_name(file.name + ".new")
    draft.write_text(text)
    draft.chmod(0o600)
    if account.switch:
        os.chown(draft, account.uid, account.gid)
    draft.replace(file)
