"""The pipeline for code that doesn't run in an event loop: pages, jobs, commands."""

import asyncio
from collections.abc import Sequence

from halong.ingest.batch import Batch, Observation, Outcome
from halong.ingest.pipeline import Pipeline, SourceRef

WAIT_S = 120.0

_offered: tuple[Pipeline, asyncio.AbstractEventLoop] | None = None


def offer(pipeline: Pipeline | None, loop: asyncio.AbstractEventLoop | None) -> None:
    """Let this process' pages use its running pipeline (None: no longer)."""
    global _offered  # noqa: PLW0603 -- one pipeline a process
    _offered = (pipeline, loop) if pipeline is not None and loop is not None else None


def submit_batch(batch: Batch, source: SourceRef, *, origin: str = "") -> Outcome:
    """``Pipeline.submit_batch`` from a thread without an event loop; returns after commit.

    Uses the pipeline of this process, or, in a job or a command, one that lives as long as the call. Raises Overloaded.
    """
    if _offered is not None:
        pipeline, loop = _offered
        return asyncio.run_coroutine_threadsafe(
            pipeline.submit_batch(batch, source, origin=origin), loop
        ).result(WAIT_S)
    return asyncio.run(_submit_once([batch], source, origin))


def submit(observations: Sequence[Observation], source: SourceRef, *, origin: str = "") -> Outcome:
    """``submit_batch`` of readings alone."""
    return submit_batch(Batch(observations=list(observations)), source, origin=origin)


async def _submit_once(batches: Sequence[Batch], source: SourceRef, origin: str) -> Outcome:
    pipeline = Pipeline(writers=1)
    await pipeline.start()
    try:
        return _sum([await pipeline.submit_batch(batch, source, origin=origin) for batch in batches])
    finally:
        await pipeline.stop()


def _sum(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        accepted=sum(one.accepted for one in outcomes),
        duplicate=sum(one.duplicate for one in outcomes),
        corrected=sum(one.corrected for one in outcomes),
        quarantined=sum(one.quarantined for one in outcomes),
    )
