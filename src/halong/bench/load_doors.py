"""The clients of FTP and MQTT for the measurements; see ``load``."""

import asyncio
import ftplib
import io
import json
import re
import struct
import sys
import threading
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from halong.bench.rows import PROPERTY, URN, Rows

SYMBOLS = ("PM2,5", "PM10", "SO2", "NO2", "O3")
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
SERIES = 1_000
STEP_S = 30.0


async def files(task: dict[str, Any]) -> dict[str, Any]:
    """Each station sends its files one after the other over one connection, as loggers do; five readings a file."""
    doors, count = task["doors"], task["files"]
    clients = [_sign_in(door) for door in doors]
    contents = [_files(door, count) for door in doors]
    sys.stdin.readline()
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_send, args=(client, content))
        for client, content in zip(clients, contents, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"sent": count * len(doors), "seconds": time.perf_counter() - began}


def _sign_in(door: dict[str, Any]) -> ftplib.FTP:
    client = ftplib.FTP()  # noqa: S321 -- the product's own server, on this machine
    client.connect("127.0.0.1", int(door["port"]), timeout=60)
    client.login(door["user"], door["password"])
    return client


def _files(door: dict[str, Any], count: int) -> list[tuple[str, bytes]]:
    now = datetime.now(LOCAL).replace(microsecond=0) - timedelta(seconds=30)
    made = []
    for number in range(count):
        at = f"{now - timedelta(seconds=60 * number):%Y%m%d%H%M%S}"
        lines = [
            f"{symbol}\t{(number + place) % 90}.5\tug/m3\t{at}\t00" for place, symbol in enumerate(SYMBOLS)
        ]
        made.append((re.sub(r"\d{14}", at, door["example"]), ("\r\n".join(lines) + "\r\n").encode()))
    return made


def _send(client: ftplib.FTP, contents: list[tuple[str, bytes]]) -> None:
    for name, content in contents:
        client.storbinary(f"STOR {name}", io.BytesIO(content))


async def receive(task: dict[str, Any]) -> dict[str, Any]:
    """Take messages with the product's own client, acknowledge each at once, and store nothing."""
    import django  # noqa: PLC0415 -- only this task needs it

    django.setup()
    from halong.connectors.mqtt.wire import Message, Wire  # noqa: PLC0415

    heard, enough = 0, asyncio.Event()
    times: list[float] = []

    def take(message: Message) -> None:
        nonlocal heard
        json.loads(message.payload)
        message.acknowledge()
        heard += 1
        if heard in (1, task["messages"]):
            times.append(time.perf_counter())
        if heard == task["messages"]:
            enough.set()

    settings = {"url": task["url"], "qos": 1}
    async with Wire(settings, {}, "bench/#", take, client_id="bench-bare", lasting=False):
        sys.stdin.readline()
        publisher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "halong.bench.load",
            json.dumps({**task, "kind": "publish"}),
            stdin=asyncio.subprocess.PIPE,
        )
        await publisher.communicate(b"go\n")
        async with asyncio.timeout(120):
            await enough.wait()
    return {"seconds": times[-1] - times[0], "heard": heard}


async def publish(task: dict[str, Any]) -> dict[str, Any]:
    """Publish with QoS 1 as fast as the broker takes it: packets are made beforehand, acknowledgements dropped."""
    rows = Rows(SERIES, task["start"], STEP_S)
    packets = b"".join(_publish(rows, number) for number in range(task["messages"]))
    reader, writer = await asyncio.open_connection("127.0.0.1", task["broker"])
    writer.write(_packet(0x10, _text("MQTT") + b"\x04\x02\x00\x3c" + _text("bench-publisher")))
    await reader.readexactly(4)
    sys.stdin.readline()
    began = time.perf_counter()

    async def write() -> None:
        for start in range(0, len(packets), 65_536):
            writer.write(packets[start : start + 65_536])
            await writer.drain()

    writing = asyncio.create_task(write())
    waiting = 4 * task["messages"]  # bytes of acknowledgements
    while waiting > 0:
        waiting -= len(await reader.read(65_536))
    await writing
    writer.close()
    return {"seconds": time.perf_counter() - began, "began": began}


def _publish(rows: Rows, number: int) -> bytes:
    item = rows.item(number)
    body = json.dumps({"time": item["time"], "value": item["value"]}).encode()
    topic = _text(f"bench/{URN.format(number % SERIES)}/{PROPERTY}")
    return _packet(0x32, topic + struct.pack(">H", number % 65_535 + 1) + body)


def _packet(kind: int, body: bytes) -> bytes:
    """An MQTT 3.1.1 control packet (OASIS standard, section 2.2)."""
    length, size = b"", len(body)
    while True:
        size, digit = divmod(size, 128)[0], size % 128
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw
