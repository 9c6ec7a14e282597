"""What a connector is: the one shape of everything that brings data in, ours and other people's.

A connector is a folder with a class that is named in the entry points ``halong.connectors``. It knows one
protocol and nothing of Halong: it contains no loop of its own, no waiting between tries, no logging of
failures, no database. The runner (``halong.ingest.runner``) owns schedule, back-off, cursor, secrets and
counts. Bytes become a ``Batch`` in ``decode``, a pure function, so that a recorded sample tests it, the
screen previews with it, and what was set aside is replayed through it.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from django import forms

from halong.ingest.batch import Batch

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from halong.ingest.server import Server

API = 1
GROUP = "halong.connectors"
Direction = Literal["receive", "poll", "stream", "serve"]
Credential = Literal["none", "password", "api-key"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manifest:
    """What a connector says of itself.

    ``direction``: "receive" (others call us through the web), "poll" (we look every so often), "stream" (we
    hold a connection), "serve" (we run a server for its protocol). ``credential``: what a client needs that
    connects to us; it is made when the source is added and shown once. ``summary`` is one sentence for the
    person who chooses.
    """

    key: str
    label: "StrPromise | str"
    summary: "StrPromise | str"
    direction: Direction
    protocol: str
    licence: str = "Apache-2.0"
    icon: str = "plug-connected"
    credential: Credential = "none"
    api: int = API


@dataclass(frozen=True)
class Known:
    """A thing that exists already: its URN and its types."""

    urn: str
    types: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A series that exists, or could: what examples for clients are made with."""

    urn: str = "urn:ngsi-ld:AirQualityObserved:demo"
    property: str = "pm25"
    unit: str = "GQ"


@dataclass(frozen=True)
class Delivery:
    """Bytes that arrived, and where they come from (file name, topic, address).

    ``cursor`` is how far the source is read once this is stored; ``done`` is awaited after that (delete the
    file, say).
    ``whole_size``: the payload is but the beginning of a file of so many bytes, more than the source takes.
    Without an origin there are no bytes: only the cursor moves.
    ``once``: the same bytes from this source are taken once only.
    """

    payload: bytes
    origin: str
    cursor: str | None = None
    once: bool = False
    whole_size: int | None = None
    done: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Probe:
    """What a test of a source found: the first deliveries decoded, and sentences for the person who tests."""

    batch: Batch = field(default_factory=Batch)
    messages: tuple[str, ...] = ()


class Sink(Protocol):
    """Where a streaming connector puts what arrives. What comes while one commit is under way goes into the next."""

    failed: "asyncio.Future[None]"  # ends with the error when something could not be stored

    def push(self, delivery: Delivery, stored: Callable[[], None]) -> int:
        """Hand over a delivery; ``stored`` is called after its commit, in order. Returns how many wait."""
        ...


class SettingsForm(forms.Form):
    """Base of every connector's settings. Values are JSON scalars; those named in ``secret`` are kept
    encrypted.
    """

    secret: ClassVar[frozenset[str]] = frozenset()
    advanced: ClassVar[frozenset[str]] = frozenset()  # shown folded away on the screen

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The settings that hold where nobody chose any."""
        values = {
            name: field.initial() if callable(field.initial) else field.initial
            for name, field in cls.base_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class Connector(ABC):
    """One source, configured. ``settings`` is what its form accepted, ``secrets`` the part that is kept
    encrypted.
    """

    manifest: ClassVar[Manifest]
    Settings: ClassVar[type[SettingsForm]]
    server: ClassVar["type[Server] | None"] = None  # direction "serve": the server whose account a source is

    def __init__(self, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.settings = settings
        self.secrets = secrets

    @classmethod
    def complete(cls, settings: dict[str, Any], name: str) -> dict[str, Any]:  # noqa: ARG003 -- others use the name
        """Settings of a new source called ``name``, with what must be its own and nobody chose (a client id)."""
        return settings

    @abstractmethod
    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """Make a batch of bytes. Pure; never raises: what can't be understood is in ``Batch.rejected``.

        ``known`` are the things that exist, by ``station_key`` of the last part of their URN.
        """

    @abstractmethod
    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Try the settings without changing anything, here or there. Raises an error of ``core.errors`` in
        words.
        """

    def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """What is new since ``cursor``. Called on schedule (``settings["interval_s"]``)."""
        raise NotImplementedError

    async def stream(self, sink: Sink, connected: Callable[[], None]) -> None:
        """Hold the connection and hand over what comes; ``sink`` returns after commit. Raises when the
        connection ends.
        """
        raise NotImplementedError

    def client_needs(self, example: Example) -> dict[str, Any]:
        """What a client must know to send to this source: address, port, path, topic, example; those that apply.

        ``example`` is a series to make the example with.
        """
        return {}


def station_key(name: str) -> str:
    """How names of stations are compared: without case, "_" as "-"."""
    return name.casefold().replace("_", "-")


_connectors: dict[str, type[Connector]] = {}


def connectors() -> Mapping[str, type[Connector]]:
    """Every installed connector by its key. One that can't be loaded is logged and left out."""
    if not _connectors:
        for point in entry_points(group=GROUP):
            found = load(point)
            if found is not None and _connectors.setdefault(found.manifest.key, found) is not found:
                logger.error(
                    "connector %s of %s is left out: its key is taken", found.manifest.key, point.value
                )
    return _connectors


def load(point: EntryPoint) -> type[Connector] | None:
    """What an entry point names, or None, logged, if that is no connector of our interface's version."""
    try:
        found = point.load()
    except Exception:  # whatever a stranger's package raises while it is imported
        logger.exception("connector %s can't be loaded", point.value)
        return None
    if not (isinstance(found, type) and issubclass(found, Connector)):
        logger.error("connector %s is no halong.ingest.connector.Connector", point.value)
        return None
    if found.manifest.api != API:
        logger.error("connector %s wants interface %s, this is %s", point.value, found.manifest.api, API)
        return None
    return found
