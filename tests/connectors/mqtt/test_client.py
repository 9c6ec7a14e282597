import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import paho.mqtt.client as paho
import pytest
from tests.connectors.conftest import free_port, rows, wait_until

from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.ingest.actions import add_source
from halong.ingest.models import Quarantined, Source
from halong.ingest.runner import build
from halong.ingest.stations import load_known
from halong.observations.models import Series

URN = "urn:ngsi-ld:AirQualityObserved:khi001"


class Broker:
    """Mosquitto on a free port, with any configuration."""

    def __init__(self, folder, more=""):
        self.port = free_port()
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\nmax_queued_messages 0\n{more}\n"
        )
        self.start()

    def start(self):
        self.process = subprocess.Popen(["mosquitto", "-c", str(self.config)], stderr=subprocess.DEVNULL)
        wait_until(lambda: open_port(self.port))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def publish(self, messages, qos=1):
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(20)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        sent = [client.publish(topic, payload, qos) for topic, payload in messages]
        for one in sent:
            one.wait_for_publish(20)
        client.loop_stop()
        client.disconnect()


def open_port(port):
    import socket

    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def broker(tmp_path):
    started = Broker(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def station(transactional_db):
    entity = Entity.objects.create(urn=URN, types=["AirQualityObserved"], name="KHI001")
    Series.objects.create(entity=entity, property="pm25", unit="GQ")
    return entity


def message(n):
    return "province/khi001/pm25", json.dumps({"time": 1_795_000_000 + n, "value": n})


@pytest.mark.parametrize("version", ["auto", "3.1.1"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_what_is_published_is_stored(collector, broker, station, qos, version):
    url = f"mqtt://127.0.0.1:{broker.port}"
    source, needs = collector.add(
        "mqtt", url=url, topic="province/{station}/{property}", qos=str(qos), version=version
    )
    wait_until(lambda: Source.objects.get(pk=source.pk).state == "ok")

    broker.publish([message(n) for n in range(50)], qos)

    wait_until(lambda: len(rows()) == 50)
    assert needs["example"] == "province/khi001/pm25"
    assert (needs["address"], needs["port"], needs["topic"]) == (
        "127.0.0.1",
        broker.port,
        "province/{station}/{property}",
    )


def test_a_broker_that_goes_away_breaks_the_source_once_and_nothing_is_lost(
    collector, broker, station, monkeypatch, caplog
):
    monkeypatch.setattr("halong.ingest.runner.FIRST_WAIT_S", 0.2)
    source, _needs = collector.add(
        "mqtt", url=f"mqtt://127.0.0.1:{broker.port}", topic="province/{station}/{property}"
    )
    wait_until(lambda: Source.objects.get(pk=source.pk).state == "ok")

    broker.stop()
    wait_until(lambda: Source.objects.get(pk=source.pk).state == "broken")
    time.sleep(1)
    broker.start()
    wait_until(lambda: Source.objects.get(pk=source.pk).state == "ok")
    broker.publish([message(1)])

    wait_until(lambda: len(rows()) == 1)
    said = [record.message for record in caplog.records if record.name == "halong.ingest.runner"]
    assert len([line for line in said if "is broken" in line]) == 1
    assert len([line for line in said if "is back" in line]) == 1


def test_a_wrong_password_is_said_in_words(collector, tmp_path, station):
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(tmp_path / "users"), "halong", "right"], check=True)
    (tmp_path / "users").chmod(0o644)
    tmp_path.chmod(0o755)
    broker = Broker(tmp_path, f"password_file {tmp_path / 'users'}\n")
    broker.config.write_text(
        broker.config.read_text().replace("allow_anonymous true", "allow_anonymous false")
    )
    broker.stop()
    broker.start()
    try:
        url = f"mqtt://127.0.0.1:{broker.port}"
        wrong, _ = collector.add(
            "mqtt", "wrong", url=url, user="halong", password="wrong", topic="a/{station}/{property}"
        )
        right, _ = collector.add(
            "mqtt", "right", url=url, user="halong", password="right", topic="a/{station}/{property}"
        )
        wait_until(lambda: Source.objects.get(pk=wrong.pk).state == "broken")
        wait_until(lambda: Source.objects.get(pk=right.pk).state == "ok")
    finally:
        broker.stop()
    assert "authori" in Source.objects.get(pk=wrong.pk).state_detail.lower()


def test_tls_checks_the_broker_and_shows_who_we_are(collector, tmp_path, station):
    from halong.connectors.stationfile.certificate import _write

    tmp_path.chmod(0o755)
    for name in ("broker", "client"):
        _write(tmp_path / f"{name}.pem", "127.0.0.1" if name == "broker" else "halong")
        (tmp_path / f"{name}.pem").chmod(0o644)
    pem = (tmp_path / "broker.pem").read_text()
    certificate = pem[pem.index("-----BEGIN CERT") :]
    (tmp_path / "broker.crt").write_text(certificate)
    own = (tmp_path / "client.pem").read_text()
    (tmp_path / "client.crt").write_text(own[own.index("-----BEGIN CERT") :])
    broker = Broker(
        tmp_path,
        f"certfile {tmp_path}/broker.crt\nkeyfile {tmp_path}/broker.pem\n"
        f"cafile {tmp_path}/client.crt\nrequire_certificate true",
    )
    try:
        url = f"mqtts://127.0.0.1:{broker.port}"
        stranger, _ = collector.add("mqtt", "stranger", url=url, topic="p/{station}/{property}")
        friend, _ = collector.add(
            "mqtt", "friend", url=url, topic="p/{station}/{property}", ca=certificate,
            certificate=own[own.index("-----BEGIN CERT") :], key=own[: own.index("-----BEGIN CERT")],
        )  # fmt: skip
        wait_until(lambda: Source.objects.get(pk=stranger.pk).state == "broken")
        wait_until(lambda: Source.objects.get(pk=friend.pk).state == "ok")
    finally:
        broker.stop()
    assert "certificate" in Source.objects.get(pk=stranger.pk).state_detail.lower()


def test_a_test_shows_the_first_messages(home, broker, station):
    connector = build(
        "mqtt", {"url": f"mqtt://127.0.0.1:{broker.port}", "topic": "province/{station}/{property}"}, {}
    )
    known = load_known()

    async def look():
        test = asyncio.create_task(connector.probe(known))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.publish, [message(n) for n in range(7)])
        return await test

    probe = asyncio.run(look())

    assert [(o.entity, o.property) for o in probe.batch.observations] == [(URN, "pm25")] * 5


def test_what_can_not_be_understood_is_held_with_its_topic(collector, broker, station):
    source, _needs = collector.add(
        "mqtt", url=f"mqtt://127.0.0.1:{broker.port}", topic="province/{station}/{property}"
    )
    wait_until(lambda: Source.objects.get(pk=source.pk).state == "ok")

    broker.publish([("province/khi001/pm25", "warm"), ("province/nobody/pm25", "1")])

    wait_until(lambda: Quarantined.objects.count() == 2)
    held = list(Quarantined.objects.order_by("reason").values_list("reason", "origin"))
    assert [reason for reason, _origin in held] == ["bad_value", "unknown_entity"]
    assert held[0][1].startswith("province/khi001/pm25@")


@pytest.mark.e2e
def test_no_message_is_lost_when_the_collector_is_killed(database_url, home, broker, station):
    add_source(
        "mqtt",
        "m",
        {"url": f"mqtt://127.0.0.1:{broker.port}", "topic": "province/{station}/{property}"},
        by=SYSTEM,
    )
    environment = {
        **os.environ, "DATABASE_URL": as_url(database_url),
        "HALONG_FTP_PORT": str(free_port()), "HALONG_SFTP_PORT": str(free_port()),
    }  # fmt: skip

    def start():
        return subprocess.Popen(
            [sys.executable, "-m", "halong", "collect"], env=environment, stderr=subprocess.DEVNULL
        )

    collecting = start()
    try:
        wait_until(lambda: Source.objects.get().state == "ok", 20)
        for part in range(4):
            broker.publish([message(n) for n in range(part * 500, part * 500 + 500)])
            if part < 3:
                collecting.send_signal(signal.SIGKILL)
                collecting.wait()
                collecting = start()
        wait_until(lambda: len(rows()) == 2000, 40)
    finally:
        collecting.send_signal(signal.SIGTERM)
        assert collecting.wait(20) == 0
    assert sorted(row[2] for row in rows()) == [float(n) for n in range(2000)]


def as_url(conninfo):
    from urllib.parse import quote

    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(conninfo)
    who = f"{parts['user']}:{quote(parts.get('password') or '')}"
    return f"postgresql://{who}@/{parts['dbname']}?host={quote(parts['host'], safe='')}&port={parts['port']}"
