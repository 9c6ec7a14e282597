"""Keeping what could not be understood, in the transaction that stores the rest."""

from collections.abc import Sequence
from hashlib import sha256

from psycopg import AsyncConnection

from halong.ingest.batch import Rejected

MAX_PAYLOAD = 1_000_000  # bytes kept of one part; a larger file is told of by its name and its beginning
MAX_ORIGIN = 500


def digest_of(part: Rejected) -> str:
    """What makes the same thing the same: its reason, where it came from, and its bytes."""
    return sha256(b"\0".join([part.reason.encode(), part.origin.encode(), part.payload])).hexdigest()


async def hold(connection: AsyncConnection, parts: Sequence[tuple[int, Rejected]]) -> None:
    """Set parts aside, each with the id of its source. A part that is held already is counted; one that was replayed and
    came back wrong is held again; one that somebody discarded stays so.
    """
    rows = {(source_id, digest_of(part)): part for source_id, part in parts}
    counts: dict[tuple[int, str], int] = {}
    for source_id, part in parts:
        key = (source_id, digest_of(part))
        counts[key] = counts.get(key, 0) + 1
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO ingest_quarantined AS q
                (source_id, received_at, reason, detail, origin, payload, digest, times, state, settled_by)
            VALUES (%s, now(), %s, %s, %s, %s, %s, %s, 'held', '')
            ON CONFLICT (source_id, digest) DO UPDATE SET times = q.times + excluded.times,
                detail = excluded.detail,
                received_at = CASE WHEN q.state = 'replayed' THEN now() ELSE q.received_at END,
                settled_at = CASE WHEN q.state = 'replayed' THEN NULL ELSE q.settled_at END,
                state = CASE WHEN q.state = 'replayed' THEN 'held' ELSE q.state END
            """,
            [
                (
                    source_id,
                    part.reason.value,
                    part.detail.replace("\0", "\ufffd"),
                    part.origin.replace("\0", "\ufffd")[:MAX_ORIGIN],
                    part.payload[:MAX_PAYLOAD],
                    digest,
                    counts[source_id, digest],
                )
                for (source_id, digest), part in sorted(rows.items(), key=lambda row: row[0])
            ],
        )
