"""What incidents add to pages of other modules: alerts and reports that become incidents, the panorama, the wall."""

from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from halong.alerts.models import Alert
from halong.context.scope import scope_of
from halong.core.permissions import has_perm
from halong.core.registry import Block, ListAction, MenuItem, WallTile
from halong.incidents import queries
from halong.incidents.models import Incident, Part
from halong.incidents.screens import board


def of_alert(request: HttpRequest, alert: Any) -> dict[str, Any] | None:
    """The incident that an alert belongs to, or the button that makes one of it."""
    return _of(request, Part.Kind.ALERT, alert)


def marks(user: Any, alerts: list[int]) -> dict[int, tuple[str, str]]:
    """The open incident that each of these alerts belongs to: its number and page."""
    seen = Incident.objects.visible_to(user)
    rows = Part.objects.filter(
        kind=Part.Kind.ALERT, live=True, ref__in=[str(pk) for pk in alerts], incident__in=seen
    )
    found = rows.values_list("ref", "incident", "incident__number")
    return {int(ref): (number, reverse("incident", args=[pk])) for ref, pk, number in found}


def of_report(request: HttpRequest, report: Any) -> dict[str, Any] | None:
    """The same for a citizen's report."""
    return _of(request, Part.Kind.REPORT, report)


def _of(request: HttpRequest, kind: str, thing: Any) -> dict[str, Any] | None:
    rows = Part.objects.told().filter(kind=kind, ref=str(thing.pk)).values("incident")
    seen = Incident.objects.visible_to(request.user).filter(pk__in=rows)
    incidents = list(seen.order_by("-declared_at")[:3])
    free = not any(incident.is_under_way for incident in incidents)
    may_declare = free and has_perm(request.user, "incidents.declare", thing)
    if not incidents and not may_declare:
        return None
    href = f"{reverse('incident-declare')}?{urlencode({kind: thing.pk})}" if may_declare else ""
    return {"incidents": incidents, "href": href}


def of_entity(request: HttpRequest, entity: Any) -> dict[str, Any] | None:
    """What is under way because of a thing: incidents that one of its alerts belongs to."""
    alerts = Alert.objects.filter(entity=entity).annotate(word=Cast("pk", CharField())).values("word")
    rows = Part.objects.filter(kind=Part.Kind.ALERT, live=True, ref__in=alerts).values("incident")
    seen = Incident.objects.visible_to(request.user).under_way().filter(pk__in=rows)
    incidents = list(seen.order_by("-severity", "-declared_at")[:5])
    return {"incidents": incidents} if incidents else None


def on_panorama(request: HttpRequest, _subject: Any) -> dict[str, Any] | None:
    """What is under way, the gravest first."""
    return {"rows": queries.board(request.user, scope_of(request, remember=False))}


MENU = MenuItem("incidents", _("Incidents"), "urgent", "incidents", 12, "incidents.view")
ALERT = Block("incidents", "incidents/blocks/offer.html", of_alert, 10, "incidents.view")
REPORT = Block("incidents", "incidents/blocks/offer.html", of_report, 10, "incidents.view")
ENTITY = Block("incidents", "incidents/blocks/entity.html", of_entity, 5, "incidents.view")
PANORAMA = Block("incidents", "incidents/blocks/panorama.html", on_panorama, 10, "incidents.view")
WALL = WallTile(
    "incidents", _("Incidents under way"), "urgent", "incidents/blocks/wall.html", 20, board.on_wall,
    lambda _settings: "incidents", wait_s=2, size=(4, 4), least=(3, 2),
    presses=board.presses,
)  # fmt: skip
ALERTS = ListAction(
    "incident", _("Declare an incident"), "flag", "incident-declare", 10, "incidents.declare", "alert"
)
