"""What reports add to pages of other modules: to an alert about many of the same, and to a wall."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from halong.alerts.models import Alert
from halong.citizens.models import Report
from halong.citizens.queries import statistics
from halong.core.formats import ZONE, local
from halong.core.permissions import has_perm
from halong.core.registry import Block, WallTile

MOST = 12
LONG = timedelta(days=30)


def of_alert(request: HttpRequest, alert: Alert) -> dict[str, Any] | None:
    """The reports behind an alert that many meet the same, those that this person may see."""
    if not alert.cause.startswith("reports:"):
        return None
    mine = Report.objects.visible_to(request.user).filter(pk__in=alert.evidence.get("reports", []))
    rows = mine.select_related("category", "place").defer("place__boundary").order_by("-created_at")
    return {"rows": rows[:MOST], "total": len(alert.evidence.get("reports", []))}


def on_wall(sight: Any, _settings: dict[str, Any]) -> dict[str, Any] | None:
    """How it stands with reports: open and late, new today, answered on time in 30 days; new ones by day as a line."""
    user, scope, now = sight.user, sight.scope, sight.now
    if not has_perm(user, "reports.view"):
        return None
    sides: dict[str, Any] = {"place": scope.place, "agency": scope.agency, "sector": scope.sector}
    midnight = datetime.combine(local(now).date(), time(), tzinfo=ZONE)
    today = statistics.flow(user, start=midnight, end=now, now=now, **sides)
    month = statistics.flow(user, start=now - LONG, end=now, now=now, **sides)
    days = statistics.by_day(user, start=now - LONG, end=now, **sides)
    return {
        "today": today,
        "month": month,
        "received": [float(came) for _day, came, _done in days[:-1]],
        "where": scope.place.name if scope.place else "",
    }


ALERT = Block("reports", "citizens/blocks/alert.html", of_alert, 40, "reports.view")
WALL = WallTile(
    "reports", _("Reports of citizens"), "message-report", "citizens/blocks/wall.html", 45, on_wall,
    lambda _settings: "reports", wait_s=20, size=(4, 2), least=(3, 2),
)  # fmt: skip
