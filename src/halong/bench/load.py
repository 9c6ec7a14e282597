"""The clients of the measurements, in a process of their own: ``python -m halong.bench.load`` with a task as JSON.

They do as little as a client can: everything that can be prepared is prepared before the clock starts.
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import msgspec
import psycopg
import uvloop

from halong.bench import citizens_load, load_doors
from halong.bench.product import cpu_seconds as cpu_of
from halong.bench.rows import Rows

Answer = dict[str, Any]


class Connection(asyncio.Protocol):
    """One keep-alive HTTP connection that sends the next request as soon as the answer is there."""

    def __init__(self, requests: "deque[bytes]", tell: Callable[[int, float], None]) -> None:
        self._requests, self._tell = requests, tell
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""
        self._began = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def next(self) -> None:
        """Send the next request, or end."""
        assert self._transport is not None
        if not self._requests:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(self._requests.popleft())

    def data_received(self, data: bytes) -> None:
        """Part of an answer."""
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(rest) >= length:
            self._received = b""
            self._tell(int(head[9:12]), time.perf_counter() - self._began)
            self.next()

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


async def post(task: dict[str, Any]) -> Answer:
    """Send requests over some connections, each after the answer of the one before: all, or those of so many ``seconds``.

    Returns seconds, rows, statuses, and the 50th and 99th percentile of the time to the answer in milliseconds.
    """
    requests = deque(REQUESTS[task["kind"]](task))
    statuses: dict[int, int] = {}
    times: list[float] = []

    def tell(status: int, seconds: float) -> None:
        statuses[status] = statuses.get(status, 0) + 1
        times.append(seconds)

    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(task["connections"]):
        _transport, connection = await loop.create_connection(
            lambda: Connection(requests, tell), "127.0.0.1", task["port"]
        )
        connections.append(connection)
    sys.stdin.readline()  # prepared: wait for the starting signal
    began = time.perf_counter()
    if "seconds" in task:
        loop.call_later(task["seconds"], requests.clear)
    for connection in connections:
        connection.next()
    await asyncio.gather(*(connection.done for connection in connections))
    seconds = time.perf_counter() - began
    times.sort()
    return {
        "seconds": seconds,
        "rows": task["rows"],
        "statuses": statuses,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
    }


def _readings(task: dict[str, Any]) -> Iterator[bytes]:
    rows = Rows(task["series"], task["start"], task["step_s"])
    head = (
        f"POST /ingest/v1/observations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {task['key']}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    for first in range(task["first"], task["first"] + task["rows"], task["batch"]):
        body = msgspec.json.encode([rows.item(n) for n in range(first, first + task["batch"])])
        yield f"{head}{len(body)}\r\n\r\n".encode() + body


class Listener(asyncio.Protocol):
    """One stream of events; tells the number of each thing that changed and when it was heard."""

    def __init__(self, request: bytes, tell: Callable[[int, float], None]) -> None:
        self._request, self._tell = request, tell
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected: ask."""
        cast("asyncio.WriteTransport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Events."""
        now = time.perf_counter()
        if not self.opened.done() and b"hello" in data:
            self.opened.set_result(None)
        for found in ID.finditer(data):
            self._tell(int(found[1]), now)

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed."""
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("the stream was refused"))


async def listen(task: dict[str, Any]) -> Answer:
    """Hold many streams of the same topics, say one event a second on each topic, and note when each stream hears it."""
    said = [0.0] * task["topics"]
    delays: list[float] = []

    def tell(topic: int, now: float) -> None:
        if said[topic]:
            delays.append(now - said[topic])

    names = ",".join(f"entity:{topic}" for topic in range(task["topics"]))
    loop = asyncio.get_running_loop()
    streams = []
    for number in range(task["clients"]):
        cookie = task["cookies"][number % len(task["cookies"])]
        request = f"GET /live?topics={names} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
        make = partial(Listener, request, tell)
        _transport, stream = await loop.create_connection(make, "127.0.0.1", task["port"])
        await stream.opened
        streams.append(stream)
    sys.stdin.readline()
    before, began = cpu_of(task["pid"]), time.perf_counter()
    async with await psycopg.AsyncConnection.connect(task["url"], autocommit=True) as connection:
        for second in range(task["seconds"]):
            for topic in range(task["topics"]):
                due = began + second + topic / task["topics"]
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                said[topic] = time.perf_counter()
                await connection.execute(
                    "SELECT pg_notify('halong_live', %s)", [json.dumps(["entity", [topic]])]
                )
    await asyncio.sleep(0.5)
    seconds = time.perf_counter() - began
    used = cpu_of(task["pid"]) - before
    delays.sort()
    return {
        "heard": len(delays),
        "seconds": seconds,
        "cpu": used,
        "p50_ms": delays[len(delays) // 2] * 1000,
        "p99_ms": delays[int(len(delays) * 0.99)] * 1000,
    }


REQUESTS = {"post": _readings, "open311": citizens_load.requests}
TASKS = {
    "post": post,
    "open311": post,
    "listen": listen,
    "files": load_doors.files,
    "receive": load_doors.receive,
    "publish": load_doors.publish,
}
ID = re.compile(rb'"topic":"entity","id":"(\d+)"')


def main() -> None:
    """Do the task named in the first argument."""
    task = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(uvloop.run(TASKS[task["kind"]](task))) + "\n")


if __name__ == "__main__":
    main()
