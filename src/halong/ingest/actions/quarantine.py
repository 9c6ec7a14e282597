"""What becomes of what was set aside: corrected and brought in again, or discarded."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.core.errors import Conflict
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.home import private
from halong.ingest.actions.sources import connector_of
from halong.ingest.actions.trials import submit_now
from halong.ingest.batch import Batch, Outcome
from halong.ingest.connector import Known
from halong.ingest.directory import source_ref
from halong.ingest.items import decode_items, looks_like_items
from halong.ingest.models import Quarantined
from halong.ingest.secrets import unseal
from halong.ingest.stations import load_known

NOTE = 500
UNLIMITED = 100_000_000  # bytes: a file that was too large is taken whole when a person says so
State = Quarantined.State


def replay(items: Sequence[Quarantined], *, by: Actor, payload: bytes | None = None) -> Outcome:
    """Bring held items in again through their own source, as they are or, one alone, as corrected to ``payload``.

    What still can't be understood is held again. Items that somebody settled meanwhile are left alone. Raises Conflict when
    nothing of them is held any more, Overloaded when Halong can't take anything in now; then they are held as before.
    """
    for item in items:
        require(by, "quarantine.settle", item.source)
    claimed = [item for item in items if _claim(item, by, State.REPLAYED)]
    if not claimed:
        raise Conflict(_("Somebody has settled this already."))
    try:
        known = load_known()
        batches = [
            (_decode(item, payload, known), source_ref(item.source, pushed=False), item.origin)
            for item in claimed
        ]
        outcomes = submit_now(batches)
    except Exception:
        Quarantined.objects.filter(pk__in=[item.pk for item in claimed], state=State.REPLAYED).update(
            state=State.HELD, settled_at=None, settled_by=""
        )
        raise
    with transaction.atomic():
        for item in claimed:
            audit.record(by, "quarantine.replay", item, corrected=payload is not None, origin=item.origin)
        touch("sources")
    return sum(outcomes, start=Outcome())


@transaction.atomic
def discard(items: Sequence[Quarantined], *, by: Actor, note: str) -> int:
    """Put held items away for good, with a word why; they stay readable. Returns how many were held. Raises Conflict when
    none was.
    """
    for item in items:
        require(by, "quarantine.settle", item.source)
    done = [item for item in items if _claim(item, by, State.DISCARDED)]
    if not done:
        raise Conflict(_("Somebody has settled this already."))
    for item in done:
        audit.record(by, "quarantine.discard", item, note=note[:NOTE], origin=item.origin)
        (private("held") / item.digest).unlink(missing_ok=True)
    touch("sources")
    return len(done)


def _claim(item: Quarantined, by: Actor, state: str) -> bool:
    held = Quarantined.objects.filter(pk=item.pk, state=State.HELD)
    return bool(held.update(state=state, settled_at=timezone.now(), settled_by=by.actor_name))


def _decode(item: Quarantined, payload: bytes | None, known: dict[str, Known]) -> Batch:
    """The item as its source's connector reads it; a reading that was set aside after that is JSON."""
    kept = private("held") / item.digest
    raw = payload if payload is not None else kept.read_bytes() if kept.exists() else bytes(item.payload)
    if looks_like_items(raw):
        return decode_items(raw, item.origin)
    found = connector_of(item.source.kind)
    settings = {**found.Settings.defaults(), **item.source.settings}
    if kept.exists():
        settings["max_bytes"] = UNLIMITED
    return found(settings, unseal(item.source.secrets)).decode(raw, item.origin, known)
