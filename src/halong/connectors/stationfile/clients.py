"""Station files that Halong fetches: from a folder of this machine, an FTP or FTPS server, or an SFTP server.

A file is taken in when its size is the same at two looks, or when it is older than a minute. What has been taken in is
remembered by name, size and time, so that files may stay where they are; the ledger of hashes makes sure of it.
"""

import asyncio
import ftplib
import ssl
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Protocol

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.network import resolve
from halong.connectors.stationfile.accounts import StationFiles
from halong.connectors.stationfile.forms import StationFileForm, options_of
from halong.connectors.stationfile.parse import station_of
from halong.core.errors import Conflict
from halong.ingest.batch import Batch
from halong.ingest.connector import Delivery, Known, Manifest, Probe
from halong.ingest.server import is_unfinished

SETTLED_S = 60  # age after which a file is whole, whatever its size was before
TIMEOUT_S = 30
MOST = 2_000  # files taken in at one look; the rest at the next
REMEMBERED = 50_000
SHOWN = 3
DONE = "done"  # the folder that files are moved to
AFTERWARDS = [
    ("keep", _("Leave it")),
    ("delete", _("Delete it")),
    ("move", _("Move it to the folder “done”")),
]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that stands there: its path below the folder, its size, its time."""

    path: str
    size: int
    modified: int

    @property
    def mark(self) -> str:
        """What changes when the file changes."""
        return f"{self.size}:{self.modified}"


class Place(Protocol):
    """Where files stand, while it is open."""

    async def files(self, *, deep: bool) -> list[Found]:
        """Every file."""
        ...

    async def read(self, found: Found, limit: int) -> bytes:
        """A file's content, up to a limit and one byte more."""
        ...

    async def settle(self, found: Found, afterwards: str) -> None:
        """Delete or move a file that was taken in."""
        ...


class PolledForm(StationFileForm):
    """How often to look, and what becomes of files."""

    folder = forms.CharField(label=_("Folder"), initial="/")
    deep = forms.BooleanField(label=_("And the folders below it"), required=False, initial=True)
    interval_s = forms.IntegerField(
        label=_("Every so many seconds"), initial=60, min_value=2, max_value=86_400
    )
    afterwards = forms.ChoiceField(
        label=_("When a file was taken in"), choices=AFTERWARDS, initial="keep", required=False
    )
    field_order = ["folder", "entity", "interval_s"]
    advanced: ClassVar[frozenset[str]] = StationFileForm.advanced | {"deep", "afterwards"}


class Polled(StationFiles):
    """A source of station files that Halong looks at."""

    @abstractmethod
    def opened(self) -> Any:
        """A context manager that gives the ``Place``."""

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """The files that are new since the last look."""
        taken, growing = _remembered(cursor)
        async with self.opened() as place:
            there = await self._there(place)
            fresh = [found for found in there if taken.get(found.path) != found.mark]
            ready = [found for found in fresh if _is_whole(found, growing)][:MOST]
            names = {found.path for found in there}
            taken = {path: mark for path, mark in taken.items() if path in names}
            waiting = {found.path: found.mark for found in fresh if found not in ready}
            limit = int(self.settings.get("max_bytes") or 5_000_000)
            for number, found in enumerate(ready, 1):
                taken[found.path] = found.mark
                cursor_after = _cursor(taken, waiting) if number == len(ready) else None
                yield await self._delivery(place, found, limit, cursor_after)
            if not ready and waiting != growing:
                yield Delivery(b"", "", _cursor(taken, waiting))

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Look once and decode the first files."""
        async with self.opened() as place:
            there = await self._there(place)
            batch = Batch()
            for found in there[:SHOWN]:
                part = self.decode(await place.read(found, 1_000_000), found.path, known)
                batch.observations += part.observations
                batch.rejected += part.rejected
        text = ngettext("%(n)d file fits.", "%(n)d files fit.", len(there)) % {"n": len(there)}
        return Probe(batch, (text,) if there else (text, gettext("Nothing to show yet.")))

    async def _there(self, place: Place) -> list[Found]:
        """The files whose names fit, the oldest first. Others are none of our business."""
        options = options_of(self.settings)
        found = await place.files(deep=bool(self.settings.get("deep", True)))
        fitting = [
            file
            for file in found
            if not is_unfinished(file.path)
            and DONE not in PurePosixPath(file.path).parts[:-1]
            and station_of(PurePosixPath(file.path).name, options.pattern) is not None
        ]
        return sorted(fitting, key=lambda file: (file.modified, file.path))

    async def _delivery(self, place: Place, found: Found, limit: int, cursor: str | None) -> Delivery:
        afterwards = self.settings.get("afterwards") or "keep"

        async def done() -> None:
            if afterwards != "keep":
                await place.settle(found, afterwards)

        payload = await place.read(found, limit)
        if len(payload) > limit:
            return Delivery(payload[:65_536], found.path, cursor, whole_size=found.size)
        return Delivery(payload, found.path, cursor, once=True, done=done)


class _Local:
    """A folder of this machine. Links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def files(self, *, deep: bool) -> list[Found]:
        return await asyncio.to_thread(self._list, deep)

    def _list(self, deep: bool) -> list[Found]:
        if not self._root.is_dir():
            raise Conflict(f"{self._root}: no such folder")
        found = []
        for path in self._root.rglob("*") if deep else self._root.glob("*"):
            if path.is_file() and not path.is_symlink():
                state = path.stat()
                found.append(Found(str(path.relative_to(self._root)), state.st_size, int(state.st_mtime)))
        return found

    async def read(self, found: Found, limit: int) -> bytes:
        def read() -> bytes:
            with (self._root / found.path).open("rb") as file:
                return file.read(limit + 1)

        return await asyncio.to_thread(read)

    async def settle(self, found: Found, afterwards: str) -> None:
        path = self._root / found.path
        if afterwards == "delete":
            await asyncio.to_thread(path.unlink, missing_ok=True)
        else:
            target = self._root / DONE / found.path
            await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(path.replace, target)


class FolderForm(PolledForm):
    """A folder of this machine."""

    folder = forms.CharField(
        label=_("Folder"), help_text=_("Absolute path on the machine that Halong runs on.")
    )

    def clean_folder(self) -> str:
        """An absolute path."""
        text: str = self.cleaned_data["folder"].strip()
        if not text.startswith("/") or ".." in Path(text).parts:
            raise ValidationError(_("An absolute path is needed."))
        return text


class Folder(Polled):
    """Station files in a folder of this machine."""

    manifest = Manifest(
        key="folder",
        label=_("Station files in a folder"),
        summary=_("Another program puts files into a folder of this machine."),
        direction="poll",
        protocol="file",
        icon="folder",
    )
    Settings = FolderForm

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Place]:
        """The folder."""
        yield _Local(Path(self.settings["folder"]))


class RemoteForm(PolledForm):
    """A server that files are fetched from."""

    host = forms.CharField(label=_("Server"), max_length=253)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65_535, required=False)
    user = forms.CharField(label=_("User name"), required=False)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    allow_private = forms.BooleanField(label=_("The address may be in a private network"), required=False)
    field_order = ["host", "port", "user", "password", "folder", "entity", "interval_s"]
    secret = frozenset({"password"})


class FtpPullForm(RemoteForm):
    """An FTP server."""

    tls = forms.ChoiceField(
        label=_("Encryption"),
        choices=[("explicit", _("FTPS")), ("none", _("None"))],
        initial="explicit",
        required=False,
    )
    verify = forms.BooleanField(label=_("Check the server's certificate"), required=False, initial=True)


class _Ftp:
    """An FTP session, in a thread: Python's own client."""

    def __init__(self, ftp: ftplib.FTP, root: str) -> None:
        self._ftp, self._root = ftp, root.rstrip("/")

    async def files(self, *, deep: bool) -> list[Found]:
        return await asyncio.to_thread(self._list, self._root or "/", "", 5 if deep else 0)

    def _list(self, folder: str, below: str, depth: int) -> list[Found]:
        found = []
        for name, facts in list(self._ftp.mlsd(folder, ["type", "size", "modify"])):
            path = f"{below}{name}"
            if facts.get("type") == "file":
                found.append(Found(path, int(facts.get("size", -1)), int(facts.get("modify", "0")[:14] or 0)))
            elif facts.get("type") == "dir" and depth > 0 and name not in {".", ".."}:
                found += self._list(f"{folder.rstrip('/')}/{name}", f"{path}/", depth - 1)
        return found

    async def read(self, found: Found, limit: int) -> bytes:
        def read() -> bytes:
            out = BytesIO()

            def keep(data: bytes) -> None:
                if out.tell() <= limit:
                    out.write(data)

            self._ftp.retrbinary(f"RETR {self._root}/{found.path}", keep)
            return out.getvalue()[: limit + 1]

        return await asyncio.to_thread(read)

    async def settle(self, found: Found, afterwards: str) -> None:
        path = f"{self._root}/{found.path}"
        if afterwards == "delete":
            await asyncio.to_thread(self._ftp.delete, path)
            return
        folder = f"{self._root}/{DONE}"
        with suppress(ftplib.error_perm):  # it is there already
            await asyncio.to_thread(self._ftp.mkd, folder)
        await asyncio.to_thread(self._ftp.rename, path, f"{folder}/{PurePosixPath(found.path).name}")


class FtpPull(Polled):
    """Station files on somebody's FTP server."""

    manifest = Manifest(
        key="ftp-pull",
        label=_("Station files from an FTP server"),
        summary=_("Halong signs in to an FTP or FTPS server and fetches what is new."),
        direction="poll",
        protocol="FTP, FTPS",
        icon="cloud-download",
    )
    Settings = FtpPullForm

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Place]:
        """A session. Raises Conflict in words."""
        port = int(self.settings.get("port") or 21)
        private = bool(self.settings.get("allow_private"))
        address = await resolve(self.settings["host"], port, allow_private=private)
        try:
            ftp = await asyncio.to_thread(self._sign_in, address, port)
        except (ftplib.Error, OSError, EOFError) as error:
            raise Conflict(f"{self.settings['host']}: {error}") from error
        try:
            yield _Ftp(ftp, self.settings.get("folder") or "/")
        except (ftplib.Error, EOFError) as error:
            raise Conflict(f"{self.settings['host']}: {error}") from error
        finally:
            await asyncio.to_thread(ftp.close)

    def _sign_in(self, address: str, port: int) -> ftplib.FTP:
        ftp: ftplib.FTP
        if (self.settings.get("tls") or "explicit") == "explicit":
            ftp = ftplib.FTP_TLS(timeout=TIMEOUT_S, context=self._context())  # noqa: S321 -- it is encrypted
        else:
            ftp = ftplib.FTP(timeout=TIMEOUT_S)  # noqa: S321 -- servers that can't encrypt exist
        ftp.connect(address, port)
        ftp.host = self.settings["host"]  # the name that the certificate must bear
        ftp.login(self.settings.get("user") or "anonymous", self.secrets.get("password", ""))
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
        return ftp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.settings.get("verify", True):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _is_whole(found: Found, growing: Mapping[str, str]) -> bool:
    """Whether nobody is writing the file any more: as it was at the last look, or untouched for a minute."""
    stamp = found.modified
    old = 0 < stamp < 10_000_000_000 and time.time() - stamp > SETTLED_S
    return old or growing.get(found.path) == found.mark


def _remembered(cursor: str) -> tuple[dict[str, str], dict[str, str]]:
    """What was taken in, and what was still growing at the last look."""
    try:
        taken, growing = msgspec.json.decode(cursor, type=tuple[dict[str, str], dict[str, str]])
    except msgspec.DecodeError:
        return {}, {}
    return taken, growing


def _cursor(taken: Mapping[str, str], growing: Mapping[str, str]) -> str:
    kept = dict(list(taken.items())[-REMEMBERED:])
    return msgspec.json.encode((kept, growing)).decode()
