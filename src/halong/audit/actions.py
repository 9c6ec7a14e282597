"""Writing the log; called inside the transaction of the change itself. Sealing it; pruning it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.chain import head, next_link
from halong.audit.models import AuditEntry
from halong.core.errors import Invalid
from halong.core.permissions import Actor, require

SEAL_LOCK = 0x68616C6F6E670001  # "halong", 1: one sealer at a time
SEAL_AT_ONCE = 2000
KEPT = timedelta(days=366)  # no entry younger than a year is ever taken out; the trigger refuses it, too


def record(
    by: Actor, action: str, obj: Any = None, *, address: str | None = None, **summary: Any
) -> AuditEntry:
    """Note that ``by`` did ``action`` ("alerts.acknowledge") to ``obj``; ``summary``: scalars, no secret, no citizen."""
    return AuditEntry.objects.create(
        actor=by.actor_name,
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(getattr(obj, "urn", None) or obj.pk) if obj is not None else "",
        summary=summary,
        address=address,
    )


@transaction.atomic
def seal_entries() -> int:
    """Put committed entries that have no place yet at the end of the chain; returns how many.

    The order of the chain is the order of sealing. Only one process seals at a time; another one that comes
    meanwhile leaves the work to it. A writer that commits later is sealed the next time: no number is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        link = head()
        rows = []
        for entry in AuditEntry.objects.filter(seq=None).order_by("pk")[:SEAL_AT_ONCE]:
            link = next_link(link, entry)
            rows.append((entry.pk, link.seq, link.hash))
        if rows:
            cursor.execute(
                "UPDATE audit_auditentry SET seq = sealed.seq, hash = sealed.hash"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS sealed (id, seq, hash)"
                " WHERE audit_auditentry.id = sealed.id",
                [list(column) for column in zip(*rows, strict=True)],
            )
    return len(rows)


def seal_everything() -> int:
    """Seal until nothing waits; returns how many entries were sealed."""
    total = 0
    while sealed := seal_entries():
        total += sealed
        if sealed < SEAL_AT_ONCE:
            break
    return total


@transaction.atomic
def prune_log(*, by: Actor, before: datetime) -> int:
    """Take out sealed entries from before ``before``, at least a year ago; returns how many.

    What the chain went on from is written into the log itself, so that the rest stays verifiable.
    """
    require(by, "system.manage")
    if before > timezone.now() - KEPT:
        raise Invalid(_("The audit log is kept for a year at least."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    kept = AuditEntry.objects.filter(at__gte=before).exclude(seq=None).order_by("seq").first()
    old = AuditEntry.objects.exclude(seq=None)
    if kept is not None:
        old = old.filter(seq__lt=kept.seq)
    last = old.order_by("-seq").first()
    if last is None:
        return 0
    count = old.count()
    record(by, "audit.prune", seq=last.seq, hash=last.hash, count=count)
    old.delete()
    return count
