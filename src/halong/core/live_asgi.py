"""``GET /live?topics=alerts,entity:7&since=ab12-17``: server-sent events, in raw ASGI beside Django.

Who may listen is asked once through Django's own middleware (session, ended sessions, what an account owes), and again
twice a minute for each session; between, a listener costs neither a thread nor a query.
"""

import asyncio
import io
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from halong.core import registry
from halong.core.access import guarded
from halong.core.bus import Bus
from halong.core.errors import Forbidden, HalongError, Invalid, NotFound, Overloaded, problem
from halong.core.live import CHANNEL
from halong.core.live_hub import Client, Hub
from halong.core.permissions import has_perm

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/live"
ASK_PATH = "/live/allowed"
MAX_CLIENTS = 5_000
MAX_A_SESSION = 40  # tabs and walls of one session
MAX_TOPICS = 100
BEAT_S = 4.0  # a page that heard nothing for 9 s says that its connection is lost
ASK_AGAIN_S = 30.0


@guarded
@require_GET
def allowed(request: HttpRequest) -> JsonResponse:
    """Which of the asked topics this session may hear. A topic that nobody registered is nobody's."""
    actor: Any = request.user if request.user.is_authenticated else None
    for find in registry.live_actors:
        actor = actor or find(request)
    wanted = request.GET.get("topics", "").split(",")
    return JsonResponse({"topics": [topic for topic in wanted if may_hear(actor, topic)]})


def may_hear(actor: Any, topic: str) -> bool:
    """Whether an actor (None: nobody known) may listen to a topic."""
    name = topic.partition(":")[0]
    if name not in registry.live_topics:
        return False
    permission = registry.live_topics[name]
    return permission is None or (actor is not None and has_perm(actor, permission))


class LiveApp:
    """The ASGI application; ``start`` begins to listen to the bus, ``stop`` ends all streams."""

    def __init__(self, bus: Bus) -> None:
        self.hub = Hub()
        self._sessions: Counter[str] = Counter()
        self._headers: dict[str, Scope] = {}
        self._tasks: list[asyncio.Task[None]] = []
        bus.listen(CHANNEL, self.hub.hear)

    @cached_property
    def _django(self) -> BaseHandler:
        handler = BaseHandler()
        handler.load_middleware()
        return handler

    async def start(self) -> None:
        """Begin to beat and to look after sessions."""
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._ask_again())]

    def close_streams(self) -> None:
        """End every stream; browsers come back by themselves."""
        for client in list(self.hub.clients):
            client.close()

    async def stop(self) -> None:
        """End every stream and stop."""
        self.close_streams()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, for as long as it lasts."""
        try:
            client = await self._admit(scope)
        except HalongError as error:
            await _refuse(send, error)
            return
        self._sessions[client.session] += 1
        self._headers.setdefault(client.session, scope)
        gone = asyncio.create_task(_until_gone(receive, client))
        try:
            await _begin(send)
            self.hub.join(client, _heard_until(scope))
            while data := await client.next():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        except OSError:  # the line broke while we wrote
            pass
        finally:
            gone.cancel()
            self.hub.leave(client)
            self._sessions[client.session] -= 1
            if not self._sessions[client.session]:
                del self._sessions[client.session]
                self._headers.pop(client.session, None)

    async def _admit(self, scope: Scope) -> Client:
        if scope["path"] != PATH or scope["method"] != "GET":
            raise NotFound("there is no such address")
        given = parse_qs(scope["query_string"].decode("latin-1")).get("topics", [""])[0]
        wanted = tuple(dict.fromkeys(topic for topic in given.split(",") if topic))
        if not 0 < len(wanted) <= MAX_TOPICS:
            raise Invalid(f"name 1 to {MAX_TOPICS} topics: /live?topics=alerts,entity:7")
        session = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
        if len(self.hub.clients) >= MAX_CLIENTS or (session and self._sessions[session] >= MAX_A_SESSION):
            raise Overloaded("too many streams", retry_after=15)
        topics = await self._ask(scope, wanted) if session else [t for t in wanted if may_hear(None, t)]
        if not topics:
            raise Forbidden("none of these topics may be heard without signing in, or with these roles")
        return Client(tuple(topics), session)

    async def _ask(self, scope: Scope, topics: tuple[str, ...]) -> list[str]:
        """Which topics the session of a request may hear, by a request of our own through Django."""
        query = ("topics=" + ",".join(topics)).encode()
        kept = [
            (name, value) for name, value in scope["headers"] if name in (b"cookie", b"host", b"user-agent")
        ]
        inner = {
            **scope,
            "path": ASK_PATH,
            "raw_path": ASK_PATH.encode(),
            "query_string": query,
            "headers": kept,
        }
        body = await sync_to_async(self._answer, thread_sensitive=False)(inner)
        return [topic for topic in topics if topic in body]

    def _answer(self, scope: dict[str, Any]) -> list[str]:
        close_old_connections()
        try:
            response = self._django.get_response(ASGIRequest(scope, io.BytesIO()))
            assert isinstance(response, HttpResponse)
            return list(json.loads(response.content)["topics"]) if response.status_code == 200 else []
        finally:
            close_old_connections()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self.hub.beat()

    async def _ask_again(self) -> None:
        """End the streams of sessions that were ended or may no longer hear what they hear."""
        while True:
            await asyncio.sleep(ASK_AGAIN_S)
            by_session: dict[str, list[Client]] = {}
            for client in self.hub.clients:
                if client.session:
                    by_session.setdefault(client.session, []).append(client)
            for session, clients in by_session.items():
                scope = self._headers.get(session)
                if scope is None:
                    continue
                topics = tuple(dict.fromkeys(topic for client in clients for topic in client.topics))
                with suppress(
                    Exception
                ):  # asked again in half a minute; a database that is away ends no stream
                    heard = set(await self._ask(scope, topics))
                    for client in clients:
                        if not heard.issuperset(client.topics):
                            client.close()


def _heard_until(scope: Scope) -> str:
    """The id after which a stream goes on: of the last message of the one that broke, else where the page was made."""
    last: bytes = dict(scope["headers"]).get(b"last-event-id", b"")
    given = parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
    return last.decode("latin-1") or given


async def _until_gone(receive: Receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.close()


async def _begin(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _refuse(send: Send, error: HalongError) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    if isinstance(error, Overloaded):
        headers.append((b"retry-after", str(error.retry_after).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem(error)).encode()})
