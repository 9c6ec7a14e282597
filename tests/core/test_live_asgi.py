"""/live, from the cookie to the stream's end."""

import asyncio
import json

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.test import Client as Browser

from halong.accounts.models import Grant, SignIn, User
from halong.core import live, live_asgi, registry
from halong.core.bus import Bus
from halong.core.live import touch
from halong.core.live_asgi import LiveApp


@pytest.fixture(autouse=True)
def topics(monkeypatch):
    """Two topics of this test: one for everybody, one for who may see alerts."""
    monkeypatch.setitem(registry.live_topics._entries, "test-public", None)
    monkeypatch.setitem(registry.live_topics._entries, "test-alerts", "alerts.view")


@pytest.fixture
async def app(database_url):
    """A started application."""
    bus = Bus(database_url)
    app = LiveApp(bus)
    await bus.start()
    await app.start()
    yield app
    await app.stop()
    await bus.stop()


class Stream:
    """One request to the application, as a server makes it."""

    def __init__(self, app, topics, cookie="", last=""):
        headers = [(b"host", b"localhost"), (b"cookie", cookie.encode()), (b"last-event-id", last.encode())]
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live",
            "query_string": f"topics={topics}".encode(),
            "headers": [header for header in headers if header[1]],
        }
        self.status, self.received, self.gone = None, b"", asyncio.Event()
        self.task = asyncio.create_task(app(scope, self.receive, self.send))

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.status = message.get("status", self.status)
        self.received += message.get("body", b"")

    async def opened(self):
        """Wait for the greeting."""
        for _ in range(200):
            if b"hello" in self.received:
                return
            await asyncio.sleep(0.05)

    async def hears(self, count):
        """The first messages."""
        for _ in range(200):
            lines = [
                line[6:] for line in self.received.decode().splitlines() if line.startswith('data: {"topic')
            ]
            if len(lines) >= count:
                return [(message["topic"], message["id"]) for message in map(json.loads, lines)]
            await asyncio.sleep(0.05)
        return lines

    async def leave(self):
        self.gone.set()
        await self.task


async def say(url, topic, key=""):
    """NOTIFY as other processes do."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_notify('halong_live', %s)", [json.dumps([topic, key])])


@sync_to_async
def sign_in(role):
    """The cookie of a person of this role."""
    user = User.objects.create(username=role)
    Grant.objects.create(user=user, role=role)
    browser = Browser()
    browser.force_login(user)
    return f"sessionid={browser.cookies['sessionid'].value}"


async def test_a_visitor_hears_public_topics_only(app, database_url):
    stream = Stream(app, "test-public,test-alerts,unheard-of")
    await stream.opened()
    for topic in ("test-alerts", "unheard-of", "test-public"):
        await say(database_url, topic)
    assert await stream.hears(1) == [("test-public", "")]
    assert stream.status == 200
    await stream.leave()
    assert app.hub.clients == set()


@pytest.mark.parametrize(("topics", "status"), [("test-alerts", 403), ("", 422), ("unheard-of", 403)])
async def test_without_a_topic_that_may_be_heard_there_is_no_stream(app, topics, status):
    stream = Stream(app, topics)
    await stream.task
    assert stream.status == status
    assert json.loads(stream.received)["status"] == status


async def test_a_signed_in_person_hears_what_the_role_may(app, database_url):
    cookie = await sign_in("operator")
    stream = Stream(app, "test-alerts:7", cookie)
    await stream.opened()
    await sync_to_async(touch)("test-alerts", "7")
    assert await stream.hears(1) == [("test-alerts", "7")]
    await stream.leave()


async def test_a_page_hears_what_happened_since_it_was_made(app, database_url):
    made = live.mark()
    assert made
    first = Stream(app, "test-public")
    await first.opened()
    await say(database_url, "test-public")
    await first.hears(1)
    streams = [
        Stream(app, f"test-public&since={mark}") for mark in (made, live.mark(), "made-before-a-restart")
    ]
    for stream in streams:
        await stream.opened()
    assert await streams[0].hears(1) == [("test-public", "")]
    assert await streams[2].hears(1) == [("test-public", "")]
    assert b"test-public" not in streams[1].received
    for stream in (first, *streams):
        await stream.leave()


async def test_a_nonsense_cookie_is_a_visitor(app):
    stream = Stream(app, "test-alerts", "sessionid=nonsense")
    await stream.task
    assert stream.status == 403


async def test_a_stream_ends_with_its_session(app, monkeypatch, database_url):
    monkeypatch.setattr(live_asgi, "ASK_AGAIN_S", 0.3)
    await app.stop()
    await app.start()
    cookie = await sign_in("operator")
    stream = Stream(app, "test-alerts", cookie)
    await stream.opened()
    await asyncio.sleep(0.5)
    assert not stream.task.done()
    await SignIn.objects.all().adelete()
    await asyncio.wait_for(stream.task, 20)


async def test_streams_of_one_session_have_a_limit(app, monkeypatch):
    monkeypatch.setattr(live_asgi, "MAX_A_SESSION", 1)
    cookie = await sign_in("operator")
    first = Stream(app, "test-alerts", cookie)
    await first.opened()
    second = Stream(app, "test-alerts", cookie)
    await second.task
    assert (first.status, second.status) == (200, 503)
    await first.leave()
