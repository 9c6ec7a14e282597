"""What came through each source, minute by minute: counted in memory by several threads, written once a second."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from psycopg import AsyncConnection

from halong.ingest.batch import Outcome

Minute = tuple[int, datetime]  # source, minute


@dataclass(slots=True)
class Count:
    """What one minute brought; ``errors`` are payloads that failed as a whole."""

    payloads: int = 0
    accepted: int = 0
    duplicate: int = 0
    corrected: int = 0
    quarantined: int = 0
    errors: int = 0


@dataclass(slots=True)
class Counters:
    """The counts that aren't written yet, and when each source was last heard."""

    minutes: dict[Minute, Count] = field(default_factory=dict)
    heard: dict[int, bool] = field(default_factory=dict)  # source → whether its deadline moves
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, source_id: int, outcome: Outcome, *, pushed: bool) -> None:
        """Count one payload and what became of its readings."""
        with self.lock:
            self._minute(source_id).payloads += 1
            self._add(source_id, outcome)
            self.heard[source_id] = self.heard.get(source_id, False) or pushed

    def add_taken(self, source_id: int, outcome: Outcome) -> None:
        """Count records of a payload; the payload itself is counted with its readings."""
        with self.lock:
            self._add(source_id, outcome)

    def _add(self, source_id: int, outcome: Outcome) -> None:
        count = self._minute(source_id)
        count.accepted += outcome.accepted
        count.duplicate += outcome.duplicate
        count.corrected += outcome.corrected
        count.quarantined += outcome.quarantined

    def add_error(self, source_id: int) -> None:
        """Count a payload that could not be taken in at all (malformed, too large, refused)."""
        with self.lock:
            count = self._minute(source_id)
            count.payloads += 1
            count.errors += 1

    def _minute(self, source_id: int) -> Count:
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        return self.minutes.setdefault((source_id, minute), Count())

    def take(self) -> tuple[dict[Minute, Count], dict[int, bool]]:
        """What is to be written now; it starts again from nothing."""
        with self.lock:
            taken = self.minutes, self.heard
            self.minutes, self.heard = {}, {}
        return taken

    def give_back(self, minutes: Mapping[Minute, Count], heard: Mapping[int, bool]) -> None:
        """Put back what could not be written."""
        with self.lock:
            for key, count in minutes.items():
                kept = self.minutes.setdefault(key, Count())
                for name in Count.__slots__:
                    setattr(kept, name, getattr(kept, name) + getattr(count, name))
            self.heard = {**heard, **self.heard}


async def write_counts(
    connection: AsyncConnection, minutes: Mapping[Minute, Count], heard: Mapping[int, bool]
) -> None:
    """Add counts to ``SourceMinute`` and note who was heard. A source that was deleted meanwhile is left out.

    The state of a source (working, silent, broken) is its runner's to change.
    """
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO ingest_sourceminute AS m
                (source_id, minute, payloads, accepted, duplicate, corrected, quarantined, errors)
            SELECT s.id, %s, %s, %s, %s, %s, %s, %s FROM ingest_source s WHERE s.id = %s
            ON CONFLICT (source_id, minute) DO UPDATE SET payloads = m.payloads + excluded.payloads,
                accepted = m.accepted + excluded.accepted, duplicate = m.duplicate + excluded.duplicate,
                corrected = m.corrected + excluded.corrected, quarantined = m.quarantined + excluded.quarantined,
                errors = m.errors + excluded.errors
            """,
            [
                (minute, c.payloads, c.accepted, c.duplicate, c.corrected, c.quarantined, c.errors, source_id)
                for (source_id, minute), c in sorted(minutes.items(), key=lambda row: row[0])
            ],
        )
    for pushed in (False, True):
        ids = sorted(source_id for source_id, moves in heard.items() if moves is pushed)
        if ids:
            deadline = ", due_at = now() + silent_after_s * interval '1 second'" if pushed else ""
            await connection.execute(
                f"UPDATE ingest_source SET last_contact = now(){deadline} WHERE id = ANY(%s)",  # noqa: S608
                [ids],
            )
