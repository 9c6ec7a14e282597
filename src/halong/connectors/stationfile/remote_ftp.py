"""The folders of somebody's FTP server, in the open or with TLS, as ``remote.Remote``."""

import asyncio
import errno
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import PurePosixPath
from typing import Any

import aioftp
from aioftp.common import SSLSessionBoundContext
from django.utils.translation import gettext

from halong.connectors.network import resolve
from halong.connectors.stationfile.remote import Entry
from halong.core.errors import Conflict

CONNECT_S = 15.0
QUIET_S = 60.0  # without a byte
WIRE = "latin-1"  # names go to and fro byte by byte, whatever the server writes them in


def to_wire(text: str) -> str:
    """A text as aioftp must have it, so that UTF-8 goes out."""
    return text.encode("utf-8", "surrogateescape").decode(WIRE)


class _Client(aioftp.Client):
    """Connects to the address that a name was found to stand for; certificates must be of the name."""

    def __init__(self, address: str, **options: Any) -> None:
        super().__init__(connection_timeout=CONNECT_S, socket_timeout=QUIET_S, encoding=WIRE, **options)
        self._address = address

    async def _open_connection(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = self.ssl or None
        control = self._stream and self._stream.writer.transport.get_extra_info("ssl_object")
        if control:  # servers may demand that data connections go on with the session of the first
            context = SSLSessionBoundContext(
                ssl.PROTOCOL_TLS_CLIENT, context=control.context, session=control.session
            )
        async with asyncio.timeout(CONNECT_S):
            return await asyncio.open_connection(
                self._address, port, ssl=context, server_hostname=host if context else None
            )


class FtpFolder:
    """One connection, signed in."""

    def __init__(self, client: aioftp.Client, root: str) -> None:
        self._client = client
        self._root = PurePosixPath(to_wire(root) or "/")

    async def entries(self, folder: str) -> list[Entry]:
        """What is in a folder."""
        found = []
        with _said():
            async for path, info in self._client.list(self._root / folder):
                kind, name = info.get("type"), PurePosixPath(path).name
                where = f"{folder}/{name}" if folder else name
                if kind == "dir" and name not in {".", ".."}:
                    found.append(Entry(where, is_folder=True))
                elif kind == "file":
                    found.append(Entry(where, False, int(info.get("size", 0)), str(info.get("modify", ""))))
        return found

    async def read(self, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of a file."""
        parts, size = [], 0
        with _said():
            stream = await self._client.download_stream(self._root / path)
            async for block in stream.iter_by_block(65_536):
                parts.append(block)
                size += len(block)
                if size > limit:
                    break
            else:
                await stream.finish()
                return b"".join(parts)
            stream.close()
            # A server says once or twice that the transfer is over, according to how far it was:
            # what comes before the answer to NOOP belongs to it.
            await self._client.abort(wait=False)
            await self._client.command("NOOP", "200", ("1xx", "225", "226", "4xx", "5xx"))
        return b"".join(parts)[:limit]

    async def remove(self, path: str) -> None:
        """Delete a file."""
        with _said():
            await self._client.remove_file(self._root / path)

    async def move(self, path: str, target: str) -> None:
        """Rename a file, with the folders that the new name needs."""
        place = self._root / target
        with _said():
            await self._client.make_directory(place.parent)
            await self._client.rename(self._root / path, place)


@asynccontextmanager
async def open_ftp(settings: Any, password: str) -> AsyncIterator[FtpFolder]:
    """A signed-in connection as the settings say. Raises Conflict in words, OSError."""
    tls = settings.get("tls") or "explicit"
    context = None if tls == "none" else _context(settings)
    port = int(settings.get("port") or (990 if tls == "implicit" else 21))
    address = await resolve(settings["host"], port, allow_private=bool(settings.get("allow_private")))
    client = _Client(address, ssl=context if tls == "implicit" else None)
    try:
        with _whole():
            await client.connect(settings["host"], port)
            if tls == "explicit":
                await client.upgrade_to_tls(context)
            await client.login(
                to_wire(settings.get("user") or "anonymous"), to_wire(password or "anonymous@")
            )
        with _whole():
            yield FtpFolder(client, settings.get("folder", ""))
    finally:
        client.close()


def _context(settings: Any) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=settings.get("ca") or None)
    if not settings.get("verify", True):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _said() -> Iterator[None]:
    """What the server says of one file or folder is that one's fault."""
    try:
        yield
    except aioftp.StatusCodeError as error:
        if any(str(code).startswith(("421", "426", "530")) for code in error.received_codes):
            raise ConnectionResetError(errno.ECONNRESET, _words(error)) from error
        raise OSError(errno.EIO, _words(error)) from error


@contextmanager
def _whole() -> Iterator[None]:
    """What goes wrong with the connection, in words."""
    try:
        yield
    except aioftp.StatusCodeError as error:
        refused = any(str(code).startswith("530") for code in error.received_codes)
        text = gettext("The server refuses user name or password: %(why)s") if refused else "%(why)s"
        raise Conflict(text % {"why": _words(error)}) from error
    except ssl.SSLCertVerificationError as error:
        text = gettext("The server's certificate isn't trusted: %(why)s")
        raise Conflict(text % {"why": error.verify_message}) from error
    except (aioftp.AIOFTPException, UnicodeError) as error:
        raise Conflict(str(error)) from error
    except TimeoutError as error:
        raise Conflict(gettext("The server doesn't answer.")) from error


def _words(error: aioftp.StatusCodeError) -> str:
    return " ".join(line.strip() for line in error.info) or str(error)
