"""HTTP pull: readings that another system offers as JSON or CSV at an address."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

import httpx
import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from halong.connectors.mapping import decode_json
from halong.connectors.mapping_form import MappingForm, rule_of
from halong.connectors.network import resolve
from halong.connectors.table.connector import parse_columns
from halong.connectors.table.parse import TableRule, parse_table
from halong.core.errors import Conflict
from halong.ingest.batch import Batch
from halong.ingest.connector import Connector, Delivery, Known, Manifest, Probe

TIMEOUT_S = 30
LARGEST = 20_000_000  # bytes of an answer
FORMATS = [("json", "JSON"), ("csv", "CSV")]


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    headers: httpx.Headers
    content: bytes


class HttpPullForm(MappingForm):
    """Which address, how often, and what the answer means."""

    url = forms.CharField(
        label=_("Address"),
        help_text=_("{since} is replaced by the time of the newest reading, as 2026-11-23T03:00:00Z."),
    )
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, initial="json", required=False)
    interval_s = forms.IntegerField(
        label=_("Every so many seconds"), initial=300, min_value=5, max_value=86_400
    )
    header = forms.RegexField(
        label=_("Header that signs in"),
        regex=r"^[A-Za-z0-9-]{1,60}$",
        initial="Authorization",
        required=False,
    )
    token = forms.CharField(
        label=_("Value of that header"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )
    columns = forms.CharField(
        label=_("Columns (CSV)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("A line for each: column = property unit."),
    )
    time_column = forms.CharField(label=_("Column of the time (CSV)"), required=False, initial="time")
    allow_private = forms.BooleanField(label=_("The address may be in a private network"), required=False)
    field_order = ["url", "format", "interval_s"]
    secret = frozenset({"token"})
    advanced: ClassVar[frozenset[str]] = MappingForm.advanced | {
        "header", "token", "columns", "time_column", "allow_private", "type",
    }  # fmt: skip

    def clean_url(self) -> str:
        """An address of the web."""
        text: str = self.cleaned_data["url"].strip()
        try:
            parts = urlsplit(text)
            fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.password
            _port = parts.port
        except ValueError:
            fine = False
        if not fine:
            raise ValidationError(_("An address that begins with http:// or https:// is needed."))
        return text

    def clean_columns(self) -> str:
        """Lines of column, property and unit."""
        text: str = self.cleaned_data["columns"]
        try:
            parse_columns(text)
        except ValueError as error:
            raise ValidationError(
                _("This line isn't column = property: %(line)s") % {"line": error}
            ) from error
        return text


class HttpPull(Connector):
    """One address that is looked at every so often."""

    manifest = Manifest(
        key="http-pull",
        label=_("HTTP pull"),
        summary=_("Halong fetches JSON or CSV from an address every few minutes."),
        direction="poll",
        protocol="HTTP",
        icon="cloud-download",
    )
    Settings = HttpPullForm

    @cached_property
    def _table(self) -> TableRule:
        rule = rule_of(self.settings)
        return TableRule(
            time=self.settings.get("time_column") or "time",
            columns=parse_columns(self.settings.get("columns", "")),
            entity=self.settings.get("entity", ""),
            zone=rule.zone,
            type=rule.type,
        )

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of an answer."""
        if self.settings.get("format") == "csv":
            return parse_table(payload, origin, self._table, known)
        return decode_json(payload, origin, rule_of(self.settings), known)

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """The answer, unless the other side says that nothing has changed."""
        before = _cursor(cursor)
        response = await self._get(before)
        if response.status == 304:
            return
        after = {
            "etag": response.headers.get("etag", ""),
            "modified": response.headers.get("last-modified", ""),
            "since": self._newest(response.content, before.get("since", "")),
        }
        yield Delivery(
            response.content,
            urlsplit(self.settings["url"]).path or "/",
            cursor=msgspec.json.encode(after).decode(),
        )

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Fetch once and decode."""
        response = await self._get({})
        batch = self.decode(response.content, "", known)
        return Probe(batch, (f"{response.status} · {len(response.content)} B",))

    def _newest(self, payload: bytes, before: str) -> str:
        """The time of the newest reading, for ``{since}``."""
        if "{since}" not in self.settings["url"]:
            return ""
        now = datetime.now(UTC)
        times = [o.time for o in self.decode(payload, "", {}).observations if o.time <= now]
        return max([before, *(time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for time in times)])

    async def _get(self, before: Mapping[str, str]) -> Answer:
        """Ask the host that the name stands for now, and no other. Raises Conflict in words."""
        url = httpx.URL(
            self.settings["url"].replace("{since}", before.get("since") or "1970-01-01T00:00:00Z")
        )
        port = url.port or (443 if url.scheme == "https" else 80)
        address = await resolve(url.host, port, allow_private=bool(self.settings.get("allow_private")))
        headers = {
            "Host": url.netloc.decode(),
            "User-Agent": "Halong",
            "Accept": "application/json, text/csv, */*",
        }
        if before.get("etag"):
            headers["If-None-Match"] = before["etag"]
        if before.get("modified"):
            headers["If-Modified-Since"] = before["modified"]
        if self.secrets.get("token"):
            headers[self.settings.get("header") or "Authorization"] = self.secrets["token"]
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                request = client.build_request(
                    "GET", url.copy_with(host=address), headers=headers, extensions={"sni_hostname": url.host}
                )
                response = await client.send(request, stream=True)
                return await _whole(response)
        except httpx.HTTPError as error:
            raise Conflict(f"{url.host}: {str(error) or type(error).__name__}") from error


async def _whole(response: httpx.Response) -> Answer:
    """The answer with its content, up to a size. Raises Conflict."""
    if response.status_code not in {200, 304}:
        raise Conflict(f"the server answers {response.status_code} {response.reason_phrase}")
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LARGEST:
            raise Conflict(f"the answer is larger than {LARGEST} bytes")
    await response.aclose()
    return Answer(response.status_code, response.headers, content)


def _cursor(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        return {}
