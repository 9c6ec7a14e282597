"""Trying a source's settings before anything is saved, and taking readings in outside the collector."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from halong.core.bus import conninfo
from halong.core.permissions import Actor, require
from halong.ingest.actions.sources import connector_of, split, validate
from halong.ingest.batch import Batch, Outcome
from halong.ingest.connector import Probe
from halong.ingest.directory import SourceRef
from halong.ingest.models import Source
from halong.ingest.pipeline import Pipeline
from halong.ingest.secrets import unseal
from halong.ingest.stations import load_known

CHUNK = 10_000  # readings of one commit
T = TypeVar("T")


def try_settings(kind: str, settings: Mapping[str, Any], *, by: Actor, source: Source | None = None) -> Probe:
    """What a source with these settings would bring first. Nothing is saved, here or there.

    ``source`` is the one that is being changed: its secrets count where none are typed. Raises Invalid, or an error that
    says in words what the other side answered.
    """
    require(by, "sources.edit", source)
    found = connector_of(kind)
    chosen, secrets = split(found, validate(found, settings))
    kept = unseal(source.secrets) if source else {}
    typed = {name: value for name, value in secrets.items() if value}
    connector = found(found.complete(chosen, ""), {**kept, **typed})
    return run_apart(connector.probe(load_known()))


def submit_now(batches: Sequence[tuple[Batch, SourceRef, str]]) -> list[Outcome]:
    """Store batches (each with its source and origin) through a pipeline that lives for this call; after commit."""

    async def submit() -> list[Outcome]:
        pipeline = Pipeline(conninfo())
        await pipeline.start()
        try:
            return [await _submit(pipeline, *one) for one in batches]
        finally:
            await pipeline.stop()

    return run_apart(submit())


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run in a thread of its own: the caller may be inside an event loop or not."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _submit(pipeline: Pipeline, batch: Batch, ref: SourceRef, origin: str) -> Outcome:
    total = Outcome()
    starts = range(0, max(len(batch.observations), 1), CHUNK)
    for start in starts:
        part = Batch(
            observations=batch.observations[start : start + CHUNK],
            things=batch.things if start == 0 else [],
            records=batch.records if start == 0 else [],
            rejected=batch.rejected if start == 0 else [],
        )
        total += await pipeline.submit_batch(part, ref, origin=origin)
    return total
