"""What PostgreSQL tells this process (LISTEN/NOTIFY), over one connection that comes back when it was lost."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import psycopg
from django.conf import settings

log = logging.getLogger(__name__)

Hear = Callable[[str | None], None]


def conninfo() -> str:
    """The libpq connection string of Django's default database."""
    known = settings.DATABASES["default"]
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: known[key] for name, key in parts.items() if known.get(key)}
    options = {name: value for name, value in known.get("OPTIONS", {}).items() if name != "pool"}
    return psycopg.conninfo.make_conninfo("", **given, **options)


class Bus:
    """``listen`` first, then ``await start()``. A callback gets each payload, and None after the connection was
    lost and is back: anything may have been said meanwhile. Callbacks run in the event loop and don't wait.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = url or conninfo()
        self._heard: dict[str, list[Hear]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None

    def listen(self, channel: str, hear: Hear) -> None:
        """Call ``hear`` for every notification of the channel."""
        self._heard[channel].append(hear)

    async def start(self) -> None:
        """Listen; returns when the first connection stands, or could not be made and is being tried again."""
        listening = asyncio.Event()
        self._task = asyncio.create_task(self._run(listening))
        with suppress(TimeoutError):
            await asyncio.wait_for(listening.wait(), 10)

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, listening: asyncio.Event) -> None:
        wait = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    for channel in self._heard:
                        await connection.execute(f'LISTEN "{channel}"')
                    if listening.is_set():
                        self._say_everything_changed()
                    listening.set()
                    wait = 0.2
                    async for notice in connection.notifies():
                        for hear in self._heard[notice.channel]:
                            hear(notice.payload)
            except psycopg.Error as error:
                log.warning(
                    "The connection for notifications was lost (%s); trying again.", type(error).__name__
                )
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5)

    def _say_everything_changed(self) -> None:
        for callbacks in self._heard.values():
            for hear in callbacks:
                hear(None)
