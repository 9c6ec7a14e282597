"""Devices that publish to a broker: one message of QoS 1 for each time, a JSON array of its readings."""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from gmqtt import Client as Gmqtt
from gmqtt.mqtt.constants import MQTTv311
from gmqtt.mqtt.handler import MQTTConnectError
from gmqtt.storage import PersistentStorage

from halong.simulation.clients import PATIENCE, Client, NotTaken, Parcel, as_json

TOPIC = "halong/mo-phong/{station}"
TLS = {"mqtts": True, "ssl": True}
logging.getLogger("gmqtt").setLevel(logging.ERROR)


def source_settings(url: str) -> dict[str, Any]:
    """The settings of the source that listens to what we publish to the broker of ``HALONG_MQTT_URL``."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    found = {"url": f"{parts.scheme}://{host}{port}", "topic": TOPIC, "qos": 1}
    if parts.username:
        found |= {"user": unquote(parts.username), "password": unquote(parts.password or "")}
    return found


class MqttClient(Client):
    """A gateway for several devices. A message counts as sent once the broker acknowledged it."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._gmqtt: Any = None
        self._waiting = PersistentStorage()

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Publish every time of every parcel, then wait until the broker has all of it."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._gmqtt is None or not self._gmqtt.is_connected:
                    await self._connect()
                for parcel in parcels:
                    self._publish(parcel)
                    await asyncio.sleep(0)
                await self._waiting.wait_empty()
        except (OSError, TimeoutError, MQTTConnectError) as error:
            await self.close()
            raise NotTaken(str(error) or type(error).__name__) from error

    def _publish(self, parcel: Parcel) -> None:
        topic = TOPIC.format(station=parcel.device.code)
        for moment in parcel.readings:
            for _ in range(parcel.copies):
                self._gmqtt.publish(topic, as_json(Parcel(parcel.device, (moment,))), qos=1)

    async def _connect(self) -> None:
        parts = self._parts
        encrypted = TLS.get(parts.scheme, False)
        self._waiting = PersistentStorage()
        self._gmqtt = client = Gmqtt(
            f"halong-simulation-{secrets.token_hex(4)}", persistent_storage=self._waiting
        )
        client.set_config({"reconnect_retries": -2, "reconnect_delay": 0})
        if parts.username:
            client.set_auth_credentials(unquote(parts.username), unquote(parts.password or ""))
        await client.connect(
            parts.hostname,
            parts.port or (8883 if encrypted else 1883),
            ssl=ssl.create_default_context() if encrypted else False,
            keepalive=30,
            version=MQTTv311,
        )

    async def close(self) -> None:
        """Leave the broker."""
        client, self._gmqtt = self._gmqtt, None
        if client is not None and client.is_connected:
            self._waiting.clear()
            try:
                async with asyncio.timeout(2):
                    await client.disconnect()
            except (OSError, TimeoutError):
                pass
