"""Stations that push their files to us: the connectors ``ftp`` and ``sftp``, each an account of the one server."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from asyncssh import KeyImportError, import_public_key
from django import forms
from django.conf import settings as halong
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.stationfile.forms import StationFileForm, options_of
from halong.connectors.stationfile.ftp import FtpServer
from halong.connectors.stationfile.parse import parse_file
from halong.connectors.stationfile.sftp import SftpServer
from halong.connectors.values import LOCAL
from halong.ingest.batch import Batch
from halong.ingest.connector import Connector, Example, Known, Manifest, Probe

SAMPLE = "PM2,5\t31,5\tug/Nm3\t{time}\t00\r\nPM10\t52,0\tug/Nm3\t{time}\t00\r\nTemp\t26,3\toC\t{time}\t00\r\n"


def public_host() -> str:
    """The name or address under which clients reach this machine, as far as it was told."""
    listens = halong.HALONG_HOST
    return urlsplit(halong.PUBLIC_URL).hostname or ("127.0.0.1" if listens in {"0.0.0.0", "::"} else listens)  # noqa: S104


class StationFiles(Connector):
    """What every way of receiving station files has in common."""

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of one station file."""
        return parse_file(payload, origin, options_of(self.settings), known)

    def example_name(self) -> str:
        """The name of a file that the pattern, left as it is, would take."""
        return f"QN_ABCD_KHI001_{datetime.now(LOCAL):%Y%m%d%H%M%S}.txt"


class ServedForm(StationFileForm):
    """An account for stations that push."""

    user = forms.RegexField(
        label=_("User name"),
        regex=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,31}$",
        required=False,
        help_text=_("Empty: made from the source's name."),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        min_length=10,
        help_text=_("Empty: a random one is made and shown once."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    quota = forms.IntegerField(
        label=_("Room for files that wait, bytes"), initial=1_000_000_000, min_value=1_000_000, required=False
    )
    secret = frozenset({"password"})
    advanced = StationFileForm.advanced | {"quota", "user", "password"}


class Served(StationFiles):
    """A source that is an account of one of our servers."""

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Decode an example of what a station will push, as these settings would."""
        name = self.example_name()
        if not self.settings.get("entity") and not options_of(self.settings).pattern.fullmatch(name):
            return Probe(messages=(gettext("Waits for files; none has come yet."),))
        time = datetime.now(LOCAL).strftime("%Y%m%d%H%M%S")
        batch = self.decode(SAMPLE.format(time=time).encode(), name, known)
        return Probe(
            batch, (gettext("This is how an example file would be read: %(name)s") % {"name": name},)
        )

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where to push to, and the name of a file that would be taken."""
        return {"address": public_host(), "port": self.port(), "path": "/", "example": self.example_name()}

    @staticmethod
    def port() -> int:
        """The port of the server."""
        raise NotImplementedError


class FtpForm(ServedForm):
    """An account of the FTP server."""

    require_tls = forms.BooleanField(
        label=_("Only with TLS (FTPS)"),
        required=False,
        help_text=_("Loggers that can't encrypt are refused."),
    )


class Ftp(Served):
    """Station files over FTP and FTPS, pushed by the station."""

    manifest = Manifest(
        key="ftp",
        label=_("Station files by FTP or FTPS"),
        summary=_("The station's logger pushes a file every few minutes to Halong's FTP server."),
        direction="serve",
        protocol="FTP, FTPS",
        icon="file-upload",
        credential="password",
    )
    Settings = FtpForm
    server = FtpServer

    @staticmethod
    def port() -> int:
        """The FTP server's port."""
        return int(halong.HALONG_FTP_PORT)


class SftpForm(ServedForm):
    """An account of the SFTP server."""

    public_keys = forms.CharField(
        label=_("Public keys"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, as in authorized_keys. With keys, the password is not needed."),
    )
    advanced: ClassVar[frozenset[str]] = ServedForm.advanced | {"public_keys"}

    def clean_public_keys(self) -> str:
        """Lines that are public keys, all of them."""
        text: str = self.cleaned_data["public_keys"].strip()
        for line in text.splitlines():
            try:
                import_public_key(line.strip())
            except KeyImportError as error:
                raise ValidationError(_("This is no public key: %(line)s") % {"line": line[:40]}) from error
        return text


class Sftp(Served):
    """Station files over SFTP, pushed by the station."""

    manifest = Manifest(
        key="sftp",
        label=_("Station files by SFTP"),
        summary=_("The station's logger pushes a file every few minutes to Halong's SFTP server."),
        direction="serve",
        protocol="SFTP",
        icon="file-upload",
        credential="password",
    )
    Settings = SftpForm
    server = SftpServer

    @staticmethod
    def port() -> int:
        """The SFTP server's port."""
        return int(halong.HALONG_SFTP_PORT)
