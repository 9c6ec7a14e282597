"""What the page of one alert shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.alerts import queries
from halong.alerts.evidence import window
from halong.alerts.models import Alert, AlertEvent
from halong.core.formats import format_datetime, format_number
from halong.core.permissions import has_perm
from halong.core.sector import find_attribute, find_limit
from halong.core.units import unit_symbol
from halong.observations.queries import series_points
from halong.rules.describe import describe
from halong.tasks.queries import for_origin

MARKS = {
    AlertEvent.Kind.RAISED: "raise",
    AlertEvent.Kind.REPEATED: "raise",
    AlertEvent.Kind.CLEARED: "normal",
    AlertEvent.Kind.CLOSED: "normal",
}
STEPS = {"1h": ("hour", 3600), "8h": ("hour", 3600), "24h": ("day", 86400)}


def detail_of(alert: Alert, user: object) -> dict[str, Any]:
    """What stays as it is: the grounds, the rule as it was, the place, the neighbours."""
    grounds = alert.evidence
    then = grounds.get("rule", {})
    spec = find_attribute(alert.entity.types, grounds.get("property", "")) if alert.entity else None
    limit = find_limit(then.get("limit_id", "")) if then.get("limit_id") else None
    return {
        "alert": alert,
        "grounds": grounds,
        "stats": _stats(grounds, str(spec.label) if spec else grounds.get("property", "")),
        "label": spec.label if spec else grounds.get("property", ""),
        "readings": [
            (datetime.fromtimestamp(at, UTC), value, quality)
            for at, value, quality in reversed(grounds.get("readings", []))
        ],
        "rule_words": describe(then["kind"], then["params"], then.get("averaging", "")) if then else "",
        "legal_limit": limit,
        "neighbours": queries.neighbours(alert, Alert.objects.visible_to(user).filter()),
        "snapshot": snapshot_of(alert),
        "tasks": for_origin("alert", alert.pk).visible_to(user)[:5],
        "consequences": alert.consequences.select_related("entity").order_by("-raised_at")[:20],
    }


def snapshot_of(alert: Alert) -> str:
    """What the alert says in one line, for the task that is given because of it."""
    grounds = alert.evidence
    if grounds.get("finding"):
        return str(grounds["finding"])
    if grounds.get("value") is None:
        return ""
    words = f"{format_number(grounds['value'], grounds.get('decimals'))} {grounds.get('unit', '')}".strip()
    if grounds.get("limit") is None or grounds.get("rule", {}).get("kind") in {"rate", "stuck"}:
        return words
    return f"{words} · " + _("limit %(limit)s") % {"limit": format_number(grounds["limit"])}


def _stats(grounds: dict[str, Any], label: str) -> list[dict[str, Any]]:
    """The reading against the limit, in figures."""
    unit, decimals = grounds.get("unit", ""), grounds.get("decimals")
    stats: list[dict[str, Any]] = []
    if grounds.get("value") is not None:
        stats.append({"label": label, "value": grounds["value"], "decimals": decimals, "unit": unit})
    if grounds.get("limit") is not None and grounds.get("rule", {}).get("kind") not in {"silence", "stuck"}:
        stats.append({"label": _("Limit"), "value": grounds["limit"], "unit": unit})
    at = _time(grounds.get("time"))
    if at is not None:
        silent = grounds.get("value") is None
        stats.append(
            {"label": _("Last reading") if silent else _("Time of the reading"), "text": format_datetime(at)}
        )
    return stats


def status_of(alert: Alert, user: object) -> dict[str, Any]:
    """What changes by itself: the state, who may do what now, who did what."""
    now = timezone.now()
    events = alert.events.select_related("by").order_by("-at", "-pk")
    waiting = alert.state in {Alert.State.NEW, Alert.State.CLEARED}
    handles = has_perm(user, "alerts.handle", alert)
    return {
        "alert": alert,
        "on_shelf": alert.shelved_until is not None and alert.shelved_until > now,
        "may_acknowledge": handles and waiting,
        "may_handle": handles,
        "timeline": [
            {
                "at": event.at,
                "title": event.get_kind_display(),
                "text": event.note,
                "by": _who(event),
                "state": alert.priority_key
                if MARKS.get(AlertEvent.Kind(event.kind)) == "raise"
                else MARKS.get(AlertEvent.Kind(event.kind), ""),
            }
            for event in events
        ],
    }


def _who(event: AlertEvent) -> str:
    if event.by is None:
        return pgettext("actor", "Halong")
    return f"{event.by.title} {event.by}".strip()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def chart_json(alert: Alert) -> dict[str, Any]:
    """What ``<halong-chart>`` draws: the readings before and after, and the limit as it was."""
    if alert.series is None or alert.rule is None or alert.entity is None:
        return {"series": [], "limits": []}
    grounds = alert.evidence
    rule = grounds.get("rule", {})
    interval, step = STEPS.get(rule.get("averaging", ""), ("raw", alert.series.interval_s))
    at = _time(grounds.get("time")) or alert.raised_at
    start, _end = window(alert.rule, alert.series, min(at, alert.raised_at))
    until = min(
        timezone.now(), (alert.cleared_at or timezone.now()) + (at - start) / 2, at + 4 * (at - start)
    )

    points = series_points(alert.series, start - timedelta(seconds=step), until, interval)
    if not points:  # taken out by retention: what was kept with the alert
        points = [(datetime.fromtimestamp(t, UTC), v, q) for t, v, q in grounds.get("readings", [])]
    spec = find_attribute(alert.entity.types, alert.series.property)
    return {
        "series": [
            {
                "name": str(spec.label) if spec else alert.series.property,
                "unit": unit_symbol(alert.series.unit),
                "decimals": alert.series.decimals,
                "interval": step,
                "points": [[t.timestamp(), value, quality] for t, value, quality in points],
            }
        ],
        "limits": _limits(grounds),
    }


def _limits(grounds: dict[str, Any]) -> list[dict[str, Any]]:
    rule = grounds.get("rule", {})
    if grounds.get("limit") is None or rule.get("kind") not in {"threshold", "range", "habit"}:
        return []
    return [{"value": grounds["limit"], "label": _("limit"), "source": rule.get("legal_basis", "")}]
