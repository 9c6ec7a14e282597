"""HTTP pull: readings that another system offers as JSON or CSV at an address."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.http.fetch import Answer, Limits, fetch
from halong.connectors.mapping import Rule, decode_json
from halong.connectors.mapping_form import MappingForm, rule_of
from halong.connectors.table.connector import parse_columns
from halong.connectors.table.parse import TableRule, parse_table
from halong.connectors.table.read import NoTableError, read_table
from halong.ingest.batch import Batch, Reason, Rejected
from halong.ingest.connector import Connector, Delivery, Example, Known, Manifest, Probe

LARGEST = 20_000_000
FORMATS = [("json", "JSON"), ("csv", "CSV")]
BEGINNING = "1970-01-01T00:00:00Z"
_STAMP = "%Y%m%dT%H%M%SZ"
_ARRIVED = re.compile(r"@(\d{8}T\d{6}Z)(?::\d+)?$", re.ASCII)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # stands for "when it arrived"; no reading is so old


class HttpPullForm(MappingForm):
    """Which address, how often, and what the answer means."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_(
            "{since} is replaced by the time of the newest reading, as 2026-11-23T03:00:00Z; {token} by the "
            "secret below."
        ),
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
        help_text=_("Such as Bearer abc. It is kept encrypted and shown to this host only."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )
    columns = forms.CharField(
        label=_("Columns (CSV)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "A line for each: column = property unit. Without any, columns are members as those of JSON."
        ),
    )
    time_column = forms.CharField(label=_("Column of the time (CSV)"), required=False, initial="time")
    overlap_s = forms.IntegerField(
        label=_("Ask again for the last seconds"),
        initial=3600,
        min_value=0,
        max_value=30 * 86_400,
        required=False,
        help_text=_("With {since}: so that readings that come late aren't missed."),
    )
    max_bytes = forms.IntegerField(
        label=_("Largest answer, bytes"),
        initial=LARGEST,
        min_value=100,
        max_value=100_000_000,
        required=False,
    )
    allow_private = forms.BooleanField(label=_("The address may be in a private network"), required=False)
    field_order = ["url", "format", "interval_s"]
    secret = frozenset({"token"})
    advanced: ClassVar[frozenset[str]] = MappingForm.advanced | {
        "header", "token", "columns", "time_column", "overlap_s", "max_bytes", "allow_private", "type",
    }  # fmt: skip

    def clean_url(self) -> str:
        """An address of the web."""
        text: str = self.cleaned_data["url"].strip()
        try:
            parts = urlsplit(text)
            fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
            named = bool(parts.username or parts.password)
            _port = parts.port
        except ValueError:
            fine = named = False
        if not fine:
            raise ValidationError(_("An address that begins with http:// or https:// is needed."))
        if named or "{" in parts.netloc:
            raise ValidationError(_("What signs in has a field of its own."))
        return text

    def clean_token(self) -> str:
        """A text that a header can hold."""
        text: str = self.cleaned_data["token"].strip()
        if not text.isascii() or not text.isprintable():
            raise ValidationError(_("Only plain letters, digits and signs."))
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
        icon="download",
    )
    Settings = HttpPullForm

    @cached_property
    def rule(self) -> Rule:
        """What members of an answer mean."""
        return rule_of(self.settings)

    @cached_property
    def table(self) -> TableRule | None:
        """What columns mean, where they are named."""
        columns = parse_columns(self.settings.get("columns", ""))
        if self.settings.get("format") != "csv" or not columns:
            return None
        entity = self.settings.get("entity", "")
        return TableRule(
            time=self.settings.get("time_column") or "time",
            columns=columns,
            entity="" if entity.startswith("/") else entity,
            entity_column=entity[1:] if entity.startswith("/") else "",
            zone=self.rule.zone,
            type=self.rule.type,
        )

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of an answer. ``origin`` ends with "@" and when it arrived if its readings don't say."""
        said = _ARRIVED.search(origin)
        arrived = datetime.strptime(said.group(1), _STAMP).replace(tzinfo=UTC) if said else None
        return self._decode(payload, origin, known, arrived)

    def _decode(
        self, payload: bytes, origin: str, known: Mapping[str, Known], arrived: datetime | None
    ) -> Batch:
        is_json = self.settings.get("format") != "csv" or payload.lstrip()[:1] in {b"{", b"["}
        if not is_json and self.table is not None:
            return parse_table(payload, origin, self.table, known)
        if not is_json:
            try:
                payload = as_objects(payload)
            except NoTableError as error:
                return Batch(rejected=[Rejected(Reason(str(error)), "", origin, payload)])
        return decode_json(payload, origin, self.rule, known, arrived=arrived)

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """The answer, unless the other side says that nothing has changed."""
        before = _cursor(cursor)
        answer = await self._get(before)
        if answer.status != 200:
            return
        arrived = datetime.now(UTC)
        path = urlsplit(self.settings["url"]).path or "/"
        batch = await asyncio.to_thread(self._decode, answer.content, path, {}, NEVER)
        times = [reading.time for reading in batch.observations]
        after = {
            "etag": answer.headers.get("etag", ""),
            "modified": answer.headers.get("last-modified", ""),
            "since": _newest(times, arrived, before.get("since", "")),
        }
        yield Delivery(
            answer.content,
            f"{path}@{arrived:{_STAMP}}" if NEVER in times else path,
            cursor=msgspec.json.encode(after).decode(),
        )

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Fetch once and decode."""
        answer = await self._get({})
        if not answer.content.strip():
            return Probe(messages=(gettext("The answer is empty."),))
        batch = await asyncio.to_thread(self._decode, answer.content, "", known, datetime.now(UTC))
        count = len(batch.observations)
        text = ngettext(
            "%(n)d reading in an answer of %(size)d bytes.",
            "%(n)d readings in an answer of %(size)d bytes.",
            count,
        )
        return Probe(batch, (text % {"n": count, "size": len(answer.content)},))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where we look."""
        parts = urlsplit(self.settings["url"])
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return {"address": parts.hostname, "port": port, "path": parts.path or "/"}

    async def _get(self, before: Mapping[str, str]) -> Answer:
        """Ask, with what we know of the last answer. Raises Conflict in words."""
        url: str = self.settings["url"]
        token = self.secrets.get("token", "")
        headers = {"Accept": "application/json, text/csv, */*;q=0.1"}
        if before.get("etag"):
            headers["If-None-Match"] = before["etag"]
        elif before.get("modified"):
            headers["If-Modified-Since"] = before["modified"]
        secret = {}
        if token and "{token}" not in url:
            secret[self.settings.get("header") or "Authorization"] = token
        limits = Limits(
            largest=int(self.settings.get("max_bytes") or LARGEST),
            allow_private=bool(self.settings.get("allow_private")),
        )
        address = url.replace("{since}", quote(self._since(before), safe=":")).replace(
            "{token}", quote(token, safe="")
        )
        return await fetch(address, limits, headers=headers, secret=secret)

    def _since(self, before: Mapping[str, str]) -> str:
        """From when on readings are wanted: a while before the newest one."""
        try:
            newest = datetime.fromisoformat(before.get("since", ""))
        except ValueError:
            return BEGINNING
        return _written(newest - timedelta(seconds=int(self.settings.get("overlap_s") or 0)))


def as_objects(payload: bytes) -> bytes:
    """The rows of a table as JSON objects; empty cells are left out. Raises NoTableError."""
    table = read_table(payload)
    rows = [
        {name: cell for name, cell in zip(table.head, cells, strict=True) if cell}
        for _number, cells in table.rows
    ]
    return msgspec.json.encode(rows)


def _newest(times: list[datetime], arrived: datetime, before: str) -> str:
    """The time of the newest reading that isn't ahead of its arrival; at least what it was before."""
    real = [time for time in times if NEVER < time <= arrived]
    return max(before, _written(max(real))) if real else before


def _written(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cursor(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        return {}
