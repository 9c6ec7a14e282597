"""The PostgreSQL that Halong brings along: who may start it, who uses it, who ends it.

One process owns the server: ``halong run``, or a verb such as ``halong backup`` while the product is stopped.
It holds the lock ``owner.lock`` while it lives, so that its death, by SIGKILL too, frees the lock at once.
Others are guests and hold ``guests.lock`` shared; a temporary owner waits for them before it ends the server.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from halong import home as folders
from halong.database.account import Account, ClusterError, account_for, unprivileged
from halong.database.binaries import MAJOR
from halong.database.cluster import FAST, Cluster, Say, temporary_folder

__all__ = ["ClusterError", "Server", "database_url", "is_running", "running", "start", "temporary_cluster"]


def _quiet(line: str) -> None:
    """Say nothing."""


class Server:
    """A server that takes connections at ``url``. ``owned`` tells whether ``stop`` ends it."""

    def __init__(self, cluster: Cluster, lock: int, *, owned: bool) -> None:
        self._cluster = cluster
        self._lock: int | None = lock
        self.owned = owned
        self.url = cluster.url

    def stop(self, timeout: float = 20) -> None:
        """End the server if it is ours. A second call does nothing."""
        if self._lock is None:
            return
        if self.owned:
            self._cluster.stop(timeout)
        os.close(self._lock)
        self._lock = None

    def died(self) -> bool:
        """Has our server ended by itself (killed, out of memory)?"""
        return self.owned and self._cluster.died()

    def relaunch(self, say: Say = _quiet) -> None:
        """Start our server again after it died; recovery replays what was committed."""
        self._cluster.stop()
        self._cluster.launch(say)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def database_url(home: Path) -> str:
    """The connection URI of the home's server, whether it runs or not. Starts nothing."""
    return _cluster(home).url


def is_running(home: Path) -> bool:
    """Does the home's server take connections now?"""
    return _cluster(home).is_ready()


def start(home: Path, say: Say = _quiet) -> Server:
    """Own the home's server and start it; return when it is ready. Waits for a verb that owns it.

    Raises ClusterError.
    """
    cluster = _prepared(home)
    lock = _take(cluster.root / "owner.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is None:
        say("Another halong command uses the database; waiting until it ends…")
        lock = _must(_take(cluster.root / "owner.lock", fcntl.LOCK_EX))
    return _launch(cluster, lock, say)


@contextmanager
def running(home: Path, say: Say = _quiet) -> Iterator[Server]:
    """A server that takes connections: the one that runs, else one started for the time of the block."""
    cluster = _prepared(home)
    while True:
        lock = _take(cluster.root / "owner.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is not None:
            server = _launch(cluster, lock, say)
            try:
                yield server
            finally:
                with _held(cluster.root / "guests.lock", fcntl.LOCK_EX):
                    server.stop()
            return
        guest = _must(_take(cluster.root / "guests.lock", fcntl.LOCK_SH))
        if _wait_for_owner(cluster):
            with Server(cluster, guest, owned=False) as server:
                yield server
            return
        os.close(guest)


@contextmanager
def temporary_cluster(settings: dict[str, str] | None = None) -> Iterator[str]:
    """The URL of a fresh server for tests: not durable, in a folder of its own, gone at the end."""
    account = unprivileged()
    with temporary_folder(account) as folder:
        cluster = Cluster(account.own(folder / "postgres"), account, FAST | (settings or {}))
        try:
            cluster.launch(_quiet)
            yield cluster.url
        finally:
            cluster.stop()


def _cluster(home: Path) -> Cluster:
    root = home.absolute() / "postgres"
    data = root / str(MAJOR) / "data"
    # reading the URL asks for no system user, so none is made for it
    ourselves = Account(os.geteuid(), os.getegid(), switch=False)
    return Cluster(root, account_for(data) if data.exists() else ourselves)


def _prepared(home: Path) -> Cluster:
    folders.prepare(home)
    root = home.absolute() / "postgres"
    account = account_for(root / str(MAJOR) / "data")
    account.require_passage(home.absolute())
    return Cluster(account.own(root), account)


def _launch(cluster: Cluster, lock: int, say: Say) -> Server:
    try:
        cluster.launch(say)
    except BaseException:
        cluster.stop()
        os.close(lock)
        raise
    return Server(cluster, lock, owned=True)


def _wait_for_owner(cluster: Cluster) -> bool:
    """Wait while the owner starts its server; False when the owner has gone meanwhile."""
    while True:
        lock = _take(cluster.root / "owner.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is not None:
            os.close(lock)
            return False
        if cluster.is_ready():
            return True
        time.sleep(0.05)


def _take(file: Path, how: int) -> int | None:
    """An open handle that holds the lock until it is closed or we die; None when another has it."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _must(handle: int | None) -> int:
    assert handle is not None
    return handle


@contextmanager
def _held(file: Path, how: int) -> Iterator[None]:
    handle = _must(_take(file, how))
    try:
        yield
    finally:
        os.close(handle)
