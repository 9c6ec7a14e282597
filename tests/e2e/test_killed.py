"""No acknowledged reading is lost, and none is stored twice, whichever process is killed with SIGKILL in the middle."""

import asyncio
import ftplib
import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import asyncssh
import paho.mqtt.client as paho
import pytest
from tests.e2e.brokers import MOSQUITTO, PASSWORD, USER, broker
from tests.e2e.conftest import eventually
from tests.e2e.doors import PATIENCE, file_name, ftp, now, post, reading, station_lines, store

pytestmark = pytest.mark.e2e
START = now() - timedelta(hours=40)  # of hours that are over: their roll-ups are due at once
BATCH = 20
STEPS = 4  # deliveries of each stream that must succeed before and after each kill
RECOVERS_WITHIN = 120


class Stream(threading.Thread):
    """A client that sends readings of one station, one after the other, and repeats what wasn't acknowledged."""

    def __init__(self, station):
        super().__init__(daemon=True)
        self.station = station
        self.times = (START + timedelta(seconds=n) for n in itertools.count(1))
        self.acknowledged = {}
        self.deliveries = 0
        self.failures = 0
        self.over = threading.Event()
        self.fault = None

    def run(self):
        try:
            while not self.over.is_set():
                try:
                    self.talk()
                except (OSError, EOFError, ftplib.Error, asyncssh.Error, http.client.HTTPException):
                    self.failures += 1
                    self.over.wait(0.2)
        except Exception as error:
            self.fault = error
            raise

    def pieces(self):
        """What is to be delivered next, again and again until ``settle`` was told."""
        while not self.over.is_set():
            if not getattr(self, "piece", None):
                self.piece = {next(self.times): self.deliveries % 90 + 1.0 for _ in range(self.size)}
            yield self.piece

    def settle(self):
        """The present piece was acknowledged."""
        self.acknowledged |= self.piece
        self.piece = None
        self.deliveries += 1
        self.over.wait(0.03)

    size = 1


class Http(Stream):
    size = BATCH

    def __init__(self, product, station):
        super().__init__(station)
        self.product, self.key = product, product.key("ingest.write")

    def talk(self):
        for piece in self.pieces():
            items = [reading(self.station, "pm25", at, value) for at, value in piece.items()]
            status, answer = post(self.product, self.key, items)
            if status != 200:
                assert status in {500, 503}, answer
                raise ConnectionError(status)
            assert answer["accepted"] + answer["duplicate"] == self.size, answer
            self.settle()


class Ftp(Stream):
    def __init__(self, product, station):
        super().__init__(station)
        self.door = product.source("ftp", f"ftp of {station}", entity=station)

    def talk(self):
        with ftp(self.door) as client:
            for piece in self.pieces():
                [(at, value)] = piece.items()
                store(client, file_name(self.door, at), station_lines(at, {"PM2,5": value}))
                self.settle()


class Sftp(Stream):
    def __init__(self, product, station):
        super().__init__(station)
        self.door = product.source("sftp", f"sftp of {station}", entity=station)

    def talk(self):
        asyncio.run(asyncio.wait_for(self.converse(), PATIENCE * 4))

    async def converse(self):
        door = self.door
        given = {
            "username": door["user"],
            "password": door["password"],
            "known_hosts": None,
            "client_keys": [],
        }
        async with (
            asyncssh.connect(door["address"], door["port"], keepalive_interval=5, **given) as line,
            line.start_sftp_client() as client,
        ):
            for piece in self.pieces():
                [(at, value)] = piece.items()
                async with client.open(file_name(door, at), "wb") as file:
                    await file.write(station_lines(at, {"PM2,5": value}))
                self.settle()


class Mqtt(Stream):
    """Publishes with QoS 1 to a broker that stays alive: what the broker has acknowledged, Halong must fetch."""

    def __init__(self, product, station, port):
        super().__init__(station)
        self.port = port
        url, topic = f"mqtt://127.0.0.1:{port}", "killed/{entity}/{property}"
        given = {"url": url, "topic": topic, "user": USER, "password": PASSWORD, "qos": "1"}
        product.source("mqtt", "broker", **given)

    def talk(self):
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.username_pw_set(USER, PASSWORD)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            for piece in self.pieces():
                [(at, value)] = piece.items()
                body = json.dumps({"time": at.isoformat(), "value": value})
                client.publish(f"killed/{self.station}/pm25", body, qos=1).wait_for_publish(PATIENCE)
                self.settle()
        finally:
            client.loop_stop()


@pytest.fixture(scope="module")
def streams(own_product, tmp_path_factory):
    """A client at every door, talking."""
    found = own_product.rows(
        "SELECT urn FROM context_entity WHERE 'AirQualityObserved' = ANY(types) ORDER BY id LIMIT 4"
    )
    stations = [urn for (urn,) in found]
    started = [Http(own_product, stations[0]), Ftp(own_product, stations[1]), Sftp(own_product, stations[2])]
    if MOSQUITTO is None:
        yield from talking(started)
        return
    with broker(tmp_path_factory.mktemp("broker")) as port:
        mqtt = Mqtt(own_product, stations[3], port)
        subscribed = "SELECT count(*) FROM ingest_source WHERE name = 'broker' AND state = 'ok'"
        eventually(lambda: own_product.rows(subscribed)[0][0], within=RECOVERS_WITHIN)
        yield from talking([*started, mqtt])


def talking(streams):
    for stream in streams:
        stream.start()
    yield streams
    for stream in streams:
        stream.over.set()
    for stream in streams:
        stream.join(PATIENCE * 2)


def go_on(streams):
    """Wait until every stream has delivered again."""
    before = [stream.deliveries for stream in streams]

    def all_delivered():
        assert [stream.fault for stream in streams] == [None] * len(streams)
        return all(s.deliveries >= n + STEPS for s, n in zip(streams, before, strict=True))

    eventually(all_delivered, within=RECOVERS_WITHIN)


def stored(product, station):
    """Time → value of a station's readings, as the database has them."""
    rows = product.readings(station)
    found = {at: value for at, value, _quality in rows}
    assert len(rows) == len(found)
    return found


DISAGREEING = """
SELECT coalesce(r.series_id, o.series_id), coalesce(r.time, o.label), r.count, o.count, r.mean, o.mean
FROM (SELECT series_id, date_trunc('hour', time - interval '1 microsecond') + interval '1 hour' AS label,
             count(*) AS count, avg(value) AS mean FROM observation WHERE series_id = ANY(%s) GROUP BY 1, 2) o
FULL JOIN (SELECT * FROM rollup_hour WHERE series_id = ANY(%s)) r ON r.series_id = o.series_id AND r.time = o.label
WHERE r.count IS DISTINCT FROM o.count OR r.mean IS NULL OR abs(r.mean - o.mean) > 1e-9
"""


def test_every_acknowledged_reading_outlives_every_kill(own_product, streams):
    go_on(streams)
    for victim in ("web", "collect", "worker", "database"):
        pid = own_product.children()[victim]
        os.kill(pid, signal.SIGKILL)
        eventually(
            lambda victim=victim, pid=pid: own_product.children().get(victim, pid) != pid,
            within=RECOVERS_WITHIN,
        )
        go_on(streams)
    kill_supervisor(own_product)
    own_product.start()
    go_on(streams)
    assert all(stream.failures for stream in streams if not isinstance(stream, Mqtt))
    for stream in streams:
        stream.over.set()
    for stream in streams:
        stream.join(PATIENCE * 2)
    for stream in streams:
        eventually(
            lambda s=stream: s.acknowledged.items() <= stored(own_product, s.station).items(),
            within=RECOVERS_WITHIN,
        )
        beside = stored(own_product, stream.station).items() - stream.acknowledged.items()
        assert beside <= (getattr(stream, "piece", None) or {}).items()  # stored, but its answer was lost
    check_rollups(own_product, [stream.station for stream in streams])


def kill_supervisor(product):
    """Kill ``halong run``; everything it started must end by itself."""
    family = descendants(product.process.pid)
    assert len(family) > 5
    product.process.kill()
    product.process.wait(PATIENCE)
    eventually(lambda: not alive(family), within=PATIENCE)


def check_rollups(product, stations):
    """Hours, their newest values and nothing else: computed again from the readings, they agree."""
    wanted = (
        "SELECT s.id FROM observations_series s JOIN context_entity e ON e.id = s.entity_id"
        " WHERE e.urn = ANY(%s) AND s.property = 'pm25'"
    )
    series = [pk for (pk,) in product.rows(wanted, stations)]
    assert len(series) == len(stations)
    eventually(lambda: product.rows(DISAGREEING, series, series) == [], within=RECOVERS_WITHIN, every=1)
    newest = (
        "SELECT count(*) FROM latest l WHERE l.series_id = ANY(%s)"
        " AND (l.time, l.value) = (SELECT o.time, o.value FROM observation o WHERE o.series_id = l.series_id"
        " ORDER BY o.time DESC LIMIT 1)"
    )
    eventually(lambda: product.rows(newest, series) == [(len(series),)], within=RECOVERS_WITHIN)


def descendants(pid):
    """All processes below one, as (pid, time of start), so that a number given anew isn't mistaken for it."""
    below = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if words := stat(folder.name):
            below.setdefault(int(words[1]), set()).add((int(folder.name), words[19]))
    found, new = set(), {(pid, (stat(pid) or [""] * 20)[19])}
    while new:
        found |= new
        new = {child for parent, _start in new for child in below.get(parent, ())} - found
    return found


def stat(pid):
    """The words of ``/proc/PID/stat`` after the name: state, parent …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None


def alive(family):
    """Those of these processes that still run."""
    return [pid for pid, start in family if (words := stat(pid)) and words[19] == start and words[0] != "Z"]


def test_a_second_product_on_the_same_folder_is_refused(own_product):
    for port in (own_product.env["HALONG_PORT"], "1"):
        environment = {**own_product.env, "HALONG_PORT": port}
        done = subprocess.run(
            [sys.executable, "-m", "halong", "run"],
            env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert f"Halong runs already in {own_product.home} (process {own_product.process.pid})" in done.stderr
    own_product.wait_until_ready()


def test_ctrl_c_ends_every_process(own_product):
    family = descendants(own_product.process.pid)
    own_product.stop()
    assert own_product.process.returncode == 0
    assert alive(family) == []
    assert own_product.children() == {}
