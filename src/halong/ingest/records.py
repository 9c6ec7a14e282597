"""Records: what comes through a source and is no reading. Whoever keeps such records registers how they are taken in."""

from collections.abc import Callable, Sequence

from django.db import connection

from halong.core.registry import Registry
from halong.ingest.batch import Outcome, Reason, Record, Rejected

Taker = Callable[[int, Record], Outcome]  # (source id, record) → what became of it; raises RefusedError
takers: Registry[Taker] = Registry()


class RefusedError(Exception):
    """A record is set aside: why, in words. ``keep``: its payload may be kept (a denunciation's may not)."""

    def __init__(self, reason: Reason, detail: str, *, keep: bool = True) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.keep = reason, detail, keep


def take_records(records: Sequence[Record], source_id: int) -> tuple[Outcome, list[Rejected]]:
    """Hand each record to its taker, which commits by itself and knows what it has taken before; returns what was set
    aside.
    """
    total, rejected = Outcome(), []
    for record in records:
        try:
            total += takers[record.kind](source_id, record)
        except RefusedError as error:
            payload = record.payload if error.keep else b""
            rejected.append(Rejected(error.reason, error.detail, record.origin, payload))
    return total, rejected


def take_records_in_thread(records: Sequence[Record], source_id: int) -> tuple[Outcome, list[Rejected]]:
    """The same in a thread that nobody keeps: its connection is closed, too."""
    try:
        return take_records(records, source_id)
    finally:
        connection.close()
