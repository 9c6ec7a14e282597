"""The collector: every switched-on source at work, whatever its protocol.

The runner owns what connectors don't: schedule, back-off with jitter, cursor, secrets, and the two sentences
that are said of a source, once when it broke and once when it is back. It notices within a moment that a
source was added, changed, switched off or removed: PostgreSQL tells it, and every two seconds it looks for itself.
"""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from psycopg import Error as PsycopgError

from halong.core.bus import Bus
from halong.core.errors import HalongError
from halong.core.live import CHANNEL
from halong.home import private
from halong.ingest.actions import states
from halong.ingest.connector import Connector, connectors
from halong.ingest.directory import source_ref
from halong.ingest.ledger import FileLedger
from halong.ingest.models import Source
from halong.ingest.pipeline import Pipeline
from halong.ingest.reception import Active, Gatherer, Reception
from halong.ingest.secrets import unseal
from halong.ingest.server import Account, Server
from halong.ingest.spool import Spool
from halong.ingest.stations import Stations

LOOK_S = 2.0
FIRST_WAIT_S = 2.0  # after the first failure; doubled with each more
LONGEST_WAIT_S = 300.0
INTERVAL_S = 300.0  # where a connector's settings name none
logger = logging.getLogger(__name__)
T = TypeVar("T")


class Runner:
    """``await run(stop)`` works until ``stop`` is set."""

    def __init__(self, url: str | None = None) -> None:
        self._pipeline = Pipeline(url)
        self._bus = Bus(self._pipeline.url)
        self._stations = Stations()
        self._ledger = FileLedger(self._pipeline.url)
        self._reception = Reception(self._pipeline, self._ledger, self._stations)
        self._spool = Spool(private("spool"), private("held"), self._reception)
        self._database = ThreadPoolExecutor(1, "database")
        self._active: dict[int, Active] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._servers: dict[type[Server], Server] = {}
        self._server_due: dict[type[Server], tuple[float, float]] = {}
        self._look = asyncio.Event()
        self.ready = asyncio.Event()

    @property
    def servers(self) -> dict[type[Server], Server]:
        """The servers that listen."""
        return self._servers

    async def run(self, stop: asyncio.Event) -> None:
        """Collect until ``stop`` is set, then finish what was begun."""
        self._spool.begin()
        await self._pipeline.start()
        await self._ledger.start()
        self._bus.listen(CHANNEL, self._told)
        await self._bus.start()
        worker = asyncio.create_task(self._spool.work())
        try:
            await self._watch(stop)
        finally:
            await self._end([worker, *self._tasks.values()])
            for server in self._servers.values():
                await server.stop()
            await self._bus.stop()
            await self._pipeline.stop()
            await self._ledger.stop()
            await self._in_database(connections.close_all)
            self._database.shutdown(wait=False)

    async def _watch(self, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(self._hurry(stop))
        while not stop.is_set():
            try:
                self._look.clear()
                wanted = await self._in_database(self._load)
                await self._reconcile(wanted)
                self.ready.set()
                for name in await self._in_database(states.notice_silence, pushed_kinds()):
                    logger.warning("source %s is silent", name)
            except (DatabaseError, InterfaceError, PsycopgError) as error:
                logger.debug("the collector waits for the database: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_S)
        await stopping

    async def _hurry(self, stop: asyncio.Event) -> None:
        """When asked to stop, don't wait for the next look."""
        await stop.wait()
        self._look.set()

    def _told(self, payload: str | None) -> None:
        """PostgreSQL says that something changed; sources concern us."""
        if payload is None or json.loads(payload)[0] == "sources":
            self._look.set()

    async def _in_database(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Call something of Django's database in the one thread that is ours for it."""

        def fresh() -> T:
            close_old_connections()
            return call(*arguments, **named)

        return await asyncio.get_running_loop().run_in_executor(self._database, fresh)

    def _load(self) -> dict[int, Active]:
        """The sources that should be at work now. One that can't be is broken, and says why."""
        self._stations.refresh()
        wanted: dict[int, Active] = {}
        for source in Source.objects.filter(enabled=True):
            current = self._active.get(source.pk)
            if current is not None and current.version == source.version:
                wanted[source.pk] = current
                continue
            try:
                wanted[source.pk] = activate(source)
            except HalongError as error:
                self._say_broken(source.pk, source.name, error)
        return wanted

    async def _reconcile(self, wanted: dict[int, Active]) -> None:
        """Make what is at work what should be."""
        changed = [pk for pk, active in self._active.items() if wanted.get(pk) is not active]
        await self._end([self._tasks.pop(pk) for pk in changed if pk in self._tasks])
        self._active = wanted
        self._spool.update(wanted)
        for pk, active in wanted.items():
            direction = active.connector.manifest.direction
            if pk in self._tasks and self._tasks[pk].done():
                del self._tasks[pk]
            if pk not in self._tasks and direction in {"poll", "stream"}:
                work = self._poll if direction == "poll" else self._stream
                self._tasks[pk] = asyncio.create_task(self._keep_at(active, work), name=active.name)
        await self._serve([active for active in wanted.values() if active.connector.server is not None])

    async def _serve(self, served: list[Active]) -> None:
        """Let each server listen that a source needs, and know the accounts of today."""
        for kind in {active.connector.server for active in served} | set(self._servers):
            if kind is None:
                continue
            accounts = self._accounts(active for active in served if active.connector.server is kind)
            if kind not in self._servers and not await self._listen(kind, accounts):
                continue
            self._servers[kind].update({account.user: account for account in accounts})

    async def _listen(self, kind: type[Server], accounts: list[Account]) -> bool:
        """Start a server; where its port is taken, its sources are broken until it is free."""
        now = asyncio.get_running_loop().time()
        due, wait = self._server_due.get(kind, (0.0, FIRST_WAIT_S))
        if now < due:
            return False
        server = kind()
        try:
            await server.start()
        except OSError as error:
            self._server_due[kind] = (now + wait, min(2 * wait, 30.0))
            for account in accounts:
                name = self._active[account.source_id].name
                await self._in_database(self._say_broken, account.source_id, name, error)
            return False
        self._servers[kind] = server
        for account in accounts:
            name = self._active[account.source_id].name
            await self._in_database(self._say_back, account.source_id, name, quiet=True)
        return True

    def _accounts(self, served: Iterable[Active]) -> list[Account]:
        return [self._account(active) for active in served]

    def _account(self, active: Active) -> Account:
        settings, secrets = active.connector.settings, active.connector.secrets

        async def receive(file: Path) -> None:
            current = self._active.get(active.id)
            if current is None:
                raise PermissionError(active.name)
            await self._spool.receive(current, file)

        return Account(
            source_id=active.id,
            user=settings.get("user", ""),
            password=secrets.get("password_hash", ""),
            public_keys=settings.get("public_keys", ""),
            folder=self._spool.folder(active.id),
            quota=int(settings.get("quota") or 1_000_000_000),
            receive=receive,
            require_tls=bool(settings.get("require_tls")),
        )

    async def _keep_at(self, active: Active, work: "Callable[[Active], Any]") -> None:
        """Work on a source for ever, with growing pauses while it fails."""
        failures = 0
        while True:
            try:
                pause = await work(active)
                failures = 0
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a protocol can raise breaks this source only
                failures += 1
                with contextlib.suppress(DatabaseError, InterfaceError, PsycopgError):
                    await self._in_database(self._say_broken, active.id, active.name, error)
                pause = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - 1, 10))
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 -- jitter

    async def _poll(self, active: Active) -> float:
        """Look once, take what is new, and say when to look again."""
        cursor = await self._in_database(_cursor_of, active.id)
        async for delivery in active.connector.poll(cursor):
            if delivery.origin:
                await self._reception.take(active, delivery)
            if delivery.cursor is not None:
                await self._in_database(states.note_progress, active.id, cursor=delivery.cursor, due_at=None)
        interval = float(active.connector.settings.get("interval_s") or INTERVAL_S)
        due = datetime.now(UTC) + timedelta(seconds=interval)
        await self._in_database(states.note_progress, active.id, cursor=None, due_at=due)
        await self._in_database(self._say_back, active.id, active.name)
        return interval

    async def _stream(self, active: Active) -> float:
        """Hold a connection until it ends, which is a failure like any other."""
        loop = asyncio.get_running_loop()
        told: set[asyncio.Task[None]] = set()

        def connected() -> None:
            task = loop.create_task(self._in_database(self._say_back, active.id, active.name))
            told.add(task)
            task.add_done_callback(told.discard)

        sink = Gatherer(self._reception, active)
        try:
            await active.connector.stream(sink, connected)
        finally:
            await sink.close()
        return FIRST_WAIT_S

    def _say_broken(self, source_id: int, name: str, error: Exception) -> None:
        words = str(error) or type(error).__name__
        if states.note_broken(source_id, words):
            logger.warning("source %s is broken: %s", name, words)

    def _say_back(self, source_id: int, name: str, *, quiet: bool = False) -> None:
        if states.note_working(source_id) and not quiet:
            logger.warning("source %s is back", name)

    @staticmethod
    async def _end(tasks: list["asyncio.Task[None]"]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def pushed_kinds() -> list[str]:
    """The kinds of source whose senders decide when they come."""
    return [key for key, found in connectors().items() if found.manifest.direction != "poll"]


def activate(source: Source) -> Active:
    """A source as the runner works with it. Raises an error of ``core.errors`` where its connector is missing or its
    secrets can't be read.
    """
    connector = build(source.kind, source.settings, unseal(source.secrets))
    polled = connector.manifest.direction == "poll"
    return Active(
        id=source.pk,
        name=source.name,
        kind=source.kind,
        version=source.version,
        connector=connector,
        ref=source_ref(source, pushed=not polled),
    )


def build(kind: str, settings: dict[str, Any], secrets: dict[str, str]) -> Connector:
    """A configured connector. Raises HalongError for a kind that nobody installed."""
    found = connectors().get(kind)
    if found is None:
        raise HalongError(f"no connector {kind!r} is installed")
    return found({**found.Settings.defaults(), **settings}, secrets)


def _cursor_of(source_id: int) -> str:
    return Source.objects.values_list("cursor", flat=True).get(pk=source_id)
