"""Station files on somebody's SFTP server, whose key must be the one that the administrator names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath

import asyncssh
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from halong.connectors.network import resolve
from halong.connectors.stationfile.clients import DONE, TIMEOUT_S, Found, Place, Polled, RemoteForm
from halong.core.errors import Conflict
from halong.ingest.connector import Manifest

DEPTH = 5


class SftpPullForm(RemoteForm):
    """An SFTP server."""

    host_key = forms.CharField(
        label=_("Key of the server"),
        required=False,
        help_text=_(
            "As ssh-keyscan prints it, or its SHA256 fingerprint. The test tells what the server shows."
        ),
    )
    key = forms.CharField(
        label=_("Private key"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("OpenSSH format, without a passphrase. Instead of a password."),
    )
    secret = frozenset({"password", "key"})

    def clean_key(self) -> str:
        """A private key, or nothing."""
        text: str = self.cleaned_data["key"].strip()
        if text:
            try:
                asyncssh.import_private_key(text)
            except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
                raise ValidationError(_("This is no private key that can be read.")) from error
        return text


class _Trust(asyncssh.SSHClient):
    """Accepts one key of the server."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self.shown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint()
        if not self._wanted:
            return False
        if self._wanted.startswith("SHA256:"):
            return self.shown == self._wanted
        words = self._wanted.split()
        named = " ".join(
            words[1:3] if len(words) > 2 and not words[0].startswith(("ssh-", "ecdsa-")) else words[:2]
        )
        try:
            return asyncssh.import_public_key(named) == key
        except asyncssh.KeyImportError:
            return False


class _Sftp:
    """An SFTP session."""

    def __init__(self, client: asyncssh.SFTPClient, root: str) -> None:
        self._client, self._root = client, root.rstrip("/")

    async def files(self, *, deep: bool) -> list[Found]:
        return await self._list(self._root or "/", "", DEPTH if deep else 0)

    async def _list(self, folder: str, below: str, depth: int) -> list[Found]:
        found: list[Found] = []
        for entry in await self._client.readdir(folder):
            name, facts = str(entry.filename), entry.attrs
            if facts.type == asyncssh.FILEXFER_TYPE_REGULAR:
                found.append(Found(f"{below}{name}", facts.size or 0, int(facts.mtime or 0)))
            elif facts.type == asyncssh.FILEXFER_TYPE_DIRECTORY and depth > 0 and name not in {".", ".."}:
                found += await self._list(f"{folder.rstrip('/')}/{name}", f"{below}{name}/", depth - 1)
        return found

    async def read(self, found: Found, limit: int) -> bytes:
        async with self._client.open(f"{self._root}/{found.path}", "rb") as file:
            content = await file.read(limit + 1)
            return content if isinstance(content, bytes) else content.encode()

    async def settle(self, found: Found, afterwards: str) -> None:
        path = f"{self._root}/{found.path}"
        if afterwards == "delete":
            await self._client.remove(path)
        else:
            await self._client.makedirs(f"{self._root}/{DONE}", exist_ok=True)
            await self._client.rename(path, f"{self._root}/{DONE}/{PurePosixPath(found.path).name}")


class SftpPull(Polled):
    """Station files on an SFTP server."""

    manifest = Manifest(
        key="sftp-pull",
        label=_("Station files from an SFTP server"),
        summary=_("Halong signs in to an SFTP server and fetches what is new."),
        direction="poll",
        protocol="SFTP",
        icon="cloud-download",
    )
    Settings = SftpPullForm

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Place]:
        """A session. Raises Conflict in words; where the key isn't the one that is named, with the one that was shown."""
        host, port = self.settings["host"], int(self.settings.get("port") or 22)
        address = await resolve(host, port, allow_private=bool(self.settings.get("allow_private")))
        trust = _Trust(self.settings.get("host_key", "").strip())
        key = self.secrets.get("key")
        try:
            async with (
                asyncssh.connect(
                    address,
                    port,
                    username=self.settings.get("user") or "anonymous",
                    password=self.secrets.get("password") or None,
                    client_keys=[asyncssh.import_private_key(key)] if key else None,
                    known_hosts=b"",
                    client_factory=lambda: trust,
                    connect_timeout=TIMEOUT_S,
                    config=None,
                    agent_path=None,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                yield _Sftp(client, self.settings.get("folder") or "/")
        except asyncssh.HostKeyNotVerifiable as error:
            raise Conflict(f"{host}: {_('the server shows the key')} {trust.shown}") from error
        except (asyncssh.Error, OSError) as error:
            raise Conflict(f"{host}: {error}") from error
