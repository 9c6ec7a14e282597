"""Open311: requests of another server come in like any other data, ours go out by ``outbox``."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from asgiref.sync import sync_to_async
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.open311.client import Client
from halong.connectors.open311.forms import Open311Form, kind_of
from halong.connectors.open311.taking import REQUEST, UPDATE, likely_kinds
from halong.connectors.open311.wire import Row, UnreadableError, moment_of, payload_of, rows_of
from halong.core.errors import Conflict
from halong.ingest.batch import Batch, Reason, Record, Rejected
from halong.ingest.connector import Connector, Delivery, Example, Known, Manifest, Probe

SPAN = timedelta(days=30)  # of one window; the specification allows 90 days
SHORTEST = timedelta(minutes=1)  # of a window that is halved because more is in it than the server tells
PAGE, MOST_PAGES = 500, 200
CUT = 50  # from so many on, a list that can't be paged may have been cut off
LOOSE = timedelta(hours=12)  # by which servers may misread a window (time zones)
AHEAD = timedelta(minutes=1)
AGAIN = timedelta(days=1)  # until servicerequestupdates are tried again where they weren't offered
SHOWN = 12


class Open311(Connector):
    """Another Open311 server."""

    manifest = Manifest(
        key="open311",
        label=_("Open311 server"),
        summary=_(
            "Reports of citizens are exchanged with another Open311 server: theirs come in, ours of chosen kinds go there."
        ),
        direction="poll",
        protocol="Open311",
        icon="arrows-exchange",
    )
    Settings = Open311Form

    @property
    def client(self) -> Client:
        """The other side."""
        return Client.of(self.settings, self.secrets)

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """Records of the requests or updates in an answer; one without a number, or without sense, is in ``rejected``."""
        try:
            rows = rows_of(payload)
        except UnreadableError as error:
            return Batch(rejected=[Rejected(Reason.MALFORMED, str(error)[:300], origin, payload)])
        batch, seen = Batch(), dict[str, Record]()
        for row in rows:
            number = row.get("service_request_id", "")
            if not number or len(number) > 200:
                if not row.get("token"):  # a token alone is a request that has no number yet
                    words = "service_request_id"
                    batch.rejected.append(Rejected(Reason.MALFORMED, words, origin, payload_of(row)))
                continue
            record = self._update(row, number) if "update_id" in row else self._request(row, number)
            seen[f"{record.origin}"] = record  # of the same one twice, the later counts
        batch.records = list(seen.values())
        return batch

    def _request(self, row: Row, number: str) -> Record:
        kind = kind_of(self.settings, row.get("service_code", ""))
        data = {"row": row, "kind": kind, "media": bool(self.settings.get("pictures", True))}
        return Record(REQUEST, data, f"requests/{number}", payload_of(row))

    def _update(self, row: Row, number: str) -> Record:
        name = row["update_id"] or f"{row.get('updated_datetime', '')}"
        return Record(UPDATE, {"row": row}, f"servicerequestupdates/{number}/{name}", payload_of(row))

    async def poll(self, cursor: str) -> AsyncIterator[Delivery]:
        """Requests and updates since the last time, window by window, page by page, overlapping by ``overlap_s``."""
        before, now = _cursor(cursor), datetime.now(UTC)
        overlap = timedelta(seconds=int(self.settings.get("overlap_s") or 0))
        history = timedelta(days=int(self.settings.get("history_days") or 0))
        after = dict(before)
        if self.settings.get("services"):
            start = _moment(before.get("since")) or now - history
            async for content in self._requests(start - overlap, now + AHEAD):
                yield Delivery(content, "requests")
        after["since"] = now.isoformat()
        if self.settings.get("updates", True) and not self._refused(before, now):
            start = _moment(before.get("updates")) or now - min(history, SPAN)
            try:
                yield Delivery(await self._updates(start - overlap, now + AHEAD), "servicerequestupdates")
                after |= {"updates": now.isoformat(), "no_updates": ""}
            except Conflict:
                after["no_updates"] = (
                    now.isoformat()
                )  # an extension; without it, states are asked for one by one
        yield Delivery(b"", "", cursor=msgspec.json.encode(after).decode())

    async def _requests(self, start: datetime, end: datetime) -> AsyncIterator[bytes]:
        """Every page of every window. A window that the server seems to cut off, and can't page, is halved."""
        windows = [
            (start + n * SPAN, min(end, start + (n + 1) * SPAN)) for n in range((end - start) // SPAN + 1)
        ]
        while windows:
            first, last = windows.pop(0)
            seen: set[str] = set()
            for page in range(1, MOST_PAGES + 1):
                content = await self._page(first, last, page)
                rows = _rows(content)
                numbers = {row.get("service_request_id", "") for row in rows}
                if page > 1 and numbers <= seen:
                    if page == 2 and numbers == seen and _may_be_cut(rows, first, last):
                        middle = first + (last - first) / 2
                        windows[:0] = [(first, middle), (middle, last)]
                    break
                seen |= numbers
                yield content
                if not numbers:
                    break

    async def _page(self, start: datetime, end: datetime, page: int) -> bytes:
        return await self.client.read(
            "requests",
            start_date=_written(start),
            end_date=_written(end),
            page=str(page),
            page_size=str(PAGE),
        )

    async def _updates(self, start: datetime, end: datetime) -> bytes:
        return await self.client.read(
            "servicerequestupdates", start_date=_written(start), end_date=_written(end)
        )

    @staticmethod
    def _refused(before: Mapping[str, str], now: datetime) -> bool:
        tried = _moment(before.get("no_updates"))
        return tried is not None and now - tried < AGAIN

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """What the server offers, which of it is mapped, and what came in there in the last day. Changes nothing."""
        services = [row for row in await self.client.rows("services") if row.get("service_code")]
        unmapped = [row for row in services if kind_of(self.settings, row["service_code"]) is None]
        said = ngettext(
            "%(n)d kind of report is offered there.",
            "%(n)d kinds of report are offered there.",
            len(services),
        )
        messages = [said % {"n": len(services)}]
        guessed = await sync_to_async(likely_kinds, thread_sensitive=False)(unmapped) if unmapped else {}
        for row in unmapped[:SHOWN]:
            code = row["service_code"]
            text = gettext("Not mapped: %(code)s (%(name)s). Likely: %(code)s = %(ours)s")
            text = text if guessed.get(code) else gettext("Not mapped: %(code)s (%(name)s)")
            messages.append(
                text % {"code": code, "name": row.get("service_name", ""), "ours": guessed.get(code, "")}
            )
        if len(unmapped) > SHOWN:
            messages.append(gettext("… and %(n)d more that aren't mapped.") % {"n": len(unmapped) - SHOWN})
        now = datetime.now(UTC)
        batch = self.decode(await self._page(now - timedelta(days=1), now + AHEAD, 1), "requests", known)
        count = len(batch.records)
        said = ngettext("%(n)d request in the last day.", "%(n)d requests in the last day.", count)
        return Probe(Batch(rejected=batch.rejected), (*messages, said % {"n": count}))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where we look."""
        parts = urlsplit(self.settings["url"])
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return {"address": parts.hostname, "port": port, "path": parts.path or "/"}


def _rows(content: bytes) -> list[Row]:
    """The rows of a page; none where it can't be read, which ``decode`` tells."""
    try:
        return rows_of(content)
    except UnreadableError:
        return []


def _may_be_cut(rows: list[Row], start: datetime, end: datetime) -> bool:
    """Whether a server that can't page may have left something out of a window: much is in it, and only what lies in it
    (a server that doesn't look at dates says the same however small the window is).
    """
    moments = [moment_of(row.get("requested_datetime", "")) for row in rows]
    return (
        len(rows) >= CUT
        and end - start > SHORTEST
        and all(moment is not None and start - LOOSE <= moment <= end + LOOSE for moment in moments)
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return None


def _cursor(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        return {}
