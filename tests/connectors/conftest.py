"""A collector at work on the test database, its servers on free ports."""

import asyncio
import socket
import threading
import time

import pytest
from django.db import connection

from halong.core.permissions import SYSTEM
from halong.ingest.actions import add_source
from halong.ingest.runner import Runner


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(autouse=True)
def _english(settings):
    """What connectors say is looked at in one language."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of this test's own."""
    place = tmp_path / "home"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("HALONG_HOME", str(place))
    return place


class Collector:
    """The runner in a thread of its own."""

    def __init__(self, url):
        self.url = url
        self.loop = asyncio.new_event_loop()
        self.stopping = None
        self.runner = None
        self.started = threading.Event()
        self.thread = threading.Thread(target=self.main, daemon=True)
        self.thread.start()
        assert self.started.wait(20)

    def main(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.work())

    async def work(self):
        self.stopping = asyncio.Event()
        self.runner = Runner(self.url)
        running = asyncio.create_task(self.runner.run(self.stopping))
        ready = asyncio.create_task(self.runner.ready.wait())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        self.started.set()
        ready.cancel()
        await running

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def collector(database_url, home, settings):
    """A running collector; ``collector.add(kind, **settings)`` connects a source and waits until it is at work."""
    settings.HALONG_HOST = "127.0.0.1"
    settings.HALONG_FTP_PORT = free_port()
    settings.HALONG_SFTP_PORT = free_port()
    started = Collector(database_url)

    def add(kind, name="station", **chosen):
        source, needs = add_source(kind, name, chosen, by=SYSTEM)
        wait_until(lambda: source.pk in started.runner._active)
        time.sleep(0.2)  # a server that has just been asked to listen
        return source, needs

    started.add = add
    yield started
    started.stop()
    connection.close()


def wait_until(condition, seconds=10):
    """Look again and again until something holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def rows(
    query="SELECT e.urn, s.property, o.value, o.quality FROM observation o JOIN observations_series s ON s.id = o.series_id"
    " JOIN context_entity e ON e.id = s.entity_id ORDER BY 1, 2, o.time",
):
    """What is stored."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
