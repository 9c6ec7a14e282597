"""What the status board and the tile of the wall show."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from halong.context.scope import scope_of, selectors
from halong.core.permissions import has_perm
from halong.incidents import queries
from halong.incidents.queries.board import BoardRow


def context(request: HttpRequest) -> dict[str, Any]:
    """The board: everything under way in the chosen place, agency and sector."""
    scope = scope_of(request, remember=False)
    rows = queries.board(request.user, scope)
    return {
        "rows": rows,
        "stats": _stats(rows),
        "may_declare": has_perm(request.user, "incidents.declare"),
        "scope": selectors(scope, request, timezone.localdate()),
    }


def _stats(rows: list[BoardRow]) -> list[dict[str, Any]]:
    """How many of each severity, the gravest first; those that there are."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        severity = row.incident.severity
        one = found.setdefault(
            severity,
            {"label": row.incident.get_severity_display(), "state": row.incident.severity_key, "value": 0},
        )
        one["value"] += 1
    rows_said = [found[severity] for severity in sorted(found, reverse=True)]
    return [{**one, "words": f"{one['value']} · {one['label']}"} for one in rows_said]


def presses(sight: Any) -> bool:
    """Whether an incident is under way that walls show."""
    return bool((on_wall(sight, {}) or {}).get("rows"))


def on_wall(sight: Any, _settings: dict[str, Any]) -> dict[str, Any] | None:
    """The tile of a wall."""
    if not has_perm(sight.user, "incidents.view"):
        return None
    rows = queries.board(sight.user, sight.scope, sight.now)
    return {
        "rows": rows,
        "worst": rows[0] if rows else None,
        "where": sight.scope.place.name if sight.scope.place else "",
    }
