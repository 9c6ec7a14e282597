"""HTTP push: others send JSON batches to Halong's own door (``halong.ingest.http``), with a key of the source."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.ingest.batch import Batch
from halong.ingest.connector import Connector, Example, Known, Manifest, Probe, SettingsForm
from halong.ingest.http import PATH
from halong.ingest.items import decode_items


class HttpPushForm(SettingsForm):
    """Nothing must be chosen: the key says who sends, and place and agency of the source where it may write."""

    sample = forms.CharField(
        label=_("A body to try"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("What the other system will send, as JSON; the test shows how it would be read."),
    )


class HttpPush(Connector):
    """A key for ``POST /ingest/v1/observations``."""

    manifest = Manifest(
        key="http-push",
        label=_("HTTP push"),
        summary=_("Another system sends JSON batches of readings to Halong, with a key."),
        direction="receive",
        protocol="HTTP",
        icon="api",
        credential="api-key",
    )
    Settings = HttpPushForm

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of a JSON array, for what was set aside and comes again."""
        return decode_items(payload, origin)

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Nothing to reach: the other side begins. A body to try is read as it would be."""
        sample = self.settings.get("sample", "").strip()
        if not sample:
            return Probe(
                messages=(gettext("Waits for readings; the key is shown when the source is saved."),)
            )
        batch = self.decode(sample.encode(), "", known)
        urns = {there.urn for there in known.values()}
        unknown = sorted({reading.entity for reading in batch.observations} - urns)
        text = gettext("Nobody registered %(urns)s; such readings are set aside.")
        return Probe(batch, (text % {"urns": ", ".join(unknown[:5])},) if unknown else ())

    def client_needs(self, example: Example) -> dict[str, Any]:
        """The address, and a body that would be taken."""
        host, port, base = public_address()
        reading = {
            "entity": example.urn,
            "property": example.property,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "value": 12.5,
            **({"unit": example.unit} if example.unit else {}),
        }
        body = msgspec.json.encode([reading]).decode()
        return {"address": host, "port": port, "path": PATH, "url": base + PATH, "example": body}


def public_address() -> tuple[str, int, str]:
    """Host, port and base URL under which Halong is reached, as far as it was told."""
    if settings.PUBLIC_URL:
        parts = urlsplit(settings.PUBLIC_URL)
        return (
            parts.hostname or "",
            parts.port or (443 if parts.scheme == "https" else 80),
            settings.PUBLIC_URL,
        )
    host = {"0.0.0.0": "127.0.0.1", "::": "localhost"}.get(settings.HALONG_HOST, settings.HALONG_HOST)  # noqa: S104
    return host, settings.HALONG_PORT, f"http://{host}:{settings.HALONG_PORT}"
