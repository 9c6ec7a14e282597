"""One process, three applications: readings and live updates in raw ASGI, everything else in Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")

import django
from django.conf import settings

# Each request of Django's runs in a thread of its own, whose connection would be a new one: take it from a pool.
_database = settings.DATABASES["default"]
_database["CONN_MAX_AGE"] = 0
_database["OPTIONS"] = {
    **_database.get("OPTIONS", {}),
    "pool": {"min_size": 1, "max_size": 16, "timeout": 10, "max_idle": 120},
}

django.setup(set_prefix=False)

import asyncio
import gc
import logging
import signal
import warnings
from collections.abc import Awaitable, Callable, Mapping
from types import FrameType
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http.request import HttpRequest
from django.http.response import HttpResponseBase

from halong.core.bus import Bus
from halong.core.live import note_heard
from halong.core.live_asgi import LiveApp
from halong.ingest.http import IngestApp
from halong.ingest.pipeline import Pipeline
from halong.ingest.running import offer

log = logging.getLogger(__name__)
# Files and tables are handed out by synchronous iterators, on purpose: see OneThread.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class OneThread(ASGIHandler):
    """Django whose middleware and view run through in the request's own thread: ours are all synchronous, and Django's
    asynchronous chain would go to and fro between thread and loop for each of them, which takes longer than the work.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the synchronous chain, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The response, made in one hop to the request's thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django_application = OneThread()


class Application:
    """Hands each request to the application that it is for, and starts and ends what they need."""

    def __init__(self) -> None:
        self.bus = Bus()
        self.pipeline = Pipeline(bus=self.bus)
        self.ingest = IngestApp(self.pipeline)
        self.live = LiveApp(self.bus)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live_through(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        elif scope["path"].startswith("/ingest/"):
            await self.ingest(scope, receive, send)
        elif scope["path"] == "/live":
            await self.live(scope, receive, send)
        else:
            await django_application(scope, receive, send)

    async def _live_through(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._start()
                except Exception as error:
                    log.exception("The web process can't start.")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        await self.pipeline.start()
        await self.bus.start()
        await self.live.start()
        offer(self.pipeline, asyncio.get_running_loop())
        self._end_streams_on_signal()
        gc.freeze()  # what is loaded stays: collections needn't look at it again and again
        gc.set_threshold(20_000, 20, 20)
        note_heard()  # from here on this process hears what changes, so that fragments may be kept

    async def _stop(self) -> None:
        offer(None, None)
        await self.live.stop()
        await self.pipeline.stop()
        await self.bus.stop()

    def _end_streams_on_signal(self) -> None:
        """A server that stops waits for its requests, and a stream never ends by itself: end them when asked to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def stop(number: int, frame: FrameType | None, before: Any = before) -> None:
                loop.call_soon_threadsafe(self.live.close_streams)
                if callable(before):
                    before(number, frame)

            signal.signal(number, stop)


application = Application()
