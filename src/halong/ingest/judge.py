"""Rules at the door: which fresh readings change the state of a rule, and what of it is remembered."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import compress
from operator import gt, itemgetter

from psycopg import AsyncConnection

from halong.ingest.check import EPOCH_S
from halong.observations.copy import Columns
from halong.observations.store import ACCEPTED
from halong.rules import store
from halong.rules.evaluator import HISTORY_S, Compiled, Memory, Transition, evaluate_impossible, evaluate_rows

SECOND = 1_000_000


class Judge:
    """The compiled rules of this process and its memory of their states, which is only a cache: a transition counts
    when its conditional UPDATE does.
    """

    def __init__(self) -> None:
        self.compiled = Compiled()
        self.memory: Memory = {}
        self._since: datetime | None = None
        self._doubtful: set[int] = set()
        self._repairing = asyncio.Lock()

    async def load(self, connection: AsyncConnection) -> None:
        """Read rules and states; what was remembered of series stays, where it is newer."""
        async with connection.cursor() as cursor:
            self.compiled = await store.load_compiled_async(cursor)
            if not self.memory:
                self.memory = await store.load_memory_async(cursor)

    async def refresh(self, connection: AsyncConnection) -> None:
        """Take over what other processes and jobs changed."""
        async with connection.cursor() as cursor:
            self._since = await store.refresh_memory_async(cursor, self.memory, self._since)

    def forget(self, series_ids: Iterable[int]) -> None:
        """A transaction failed: what was remembered of these series isn't true."""
        watched = self.compiled.readings
        self._doubtful |= {series_id for series_id in series_ids if series_id in watched}

    async def judge(
        self,
        connection: AsyncConnection,
        columns: Columns,
        fates: bytearray | None,
        impossible: Sequence[tuple[int, int, float]],
    ) -> None:
        """Evaluate readings that were accepted (no repetitions, no corrections); write transitions."""
        await self._repair(connection)
        transitions = self._readings(columns, fates)
        for series_id, at, value in impossible:
            transitions += evaluate_impossible(
                self.compiled, series_id, [at / SECOND + EPOCH_S], [value], self.memory
            )
        if transitions:
            async with connection.cursor() as cursor:
                await store.apply_transitions_async(cursor, transitions)

    async def _repair(self, connection: AsyncConnection) -> None:
        """Read again what a failed transaction left in doubt, before anything of it is judged: a reading that is written
        again would pass for one that was judged.
        """
        async with self._repairing:
            doubtful, self._doubtful = self._doubtful, set()
            if not doubtful:
                return
            try:
                async with connection.cursor() as cursor:
                    await store.reload_memory_async(cursor, self.memory, doubtful)
            except BaseException:
                self._doubtful |= doubtful
                raise

    def _readings(self, columns: Columns, fates: bytearray | None) -> list[Transition]:
        if not self.compiled.readings:
            return []
        rows: Iterable[tuple[int, float, float, int]] = zip(
            columns.series,
            [at / SECOND + EPOCH_S for at in columns.times],
            columns.values,
            columns.qualities,
            strict=True,
        )
        if fates is not None:
            rows = compress(rows, [fate == ACCEPTED for fate in fates])
        if any(map(gt, columns.times, columns.times[1:])):
            rows = sorted(rows, key=itemgetter(1))
        return evaluate_rows(self.compiled, rows, self.memory, not_before=time.time() - HISTORY_S)
