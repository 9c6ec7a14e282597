"""The clients of simulated devices: plain FTP, HTTP and MQTT clients, as any station or gateway has one."""

import asyncio
import contextlib
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aioftp
import httpx

from halong.simulation.device import Device, Reading
from halong.simulation.sources import Access
from halong.simulation.stationfile import Logger, file_name

PATIENCE = 60.0  # seconds for an answer
logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each request would drown the rest
BATCH = 1_000  # readings in a request
FTP_CONNECTIONS = 4


class Refused(Exception):
    """The door knows us no more: wrong password or key, or the source is switched off."""


class NotTaken(Exception):
    """The door can't be reached or is overloaded: try again later."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one device sends at once: readings by time, ascending, and how often it is sent."""

    device: Device
    readings: tuple[tuple[int, Sequence[Reading]], ...]
    copies: int = 1


class Client(ABC):
    """One door, from outside. ``send`` returns when everything was acknowledged."""

    @abstractmethod
    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Send parcels. Raises Refused, NotTaken."""

    @abstractmethod
    async def close(self) -> None:
        """Leave."""


class FtpClient(Client):
    """Station files over FTP; a few connections are shared by all stations."""

    def __init__(self, host: str, access: Access) -> None:
        self._host = host
        self._access = access
        self._loggers: dict[str, Logger] = {}
        self._idle: list[aioftp.Client] = []
        self._signed_in: set[aioftp.Client] = set()
        self._free = asyncio.Semaphore(FTP_CONNECTIONS)

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Each parcel is one file, named after its station and its last time."""
        outcomes = await asyncio.gather(*map(self._send_file, parcels), return_exceptions=True)
        for failed in filter(None, outcomes):
            raise failed

    async def _send_file(self, parcel: Parcel) -> None:
        logger = self._loggers.get(parcel.device.urn)
        if logger is None:
            logger = self._loggers[parcel.device.urn] = Logger(parcel.device)
        name = file_name(parcel.device, parcel.readings[-1][0])
        async with self._free:
            body = "".join(logger.lines(time, readings) for time, readings in parcel.readings).encode()
            for _ in range(parcel.copies):
                await self._store(name, body)

    async def _store(self, name: str, body: bytes) -> None:
        while self._idle:  # a connection that rested may have been closed meanwhile: then the next one
            with contextlib.suppress(NotTaken):
                return await self._upload(self._idle.pop(), name, body)
        return await self._upload(aioftp.Client(socket_timeout=PATIENCE), name, body)

    async def _upload(self, client: aioftp.Client, name: str, body: bytes) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                if client not in self._signed_in:
                    await client.connect(self._host, int(self._access.needs["port"]))
                    await client.login(self._access.needs["user"], self._access.needs["password"])
                    self._signed_in.add(client)
                async with client.upload_stream(name) as stream:
                    await stream.write(body)
        except aioftp.StatusCodeError as error:
            self._drop(client)
            if any(code.matches("530") for code in error.received_codes):
                raise Refused(str(error.info)) from error
            raise NotTaken(str(error.info)) from error
        except (OSError, TimeoutError, EOFError) as error:
            self._drop(client)
            raise NotTaken(str(error) or type(error).__name__) from error
        self._idle.append(client)

    def _drop(self, client: aioftp.Client) -> None:
        self._signed_in.discard(client)
        with contextlib.suppress(Exception):
            client.close()

    async def close(self) -> None:
        """Say goodbye on every connection."""
        for client in self._idle:
            with contextlib.suppress(Exception):
                await client.quit()
        self._idle.clear()


class PushClient(Client):
    """Readings as JSON arrays over HTTP, many devices in one request."""

    def __init__(self, base: str, access: Access) -> None:
        self._http = httpx.AsyncClient(
            base_url=base, timeout=PATIENCE, headers={"Authorization": f"Bearer {access.needs['key']}"}
        )
        self._path = "/ingest/v1/observations"

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Requests of at most ``BATCH`` readings, one after another."""
        items = [item for parcel in parcels for _ in range(parcel.copies) for item in _items(parcel)]
        for start in range(0, len(items), BATCH):
            await self._post(items[start : start + BATCH])

    async def _post(self, items: list[dict[str, Any]]) -> None:
        try:
            answer = await self._http.post(self._path, json=items)
        except httpx.HTTPError as error:
            raise NotTaken(str(error) or type(error).__name__) from error
        if answer.status_code in {401, 403}:
            raise Refused(answer.text[:300])
        if answer.status_code != 200:
            raise NotTaken(f"{answer.status_code} {answer.text[:300]}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _items(parcel: Parcel) -> Iterable[dict[str, Any]]:
    units = {channel.property: channel.unit for channel in parcel.device.channels}
    for time, readings in parcel.readings:
        at = datetime.fromtimestamp(time, UTC).isoformat()
        for reading in readings:
            item = {
                "entity": parcel.device.urn,
                "property": reading.property,
                "time": at,
                "value": reading.value,
                "unit": units[reading.property],
            }
            yield item | ({"quality": reading.quality} if reading.quality else {})


def as_json(parcel: Parcel) -> bytes:
    """A parcel as the JSON array that ``POST /ingest/v1/observations`` takes."""
    return json.dumps(list(_items(parcel))).encode()
