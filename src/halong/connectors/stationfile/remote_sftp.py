"""The folders of somebody's SFTP server, whose key must be the one that the administrator named, as ``remote.Remote``."""

import errno
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import PurePosixPath
from typing import Any

import asyncssh
from django.utils.translation import gettext

from halong.connectors.network import resolve
from halong.connectors.stationfile.remote import Entry
from halong.core.errors import Conflict

CONNECT_S = 15.0


class SftpFolder:
    """One session, signed in."""

    def __init__(self, client: asyncssh.SFTPClient, root: str) -> None:
        self._client = client
        self._root = PurePosixPath(root or ".")

    async def entries(self, folder: str) -> list[Entry]:
        """What is in a folder."""
        found = []
        with _said():
            async for entry in self._client.scandir(str(self._root / folder)):
                name, facts = str(entry.filename), entry.attrs
                where = f"{folder}/{name}" if folder else name
                if facts.type == asyncssh.FILEXFER_TYPE_DIRECTORY and name not in {".", ".."}:
                    found.append(Entry(where, is_folder=True))
                elif facts.type == asyncssh.FILEXFER_TYPE_REGULAR:
                    found.append(Entry(where, False, facts.size or 0, str(facts.mtime)))
        return found

    async def read(self, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of a file."""
        with _said():
            async with self._client.open(str(self._root / path), "rb") as file:
                content = await file.read(limit)
                return content if isinstance(content, bytes) else content.encode()

    async def remove(self, path: str) -> None:
        """Delete a file."""
        with _said():
            await self._client.remove(str(self._root / path))

    async def move(self, path: str, target: str) -> None:
        """Rename a file, with the folders that the new name needs."""
        place = self._root / target
        with _said():
            await self._client.makedirs(str(place.parent), exist_ok=True)
            await self._client.rename(str(self._root / path), str(place))


class _Trust(asyncssh.SSHClient):
    """Accepts the keys of the server that were named, one a line: as ssh-keyscan prints them, or as fingerprints."""

    def __init__(self, named: str) -> None:
        self._named = [line.strip() for line in named.splitlines() if line.strip()]
        self.shown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint()
        return any(fingerprint_of(line) == self.shown for line in self._named)


def fingerprint_of(line: str) -> str:
    """The fingerprint of a line that names a key. Raises ValueError."""
    words = line.split()
    if words and words[0].startswith("SHA256:"):
        return words[0].rstrip("=")
    start = next(
        (at for at, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), len(words)
    )
    try:
        return asyncssh.import_public_key(" ".join(words[start : start + 2])).get_fingerprint()
    except asyncssh.KeyImportError as error:
        raise ValueError(line) from error


@asynccontextmanager
async def open_sftp(settings: Any, secrets: Mapping[str, str]) -> AsyncIterator[SftpFolder]:
    """A session as the settings say. Raises Conflict in words; where the server's key isn't the named one, with the one
    that it showed.
    """
    host, port = settings["host"], int(settings.get("port") or 22)
    address = await resolve(host, port, allow_private=bool(settings.get("allow_private")))
    trust = _Trust(settings.get("host_key", ""))
    key = secrets.get("key")
    with _whole(trust):
        async with (
            asyncssh.connect(
                address,
                port,
                username=settings.get("user") or "anonymous",
                password=secrets.get("password") or None,
                client_keys=[asyncssh.import_private_key(key)] if key else None,
                known_hosts=b"",  # none but those that ``trust`` accepts
                client_factory=lambda: trust,
                connect_timeout=CONNECT_S,
                login_timeout=CONNECT_S,
                keepalive_interval=CONNECT_S,
                config=None,
                agent_path=None,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            yield SftpFolder(client, settings.get("folder", ""))


@contextmanager
def _said() -> Iterator[None]:
    """What the server says of one file or folder is that one's fault; a lost connection isn't."""
    try:
        yield
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection) as error:
        raise ConnectionResetError(errno.ECONNRESET, str(error)) from error
    except asyncssh.SFTPError as error:
        raise OSError(errno.EIO, error.reason or str(error)) from error


@contextmanager
def _whole(trust: _Trust) -> Iterator[None]:
    """What goes wrong with the connection, in words."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        text = gettext("The server shows the key %(key)s, which isn't the one in the settings.")
        raise Conflict(text % {"key": trust.shown}) from error
    except asyncssh.PermissionDenied as error:
        raise Conflict(gettext("The server refuses user name, password or key.")) from error
    except asyncssh.Error as error:
        raise Conflict(error.reason or str(error)) from error
    except TimeoutError as error:
        raise Conflict(gettext("The server doesn't answer.")) from error
