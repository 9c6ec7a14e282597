"""Who sends by HTTP: from the secret of an API key to what it may write, remembered for seconds."""

import time
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, transaction

from halong.accounts.actions.keys import authenticate_key
from halong.accounts.models import ApiKey
from halong.audit import actions as audit
from halong.core.errors import Forbidden, Overloaded, Unauthenticated
from halong.core.permissions import SYSTEM
from halong.ingest.directory import SourceRef, source_ref
from halong.ingest.models import Source

PERMISSION = "ingest.write"
KIND = "http-push"
REMEMBER_S = 5.0
MAX_REMEMBERED = 5_000


@dataclass(frozen=True)
class Sender:
    """What is known of a secret: the source it stands for, or why it is refused."""

    source: SourceRef | None = None
    refusal: str = ""


class Senders:
    """Secrets that were asked about a moment ago; a revoked key works ``REMEMBER_S`` longer at most."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Sender | None]] = {}

    async def identify(self, secret: str) -> SourceRef:
        """Whose secret this is. Raises Unauthenticated, Forbidden, Overloaded."""
        now = time.monotonic()
        until, sender = self._known.get(secret, (0.0, None))
        if until < now:
            try:
                sender = await sync_to_async(_identify, thread_sensitive=False)(secret)
            except DatabaseError as error:
                raise Overloaded("the database can't be reached") from error
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[secret] = (now + REMEMBER_S, sender)
        if sender is None:
            raise Unauthenticated("the key is unknown, expired or revoked")
        if sender.source is None:
            raise Forbidden(sender.refusal)
        return sender.source


def _identify(secret: str) -> Sender | None:
    try:
        key = authenticate_key(secret)
        if key is None:
            return None
        if PERMISSION not in key.permissions:
            return Sender(refusal=f"the key lacks the permission {PERMISSION}")
        source = Source.objects.filter(pk=key.source_id).first() if key.source_id else open_source_for(key)
        if source is None or not source.enabled:
            return Sender(refusal="the source of this key is switched off")
        return Sender(
            source_ref(
                source,
                place_path=key.place.path if key.place else "",
                agency_path=key.agency.path if key.agency else "",
                sector=key.sector,
            )
        )
    finally:
        connection.close()


@transaction.atomic
def open_source_for(key: ApiKey) -> Source:
    """The source of a key that was made without one: so that what it sends is counted and can be set aside."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.source_id:
        return Source.objects.get(pk=key.source_id)
    source = Source.objects.create(
        kind=KIND, name=f"{key.name} ({key.prefix})"[:200], place_id=key.place_id, agency_id=key.agency_id
    )
    ApiKey.objects.filter(pk=key.pk).update(source_id=source.pk)
    audit.record(SYSTEM, "sources.add", source, kind=source.kind, key=key.prefix)
    return source
