"""Alerts as ``GET /api/v1/alerts`` lists them (mounted in ``halong.api``)."""

from datetime import datetime
from typing import Any

from halong.alerts.models import Alert, AlertQuerySet
from halong.core.errors import Invalid


def list_alerts(
    user: Any,
    *,
    state: str = "open",
    priority: int | None = None,
    entity: str = "",
    since: datetime | None = None,
) -> AlertQuerySet:
    """Alerts that ``user`` may see, the gravest first, then the newest.

    ``state`` is "open" (all but closed), one of ``Alert.State`` or "" (all); ``entity`` a URN; ``since``
    the time of raising.
    """
    found = Alert.objects.visible_to(user).select_related(
        "entity", "place", "agency", "rule", "acknowledged_by"
    )
    if state == "open":
        found = found.open()
    elif state:
        if state not in Alert.State.values:
            raise Invalid(f"There is no state {state!r}.", fields={"state": "unknown"})
        found = found.filter(state=state)
    if priority is not None:
        found = found.filter(priority=priority)
    if entity:
        found = found.filter(entity__urn=entity)
    if since is not None:
        found = found.filter(raised_at__gte=since)
    return found.order_by("priority", "-raised_at", "-pk")


def alert_document(alert: Alert) -> dict[str, Any]:
    """One alert as JSON types: what, where, since when, in which state, and its grounds."""
    grounds = alert.evidence
    return {
        "id": alert.pk,
        "title": alert.title,
        "priority": alert.priority_key,
        "state": alert.state,
        "shelved_until": _time(alert.shelved_until),
        "suppressed": alert.suppressed,
        "false_alarm": alert.false_alarm,
        "occurrences": alert.occurrences,
        "entity": alert.entity.urn if alert.entity else None,
        "property": grounds.get("property"),
        "place": {"code": alert.place.code, "name": alert.place.name} if alert.place else None,
        "agency": {"code": alert.agency.code, "name": alert.agency.name} if alert.agency else None,
        "sector": alert.sector,
        "simulated": alert.simulated,
        "raised_at": _time(alert.raised_at),
        "cleared_at": _time(alert.cleared_at),
        "acknowledged_at": _time(alert.acknowledged_at),
        "closed_at": _time(alert.closed_at),
        "value": grounds.get("value"),
        "limit": grounds.get("limit"),
        "unit": grounds.get("unit"),
        "finding": grounds.get("finding"),
        "rule": {"id": alert.rule_id, **grounds["rule"]} if alert.rule_id and "rule" in grounds else None,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
