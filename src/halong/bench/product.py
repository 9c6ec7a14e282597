"""The real product in a folder of its own, started and stopped as a user would."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from halong.core.command import CommandError
from halong.core.process import PARENT
from halong.database import embedded

PATIENCE_S = 120.0


class Product:
    """``halong run`` on a temporary data folder with ports of its own; ``port`` is that of its pages."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port, self.ftp_port, self.sftp_port = free_ports(3)
        self.environment = os.environ | {
            "HALONG_HOME": str(home),
            "HALONG_HOST": "127.0.0.1",
            "HALONG_PORT": str(self.port),
            "HALONG_FTP_PORT": str(self.ftp_port),
            "HALONG_SFTP_PORT": str(self.sftp_port),
            "HALONG_SIMULATE": "0",
            **environment,
        }
        self.environment.pop("DATABASE_URL", None)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of its database."""
        return embedded.database_url(self.home)

    def start(self, path: str = "/readyz") -> float:
        """Start it and wait until it answers ``path`` with 200; returns the seconds that took."""
        began = time.monotonic()
        log = (self.home.parent / "run.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "halong", "run"],
            env={**self.environment, PARENT: str(os.getpid())},  # it ends with us, however we end
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        while not self.answers(path):
            if self._process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                self.stop()
                raise CommandError(
                    f"The product didn't start:\n{(self.home.parent / 'run.log').read_text()[-2000:]}"
                )
            time.sleep(0.02)
        return time.monotonic() - began

    def answers(self, path: str) -> bool:
        """Whether the page is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def processes(self) -> dict[int, str]:
        """Every process of the product, the database's included: id → command line."""
        assert self._process is not None
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(rest[1]), []).append(pid)
        found: dict[int, str] = {}
        waiting = [self._process.pid]
        while waiting:
            pid = waiting.pop()
            try:
                found[pid] = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
            except OSError:
                continue
            waiting += children.get(pid, [])
        return found

    def web_pid(self) -> int:
        """The process that serves pages, readings and streams."""
        return next(
            pid for pid, command in self.processes().items() if command.strip().endswith("halong web")
        )


@contextmanager
def temporary_product(**environment: str) -> Iterator[Product]:
    """A product that runs, in a folder that goes at the end."""
    folder = Path(tempfile.mkdtemp(prefix="halong-bench-"))
    folder.chmod(0o755)
    product = Product(folder / "home", **environment)
    try:
        product.start()
        yield product
    finally:
        product.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """TCP ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
