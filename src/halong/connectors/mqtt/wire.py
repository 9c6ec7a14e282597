"""A connection to an MQTT broker on gmqtt that acknowledges a message when its readings are on disk, not before.

gmqtt acknowledges by itself, at once or when a task of its own for each message ends. Here the two points at
which it would do so are taken over: PUBACK and PUBREC are sent when ``acknowledge`` of the message is
called. A session is kept by the broker while we are away, so that what wasn't acknowledged comes again.
"""

import asyncio
import logging
import os
import ssl
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gmqtt import Client
from gmqtt.mqtt.constants import MQTTv50, MQTTv311
from gmqtt.mqtt.handler import MQTTConnectError

from halong.core.errors import Conflict

SCHEMES = {"mqtt": (1883, False), "tcp": (1883, False), "mqtts": (8883, True), "ssl": (8883, True)}
CONNECT_S = 15
KEEPALIVE_S = 30
SESSION_S = 7 * 24 * 3600  # for which a broker of MQTT 5 keeps what it has for us while we are away
UNACKNOWLEDGED = 2_000  # messages that a broker of MQTT 5 may have under way to us
NEVER = -2  # gmqtt's count of new tries; -1 would be "for ever". The runner tries again, with its back-off
_quiet = logging.getLogger("halong.connectors.mqtt.gmqtt")
_quiet.setLevel(logging.CRITICAL)
logging.getLogger("gmqtt").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and how to tell the broker that it is safe."""

    topic: str
    payload: bytes
    acknowledge: Callable[[], None]


class Wire:
    """``async with Wire(…) as wire``: connected and subscribed; ``await wire.ended`` raises when it is over."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        secrets: Mapping[str, str],
        topic: str,
        on_message: Callable[[Message], None],
        *,
        client_id: str,
        lasting: bool,
    ) -> None:
        self._settings, self._secrets = settings, secrets
        self._topic, self._on_message = topic, on_message
        self._client_id, self._lasting = client_id, lasting
        self._client: Any = None
        self._granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> "Wire":
        try:
            async with asyncio.timeout(2 * CONNECT_S):
                await self._connect()
                five = self._client._connection_state.protocol_version == MQTTv50
                more = {"retain_handling_options": 1} if five else {}  # retained messages once, not each time
                self._client.subscribe(self._topic, qos=int(self._settings.get("qos", 1)), **more)
                await asyncio.wait({self._granted, self.ended}, return_when=asyncio.FIRST_COMPLETED)
                for outcome in (self._granted, self.ended):
                    if outcome.done():
                        outcome.result()
        except TimeoutError as error:
            await self.__aexit__()
            raise ConnectionError("the broker doesn't answer") from error
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._client is not None and self._client._connection is not None:
            self.ended.cancel()
            try:
                async with asyncio.timeout(5):
                    await self._client.disconnect()
            except (OSError, TimeoutError):
                pass

    def pause(self) -> None:
        """Read no more until ``resume``: more is waiting than can be stored."""
        self._client._connection._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        transport = self._client._connection._transport
        if not transport.is_closing():
            transport.resume_reading()

    async def _connect(self) -> None:
        version = self._settings.get("version") or "auto"
        for attempt in {"5": (MQTTv50,), "3.1.1": (MQTTv311,)}.get(version, (MQTTv50, MQTTv311)):
            try:
                async with asyncio.timeout(CONNECT_S):
                    await self._connect_as(attempt)
            except (MQTTConnectError, TimeoutError) as error:
                if attempt == MQTTv311 or version == "5":
                    raise Conflict(str(error) or "the broker doesn't answer") from error
                code = getattr(error, "_code", 1)
                if code not in {1, 132}:
                    raise Conflict(str(error)) from error
            else:
                return

    async def _connect_as(self, version: int) -> None:
        parts = urlsplit(self._settings["url"])
        port, encrypted = SCHEMES[parts.scheme]
        more = {}
        if version == MQTTv50:
            more = {
                "receive_maximum": UNACKNOWLEDGED,
                "session_expiry_interval": SESSION_S if self._lasting else 0,
            }
        self._client = client = Client(
            self._client_id, clean_session=not self._lasting, logger=_quiet, **more
        )
        client.set_config({"reconnect_retries": NEVER, "reconnect_delay": 0})
        client.on_message = self._unacknowledged
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        handler = client._package_handler
        handler._handle_qos_1_publish_packet = partial(self._acknowledged, handler._send_puback)
        handler._handle_qos_2_publish_packet = partial(self._acknowledged, handler._send_pubrec)
        if self._settings.get("user"):
            client.set_auth_credentials(self._settings["user"], self._secrets.get("password") or None)
        context = tls_context(self._settings, self._secrets) if encrypted else False
        await client.connect(
            parts.hostname, parts.port or port, ssl=context, keepalive=KEEPALIVE_S, version=version
        )

    def _acknowledged(
        self, answer: Callable[[int], None], mid: int, payload: bytes, topic: str, properties: object
    ) -> None:
        """A message of QoS 1 or 2, in place of gmqtt's own handling."""
        self._on_message(Message(topic, bytes(payload), partial(self._answer, answer, mid)))

    def _answer(self, answer: Callable[[int], None], mid: int) -> None:
        """Tell the broker, unless the connection is gone: then the message comes again on the next one."""
        if not self._client._connection.is_closing():
            answer(mid)

    def _unacknowledged(
        self, _client: Any, topic: str, payload: bytes, _qos: int, _properties: object
    ) -> None:
        self._on_message(Message(topic, bytes(payload), lambda: None))

    def _subscribed(self, _client: Any, _mid: int, granted: tuple[int, ...], _properties: object) -> None:
        if not self._granted.done():
            if any(code >= 128 for code in granted):
                self._granted.set_exception(Conflict(f"the broker refuses the topic {self._topic}"))
            else:
                self._granted.set_result(None)

    def _disconnected(self, _client: Any, _packet: object, *_more: object) -> None:
        if not self.ended.done():
            self.ended.set_exception(ConnectionError("the connection to the broker was lost"))


def tls_context(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> ssl.SSLContext:
    """What an encrypted connection checks and shows. Raises Conflict for a certificate or key that is none."""
    try:
        context = ssl.create_default_context(cadata=settings.get("ca") or None)
        if not settings.get("verify", True):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if settings.get("certificate"):
            _load_chain(context, settings["certificate"] + "\n" + secrets.get("key", ""))
    except (ssl.SSLError, ValueError) as error:
        raise Conflict(f"certificate or key: {error}") from error
    return context


def _load_chain(context: ssl.SSLContext, pem: str) -> None:
    """Python takes certificates from files only: one that nobody else can read, for a moment."""
    handle, name = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "w") as out:
            out.write(pem)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
