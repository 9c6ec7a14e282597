"""MQTT: readings that gateways and devices publish to a broker."""

import asyncio
import contextlib
import secrets as random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.mapping import Rule, decode_json
from halong.connectors.mapping_form import rule_of
from halong.connectors.mqtt.forms import MqttForm
from halong.connectors.mqtt.topic import example_of, filter_of, parts_of
from halong.connectors.mqtt.wire import SCHEMES, Message, Wire
from halong.core.errors import Conflict
from halong.ingest.batch import Batch, Reason, Rejected
from halong.ingest.connector import Connector, Delivery, Example, Known, Manifest, Probe, Sink

WAITING = 5_000  # messages that may wait to be stored before no more are read
LISTEN_S = 5.0  # of a test
SHOWN = 5


class Mqtt(Connector):
    """One subscription at one broker."""

    manifest = Manifest(
        key="mqtt",
        label=_("MQTT"),
        summary=_("Devices or gateways publish to a broker; Halong subscribes to their topics."),
        direction="stream",
        protocol="MQTT 5, MQTT 3.1.1",
        icon="broadcast",
    )
    Settings = MqttForm

    @classmethod
    def complete(cls, settings: dict[str, Any], name: str) -> dict[str, Any]:  # noqa: ARG003 -- the name isn't unique for ever
        """A client identifier of the source's own: by it the broker knows our session."""
        return {**settings, "client_id": settings.get("client_id") or f"halong-{random.token_hex(6)}"}

    @cached_property
    def rule(self) -> Rule:
        """What a message means."""
        return rule_of(self.settings)

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of a message. ``origin`` is its topic, and after "@" when it arrived."""
        topic, _at, written = origin.rpartition("@")
        try:
            arrived: datetime | None = datetime.fromisoformat(written)
        except ValueError:
            topic, arrived = origin, None
        parts = parts_of(self.settings["topic"], topic)
        if parts is None:
            return Batch(rejected=[Rejected(Reason.MALFORMED, topic[-300:], origin, payload)])
        return decode_json(payload, origin, self.rule, known, parts=parts, arrived=arrived)

    async def stream(self, sink: Sink, connected: Callable[[], None]) -> None:
        """Hand over every message; acknowledge each when it is stored."""
        waiting = 0
        paused = False

        def receive(message: Message) -> None:
            nonlocal waiting, paused

            def stored() -> None:
                nonlocal waiting, paused
                message.acknowledge()
                waiting -= 1
                if paused and waiting < WAITING // 2:
                    paused = False
                    wire.resume()

            waiting += 1
            sink.push(Delivery(message.payload, f"{message.topic}@{_now()}"), stored)
            if waiting >= WAITING and not paused:
                paused = True
                wire.pause()

        client_id = self.settings.get("client_id") or f"halong-{random.token_hex(6)}"
        wire = self._wire(receive, client_id, lasting=True)
        async with wire:
            connected()
            await asyncio.wait({wire.ended, sink.failed}, return_when=asyncio.FIRST_COMPLETED)
            for outcome in (sink.failed, wire.ended):
                if outcome.done():
                    outcome.result()

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Subscribe for some seconds and decode what comes first."""
        heard: list[Message] = []
        enough = asyncio.Event()

        def receive(message: Message) -> None:
            heard.append(message)
            if len(heard) >= SHOWN:
                enough.set()

        try:
            async with self._wire(receive, f"halong-test-{random.token_hex(4)}", lasting=False):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(enough.wait(), LISTEN_S)
        except OSError as error:
            raise Conflict(str(error)) from error
        batch = Batch()
        for message in heard[:SHOWN]:
            part = self.decode(message.payload, message.topic, known)
            batch.observations += part.observations
            batch.rejected += part.rejected
        text = ngettext("%(n)d message was heard.", "%(n)d messages were heard.", len(heard)) % {
            "n": len(heard)
        }
        return Probe(batch, (gettext("The broker accepts us."), text))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where devices publish to, and a topic and message that would be understood."""
        parts = urlsplit(self.settings["url"])
        pattern = self.settings["topic"]
        station = example.urn.rpartition(":")[2]
        topic = example_of(pattern, entity=example.urn, property=example.property, station=station)
        body: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "value": 12.5}
        if "{property}" not in pattern and not self.settings.get("property"):
            body["property"] = example.property
        if not {"{entity}", "{station}"} & set(pattern.split("/")) and not self.settings.get("entity"):
            body["entity"] = example.urn
        return {
            "address": parts.hostname,
            "port": parts.port or SCHEMES[parts.scheme][0],
            "topic": pattern,
            "example": topic,
            "payload": msgspec.json.encode(body).decode(),
        }

    def _wire(self, receive: Callable[[Message], None], client_id: str, *, lasting: bool) -> Wire:
        topic = filter_of(self.settings["topic"])
        return Wire(self.settings, self.secrets, topic, receive, client_id=client_id, lasting=lasting)


def _now() -> str:
    return datetime.now(UTC).isoformat()
