"""The doors of stations and devices: files through the FTP server, single readings through MQTT."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from halong.bench.ingest import Stage, run_load
from halong.bench.load_doors import SYMBOLS
from halong.bench.product import Product, free_ports
from halong.bench.rows import PROPERTY, URN
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.core.sector import find_symbol
from halong.observations.actions import open_many_series

FILES = 3_000
FTP_CLIENTS = 8
MESSAGES = 30_000
PATIENCE_S = 120.0


def add_source(product: Product, kind: str, name: str, **settings: str) -> dict[str, str]:
    """``halong source add`` as an administrator types it: what a client needs."""
    command = [sys.executable, "-m", "halong", "source", "add", kind, name]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    environment = {**product.environment, "DATABASE_URL": product.url}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def stored(product: Product) -> int:
    """How many readings are on disk."""
    with psycopg.connect(product.url) as connection:
        found = connection.execute("SELECT count(*) FROM observation").fetchone()
        assert found is not None
        return int(found[0])


def station_files(stage: Stage, say: Callable[[str], None], files: int = FILES) -> dict[str, float]:
    """Files a second, each of five lines, sent by 8 stations at once, each file after the server said that the one before is
    safe; every reading must be on disk.
    """
    stage.clear()
    _open_series(stage)
    doors = [
        add_source(stage.product, "ftp", f"bench ftp {n}", entity=URN.format(n)) for n in range(FTP_CLIENTS)
    ]
    time.sleep(3)  # the collector notices new sources within a moment
    answer = run_load({"kind": "files", "doors": doors, "files": files // FTP_CLIENTS})
    sent = answer["sent"]
    found = stored(stage.product)
    if found != sent * len(SYMBOLS):
        raise AssertionError(f"{found} readings of {sent} files are stored")
    say(f"{sent / answer['seconds']:,.0f} station files/s through FTP, {FTP_CLIENTS} connections")
    return {"station_files_per_s": sent / answer["seconds"]}


def _open_series(stage: Stage) -> None:
    """The stations measure what their files tell of."""
    entities = Entity.objects.filter(urn__in=[URN.format(n) for n in range(FTP_CLIENTS)])
    names = [spec.name for symbol in SYMBOLS if (spec := find_symbol(symbol)) and spec.name != PROPERTY]
    given = {"unit": "GQ", "minimum": 0.0, "maximum": 1000.0, "interval_s": 60}
    open_many_series([(entity, name, given) for entity in entities for name in names], by=SYSTEM)


def mqtt(stage: Stage, say: Callable[[str], None], messages: int = MESSAGES) -> dict[str, float]:
    """What is stored of MQTT QoS 1, one reading a message, compared with what the same client receives without storing."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        say("mosquitto isn't installed: MQTT is not measured")
        return {}
    with _broker(program) as port:
        url = f"mqtt://127.0.0.1:{port}"
        bare = run_load(
            {
                "kind": "receive",
                "url": url,
                "messages": messages,
                "broker": port,
                "start": stage.start(messages),
            }
        )
        stage.clear()
        add_source(stage.product, "mqtt", "bench mqtt", url=url, topic="bench/{entity}/{property}")
        time.sleep(4)
        publisher = {"kind": "publish", "broker": port, "messages": messages, "start": stage.start(messages)}
        began = run_load(publisher)["began"]  # the clock is the same for all processes
        until = time.monotonic() + PATIENCE_S
        while (found := stored(stage.product)) < messages and time.monotonic() < until:
            time.sleep(0.1)
        seconds = time.perf_counter() - began
    if found != messages:
        raise AssertionError(f"{found} of {messages} messages are stored")
    received, kept = messages / bare["seconds"], messages / seconds
    say(f"MQTT QoS 1: {kept:,.0f} readings/s to disk, {received:,.0f}/s received without storing")
    return {"mqtt_store_ratio": kept / received}


@contextmanager
def _broker(program: str) -> Iterator[int]:
    folder = Path(tempfile.mkdtemp(prefix="halong-bench-broker-"))
    [port] = free_ports(1)
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence false\n"
    )
    folder.chmod(0o755)
    process = subprocess.Popen(
        [program, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
