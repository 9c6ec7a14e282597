"""Tables that people upload."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from halong.audit import actions as audit
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.ingest.actions.sources import change_source, connector_of
from halong.ingest.actions.trials import submit_now
from halong.ingest.batch import Outcome
from halong.ingest.directory import source_ref
from halong.ingest.models import Source
from halong.ingest.stations import load_known


def upload_tables(
    source: Source, files: Sequence[tuple[str, Path]], settings: Mapping[str, Any], *, by: Actor
) -> Outcome:
    """Keep what the columns mean, and take the tables (name and file of each) in; returns after commit.

    Raises Invalid with the settings that are wrong, Overloaded when nothing can be taken in now.
    """
    require(by, "sources.edit", source)
    source = change_source(source, settings, by=by)
    found = connector_of(source.kind)
    connector = found({**found.Settings.defaults(), **source.settings}, {})
    known = load_known()
    ref = source_ref(source, pushed=True)
    batches = [(connector.decode(file.read_bytes(), name, known), ref, name) for name, file in files]
    outcomes = submit_now(batches)
    total = Outcome(
        sum(outcome.accepted for outcome in outcomes),
        sum(outcome.duplicate for outcome in outcomes),
        sum(outcome.corrected for outcome in outcomes),
        sum(outcome.quarantined for outcome in outcomes),
    )
    with transaction.atomic():
        names = ", ".join(name for name, _file in files)[:400]
        audit.record(by, "sources.upload", source, files=names, accepted=total.accepted)
        touch("sources", str(source.pk))
    return total
