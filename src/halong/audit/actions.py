"""Writing the log; called inside the transaction of the change itself."""

from typing import Any

from halong.audit.models import AuditEntry
from halong.core.permissions import Actor


def record(by: Actor, action: str, obj: Any = None, *, address: str | None = None, **summary: Any) -> AuditEntry:
    """Note that ``by`` did ``action`` ("alerts.acknowledge") to ``obj``. ``summary`` holds scalars: no secret, no citizen."""
    return AuditEntry.objects.create(
        actor=by.actor_name,
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(getattr(obj, "urn", None) or obj.pk) if obj is not None else "",
        summary=summary,
        address=address,
    )
