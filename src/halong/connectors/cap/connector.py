"""CAP: alerts of other services come in from their feeds, for operators only."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.cap.feed import Page, read_page
from halong.connectors.http.fetch import Limits, fetch
from halong.core.errors import Conflict, HalongError, Malformed
from halong.ingest.batch import Batch, Reason, Record, Rejected
from halong.ingest.connector import Connector, Delivery, Example, Known, Manifest, Probe, SettingsForm
from halong.warnings.cap.meaning import judge, musts
from halong.warnings.cap.schema import LARGEST, parse
from halong.warnings.foreign.taking import KIND

AT_ONCE = 200  # alerts that one look fetches; the rest come with the next
SHOWN = 5
TRIES = 3  # of an alert that can't be fetched, one a look


class CapForm(SettingsForm):
    """Which feed, how often, whose signature."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("Of a feed (Atom or RSS) that links CAP alerts, or of an alert itself."),
    )
    interval_s = forms.IntegerField(
        label=_("Every so many seconds"), initial=300, min_value=30, max_value=86_400
    )
    certificate = forms.CharField(
        label=_("Certificate of the sender"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "mono"}),
        help_text=_(
            "PEM. Then only alerts that are signed with it are taken. Empty: signatures are noted only."
        ),
    )
    allow_private = forms.BooleanField(label=_("The address may be in a private network"), required=False)

    def clean_url(self) -> str:
        """An address of the web."""
        url: str = self.cleaned_data["url"].strip()
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValidationError(gettext("Enter an address that begins with https:// or http://."))
        return url

    def clean_certificate(self) -> str:
        """A certificate that can be read."""
        text: str = self.cleaned_data["certificate"].strip()
        if text:
            try:
                x509.load_pem_x509_certificate(text.encode())
            except ValueError as error:
                raise ValidationError(gettext("This isn't a certificate in PEM.")) from error
        return text


class Cap(Connector):
    """One feed of alerts."""

    manifest = Manifest(
        key="cap",
        label=_("CAP alerts of others"),
        summary=_("Alerts of other services in CAP 1.2 are read from their feed, for operators only."),
        direction="poll",
        protocol="CAP 1.2",
        icon="rss",
    )
    Settings = CapForm

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """A record for each alert in the bytes; what isn't safe or no alert is in ``rejected`` with the reason."""
        try:
            page = read_page(payload, self.settings.get("url") or "")
        except Malformed as error:
            return Batch(rejected=[Rejected(Reason.MALFORMED, error.detail[:300], origin, payload)])
        return Batch(records=[Record(KIND, {}, origin, alert) for alert in page.alerts])

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """The feed; of what it links, what is new or has changed since the last look."""
        url = self.settings["url"]
        content = await self._read(url)
        try:
            page = read_page(content, url)
        except Malformed:
            yield Delivery(content, url, once=True)  # set aside by decode, with the reason
            return
        if page.alerts:
            yield Delivery(content, url, once=True)
        before, after, failed = _cursor(cursor), {}, []
        fetched = 0
        for link in page.links:
            seen, tries = before.get(link.address, ("", 0))
            tries = tries if seen == f"!{link.mark}" else 0  # a changed entry begins anew
            if seen == link.mark or tries >= TRIES:
                after[link.address] = (seen, tries)
                continue
            if fetched >= AT_ONCE:
                continue
            fetched += 1
            try:
                yield Delivery(await self._read(link.address), link.address, once=True)
                after[link.address] = (link.mark, 0)
            except HalongError as error:
                failed.append(f"{link.address}: {error.detail}")
                after[link.address] = (f"!{link.mark}", tries + 1)
        yield Delivery(b"", "", cursor=msgspec.json.encode(after).decode())
        if failed and len(failed) == fetched:
            raise Conflict(failed[0])

    async def _read(self, address: str) -> bytes:
        limits = Limits(largest=LARGEST, allow_private=bool(self.settings.get("allow_private")))
        accept = (
            "application/cap+xml, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"
        )
        return (await fetch(address, limits, headers={"Accept": accept})).content

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """What the feed holds, and whether its first alerts are as CAP wants them. Changes nothing."""
        url = self.settings["url"]
        page = read_page(await self._read(url), url)
        said = ngettext("%(n)d alert is there or linked.", "%(n)d alerts are there or linked.", _count(page))
        messages = [said % {"n": _count(page)}]
        inside = page.alerts[:SHOWN]
        alerts = [*inside, *[await self._read(link.address) for link in page.links[: SHOWN - len(inside)]]]
        rejected = [fault for content in alerts if (fault := _fault(content)) is not None]
        good = len(alerts) - len(rejected)
        messages.append(
            gettext("Of the first %(n)d, %(good)d can be taken.") % {"n": len(alerts), "good": good}
        )
        return Probe(Batch(rejected=rejected), tuple(messages))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where we look."""
        parts = urlsplit(self.settings["url"])
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return {"address": parts.hostname, "port": port, "path": parts.path or "/"}


def _count(page: Page) -> int:
    return len(page.alerts) + len(page.links)


def _fault(content: bytes) -> Rejected | None:
    try:
        broken = musts(judge(parse(content)))
    except Malformed as error:
        return Rejected(Reason.MALFORMED, error.detail[:300], "", content[:4000])
    return (
        Rejected(Reason.MALFORMED, f"{broken[0].where}: {broken[0].words}", "", content[:4000])
        if broken
        else None
    )


def _cursor(text: str) -> dict[str, tuple[str, int]]:
    """What was seen: address → (mark, tries); "!" before the mark: it couldn't be fetched."""
    try:
        return msgspec.json.decode(text, type=dict[str, tuple[str, int]]) if text else {}
    except msgspec.DecodeError:
        return {}
