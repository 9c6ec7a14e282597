"""Station files that Halong fetches: from a folder of this machine, from an FTP or FTPS server, from an SFTP server.

How new files are found and remembered is the same for all of them, and stands in ``remote``.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong import home
from halong.connectors.stationfile.accounts import StationFiles
from halong.connectors.stationfile.forms import StationFileForm
from halong.connectors.stationfile.local import LocalFolder
from halong.connectors.stationfile.remote import Plan, Remote, first_files, new_files
from halong.connectors.stationfile.remote_ftp import open_ftp
from halong.connectors.stationfile.remote_sftp import fingerprint_of, open_sftp
from halong.core.errors import Conflict
from halong.ingest.batch import Batch
from halong.ingest.connector import Delivery, Example, Known, Manifest, Probe

SHOWN = 3
DEPTH = 6  # folders below the folder: a station's, year, month, day, hour
DONE = "done"  # the folder that files are moved to
AFTERWARDS = [
    ("keep", _("Leave it")),
    ("delete", _("Delete it")),
    ("move", _("Move it to the folder “done”")),
]
ENCRYPTION = [("explicit", _("FTPS")), ("implicit", _("FTPS from the first byte")), ("none", _("None"))]


class PolledForm(StationFileForm):
    """Which files are wanted, how often to look, and what becomes of them."""

    folder = forms.CharField(label=_("Folder"), initial="/")
    names = forms.CharField(
        label=_("Files"),
        initial="*.txt",
        required=False,
        help_text=_("With * for any letters. Others are left alone."),
    )
    deep = forms.BooleanField(label=_("And the folders below it"), required=False, initial=True)
    recent_days = forms.IntegerField(
        label=_("Only day folders of the last days"),
        initial=0,
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=_("For folders named 2026/11/23. 0: all of them."),
    )
    interval_s = forms.IntegerField(
        label=_("Every so many seconds"), initial=60, min_value=2, max_value=86_400
    )
    afterwards = forms.ChoiceField(
        label=_("When a file was taken in"), choices=AFTERWARDS, initial="keep", required=False
    )
    field_order = ["folder", "entity", "interval_s"]
    advanced: ClassVar[frozenset[str]] = StationFileForm.advanced | {
        "names", "deep", "recent_days", "afterwards",
    }  # fmt: skip


class Polled(StationFiles):
    """A source of station files that Halong looks at."""

    @abstractmethod
    def opened(self) -> AbstractAsyncContextManager[Remote]:
        """The folders, as long as the context lasts. Raises Conflict in words."""

    @property
    def plan(self) -> Plan:
        """What the settings say of the files."""
        settings = self.settings
        return Plan(
            wanted=settings.get("names") or "*",
            depth=DEPTH if settings.get("deep", True) else 0,
            after=settings.get("afterwards") or "keep",
            move_to=DONE,
            max_bytes=int(settings.get("max_bytes") or 5_000_000),
            recent_days=int(settings.get("recent_days") or 0),
        )

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """The files that are new since the last look."""
        async with self.opened() as remote:
            async for delivery in new_files(remote, self.plan, cursor):
                yield delivery

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Look once and decode the last files."""
        try:
            async with self.opened() as remote:
                files, count = await first_files(remote, self.plan, SHOWN)
        except OSError as error:
            raise Conflict(str(error.strerror or error)) from error
        batch = Batch()
        for path, payload in files:
            part = self.decode(payload, path, known)
            batch.observations += part.observations
            batch.rejected += part.rejected
            batch.things += part.things
        text = ngettext("%(n)d file was found.", "%(n)d files were found.", count) % {"n": count}
        return Probe(batch, (text,) if files else (text, gettext("Nothing to show yet.")))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where files are looked for, and the name of one that would be taken."""
        where = {"address": self.settings["host"]} if self.settings.get("host") else {}
        return {**where, "path": self.settings.get("folder", ""), "example": self.example_name()}


class FolderForm(PolledForm):
    """A folder of this machine."""

    folder = forms.CharField(
        label=_("Folder"), help_text=_("Absolute path on the machine that Halong runs on.")
    )

    def clean_folder(self) -> str:
        """An absolute path, not of Halong's own data nor of the system's doings."""
        text: str = self.cleaned_data["folder"].strip()
        if not text.startswith("/") or ".." in Path(text).parts:
            raise ValidationError(_("An absolute path is needed."))
        place, own = Path(text).resolve(), home.path().resolve()
        system = [Path(name) for name in ("/proc", "/sys", "/dev")]
        if place in own.parents or any(place == other or other in place.parents for other in (own, *system)):
            raise ValidationError(_("This folder isn't one for station files."))
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
    async def opened(self) -> AsyncIterator[Remote]:
        """The folder."""
        yield LocalFolder(Path(self.settings["folder"]))


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

    tls = forms.ChoiceField(label=_("Encryption"), choices=ENCRYPTION, initial="explicit", required=False)
    verify = forms.BooleanField(label=_("Check the server's certificate"), required=False, initial=True)
    ca = forms.CharField(
        label=_("Certificate authority (PEM)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Empty: those that this machine trusts."),
    )
    advanced: ClassVar[frozenset[str]] = RemoteForm.advanced | {"verify", "ca"}


class FtpPull(Polled):
    """Station files on somebody's FTP server."""

    manifest = Manifest(
        key="ftp-pull",
        label=_("Station files from an FTP server"),
        summary=_("Halong signs in to an FTP or FTPS server and fetches what is new."),
        direction="poll",
        protocol="FTP, FTPS",
        icon="download",
    )
    Settings = FtpPullForm

    def opened(self) -> AbstractAsyncContextManager[Remote]:
        """A session."""
        return open_ftp(self.settings, self.secrets.get("password", ""))


class SftpPullForm(RemoteForm):
    """An SFTP server."""

    host_key = forms.CharField(
        label=_("Key of the server"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
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

    def clean_host_key(self) -> str:
        """Keys or fingerprints, one a line."""
        text: str = self.cleaned_data["host_key"].strip()
        for line in filter(str.strip, text.splitlines()):
            try:
                fingerprint_of(line)
            except ValueError as error:
                raise ValidationError(_("This is no public key: %(line)s") % {"line": line[:40]}) from error
        return text

    def clean_key(self) -> str:
        """A private key, or nothing."""
        text: str = self.cleaned_data["key"].strip()
        if text:
            try:
                asyncssh.import_private_key(text)
            except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
                raise ValidationError(_("This is no private key that can be read.")) from error
        return text and f"{text}\n"


class SftpPull(Polled):
    """Station files on somebody's SFTP server."""

    manifest = Manifest(
        key="sftp-pull",
        label=_("Station files from an SFTP server"),
        summary=_("Halong signs in to an SFTP server and fetches what is new."),
        direction="poll",
        protocol="SFTP",
        icon="download",
    )
    Settings = SftpPullForm

    def opened(self) -> AbstractAsyncContextManager[Remote]:
        """A session."""
        return open_sftp(self.settings, self.secrets)
