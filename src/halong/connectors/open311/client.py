"""Asking and telling another Open311 server, through the guarded door that HTTP pull uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext

from halong.connectors.http.fetch import Answer, Limits, fetch, post
from halong.connectors.open311.wire import Row, UnreadableError, rows_of, tree_of
from halong.core.errors import Conflict

LARGEST = 20_000_000
DISCOVERY = re.compile(r"/discovery(?:\.(?:xml|json))?$")
PICTURE = 30_000_000


@dataclass(frozen=True)
class Client:
    """One server, as a source's settings name it."""

    url: str
    form: str = "xml"
    jurisdiction_id: str = ""
    api_key: str = ""
    allow_private: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> "Client":
        """As the settings of a source have it."""
        return cls(
            url=settings["url"],
            form=settings.get("format") or "xml",
            jurisdiction_id=settings.get("jurisdiction_id") or "",
            api_key=secrets.get("api_key", ""),
            allow_private=bool(settings.get("allow_private")),
        )

    @property
    def limits(self) -> Limits:
        """How far an answer may go."""
        return Limits(largest=LARGEST, allow_private=self.allow_private)

    async def endpoint(self) -> str:
        """The base of all resources: the address itself, or what its discovery document names. Raises Conflict."""
        if not DISCOVERY.search(urlsplit(self.url).path):
            return self.url
        answer = await fetch(self.url, self.limits, headers={})
        found = endpoint_in(answer.content)
        if found is None:
            raise Conflict(gettext("The discovery document names no endpoint of GeoReport v2."))
        if urlsplit(found).hostname != urlsplit(self.url).hostname:
            text = gettext(
                "The endpoint is on another host: enter its address instead of the discovery document's: %(url)s"
            )
            raise Conflict(text % {"url": found})
        return found

    async def read(self, path: str, **query: str) -> bytes:
        """The answer to GET; ``path`` is without its ending. Raises Conflict in words."""
        answer = await fetch(self._address(await self.endpoint(), path, query), self.limits, headers={})
        return answer.content

    async def rows(self, path: str, **query: str) -> list[Row]:
        """The same, read. Raises Conflict."""
        try:
            return rows_of(await self.read(path, **query))
        except UnreadableError as error:
            text = gettext("The answer is neither XML nor JSON as Open311 has it: %(why)s")
            raise Conflict(text % {"why": error}) from error

    async def send(self, path: str, fields: Mapping[str, str | list[str]], *, key: str) -> Answer:
        """The answer to a form, whatever its status; ``key`` makes sending twice one, where they know that. Raises
        NotSentError and Conflict.
        """
        known = {"jurisdiction_id": self.jurisdiction_id, "api_key": self.api_key}
        return await post(
            self._address(await self.endpoint(), path, {}),
            self.limits,
            fields={**{name: text for name, text in known.items() if text}, **fields},
            headers={"Idempotency-Key": key},
        )

    async def picture(self, address: str) -> bytes:
        """A picture that a request links. Raises Conflict."""
        limits = Limits(largest=PICTURE, allow_private=self.allow_private)
        return (await fetch(address, limits, headers={"Accept": "image/*"})).content

    def _address(self, base: str, path: str, query: Mapping[str, str]) -> str:
        asked = {"jurisdiction_id": self.jurisdiction_id, **query}
        text = urlencode({name: value for name, value in asked.items() if value})
        return f"{base.rstrip('/')}/{path}.{self.form}{'?' if text else ''}{text}"


def endpoint_in(payload: bytes) -> str | None:
    """The address of GeoReport v2 in a discovery document: the one in production before those for trial."""
    try:
        tree = tree_of(payload)
    except UnreadableError:
        return None
    rows = tree.get("endpoints", []) if isinstance(tree, dict) else []
    rows = [rows] if isinstance(rows, dict) else rows
    fitting = [
        row for row in rows
        if isinstance(row, dict) and "v2" in str(row.get("specification", "")).lower()
        and str(row.get("url", "")).startswith(("http://", "https://"))
    ]  # fmt: skip
    fitting.sort(key=lambda row: str(row.get("type", "")).lower() != "production")
    return str(fitting[0]["url"]).rstrip("/") if fitting else None
