import asyncio
import json
import shutil
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

import paho.mqtt.client as paho
import pytest

from halong.connectors.mqtt.client import Mqtt
from halong.connectors.mqtt.topic import filter_of
from halong.ingest.connector import Known, station_key
from halong.simulation.clients import NotTaken, Parcel, as_json
from halong.simulation.mqtt import TOPIC, MqttClient, source_settings

NOW = 1_795_400_100
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@pytest.fixture
def broker(tmp_path):
    if MOSQUITTO is None:
        pytest.skip("Mosquitto isn't installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen(
        [MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"mqtt://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def test_the_source_listens_to_what_is_published():
    settings = source_settings("mqtt://gate:p%40ss@broker.example:1884")
    assert settings == {
        "url": "mqtt://broker.example:1884",
        "topic": TOPIC,
        "qos": 1,
        "user": "gate",
        "password": "p@ss",
    }
    form = Mqtt.Settings({**Mqtt.Settings.defaults(), **settings})
    assert form.errors == {}


async def test_what_is_published_the_real_connector_reads(broker, province):
    member = province.stations[0]
    device = member.device
    readings = tuple((NOW - 300 * n, province.readings(member, NOW - 300 * n, NOW)) for n in (2, 1, 0))
    form = Mqtt.Settings({**Mqtt.Settings.defaults(), **source_settings(broker)})
    assert form.is_valid()
    connector = Mqtt(form.cleaned_data, {})
    heard, subscribed, all_there = [], threading.Event(), threading.Event()

    def keep(_client, _data, message):
        heard.append(message)
        if len(heard) == len(readings):
            all_there.set()

    listener = paho.Client(paho.CallbackAPIVersion.VERSION2)
    listener.on_message = keep
    listener.on_subscribe = lambda *_rest: subscribed.set()
    listener.connect("127.0.0.1", urlsplit(broker).port)
    listener.subscribe(filter_of(form.cleaned_data["topic"]), qos=1)
    listener.loop_start()
    client = MqttClient(broker)
    try:
        assert await asyncio.to_thread(subscribed.wait, 10)
        await client.send([Parcel(device, readings)])
        assert await asyncio.to_thread(all_there.wait, 10)
    finally:
        await client.close()
        listener.loop_stop()
        listener.disconnect()
    known = {station_key(device.code): Known(device.urn, device.types)}
    batches = [connector.decode(message.payload, message.topic, known) for message in heard]
    assert [batch.rejected for batch in batches] == [[], [], []]
    found = [o for batch in batches for o in batch.observations]
    sent = [(at, r.property, r.value, r.quality) for at, values in readings for r in values]
    assert [(o.time.timestamp(), o.property, o.value, o.quality) for o in found] == sent


async def test_a_broker_that_is_away_takes_nothing(province):
    member = province.stations[0]
    client = MqttClient("mqtt://127.0.0.1:1")
    with pytest.raises(NotTaken):
        await client.send([Parcel(member.device, ((NOW, province.readings(member, NOW, NOW)),))])


def test_a_message_is_what_the_http_door_takes(province):
    member = province.stations[0]
    items = json.loads(as_json(Parcel(member.device, ((NOW, province.readings(member, NOW, NOW)),))))
    assert {item["entity"] for item in items} == {member.device.urn}
    assert [item["property"] for item in items] == [c.property for c in member.device.channels]
