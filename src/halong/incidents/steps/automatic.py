"""What Halong does by itself in a step. Called in the transaction that also notes the step's new state.

Each effect is made under the key ``incident:<id>:<step>``, too, where its module knows keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import Polygon, shape

from halong.core.errors import Invalid
from halong.core.permissions import SYSTEM
from halong.duty.actions import page_team
from halong.duty.models import Team
from halong.incidents.duty import subject_of, url_of
from halong.incidents.models import Call, Incident
from halong.incidents.steps.plan import RunningStep
from halong.places.models import Agency
from halong.playbooks.kinds import kind_of
from halong.stages.actions import propose_stage
from halong.tasks.actions import TaskDraft, create_task
from halong.tasks.models import Task
from halong.warnings.actions import WarningDraft, draft_warning

Settings = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """What came of it: ``note`` is kept on the step, ``data`` goes into the timeline; not ``over``: it goes on outside."""

    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    over: bool = True


def perform(incident: Incident, running: RunningStep) -> Done:
    """Do the automatic action of a step. Raises what its module raises."""
    action = running.plan.action
    assert action is not None
    return _ACTIONS[action.kind](incident, running, action.settings)


def key_of(running: RunningStep) -> str:
    """The key under which a step's effect is made."""
    return f"incident:{running.step.incident_id}:{running.step.pk}"


def _notify_team(incident: Incident, running: RunningStep, settings: Settings) -> Done:
    team = Team.objects.current().filter(name__iexact=settings["team"]).first()
    if team is None:
        raise Invalid(_("There is no duty team “{name}”.").format(name=settings["team"]))
    subject = subject_of(incident, (settings.get("message") or str(incident))[:200])
    page_team(team, subject=subject, by=SYSTEM, key=key_of(running))
    return Done(data={"action": "notify-team", "team": team.name})


def _raise_stage(incident: Incident, running: RunningStep, settings: Settings) -> Done:
    level = int(settings["level"])
    reason = f"{incident}: {settings['reason']}"
    change = propose_stage(level, by=SYSTEM, reason=reason, key=key_of(running))
    return Done(data={"action": "raise-stage", "level": level, "change": change.pk, "state": change.state})


def _open_task(incident: Incident, running: RunningStep, settings: Settings) -> Done:
    agency = incident.agency
    if code := settings.get("agency"):
        agency = Agency.objects.on(timezone.localdate()).filter(code=code).first()
        if agency is None:
            raise Invalid(_("There is no agency with the code “{code}” today.").format(code=code))
    if agency is None:
        raise Invalid(_("The task names no agency, and none is in charge of the incident."))
    draft = TaskDraft(
        title=settings["title"],
        agency=agency,
        due_at=timezone.now() + timedelta(minutes=settings["due_minutes"]),
        text=settings.get("text", ""),
        origin="incident",
        ref=str(incident.pk),
        origin_url=url_of(incident),
        snapshot=str(incident)[:200],
        place=incident.place,
        sector=incident.sector,
        priority=Task.Priority.CRITICAL
        if incident.severity >= Incident.Severity.MAJOR
        else Task.Priority.HIGH,
        simulated=incident.simulated,
    )
    task = create_task(draft, by=SYSTEM)
    return Done(
        data={"action": "open-task", "task": task.pk, "agency": agency.name, "task_title": task.title}
    )


def _draft_warning(incident: Incident, running: RunningStep, settings: Settings) -> Done:
    said = {name: value for name, value in settings.items() if name != "expires_minutes"}
    ring = _ring(incident)
    draft = WarningDraft(
        **said,
        event=kind_of(incident.kind).key,
        expires=timezone.now() + timedelta(minutes=settings["expires_minutes"]),
        polygon=ring,
        polygon_name=incident.where or incident.title if ring else "",
        places=(incident.place,) if incident.place is not None and not ring else (),
        incident=incident.number,
        simulated=incident.simulated,
    )
    warning = draft_warning(draft, by=SYSTEM, key=key_of(running))
    return Done(data={"action": "draft-warning", "warning": warning.pk, "headline": settings["headline_vi"]})


def _ring(incident: Incident) -> tuple[tuple[float, float], ...]:
    """The outline of the area that was drawn; of several parts what encloses them."""
    if not incident.area:
        return ()
    drawn = shape(incident.area)
    outline = drawn if isinstance(drawn, Polygon) else drawn.convex_hull
    if not isinstance(outline, Polygon):
        return ()
    return tuple((float(lon), float(lat)) for lon, lat, *_height in outline.exterior.coords)


def _call_webhook(incident: Incident, running: RunningStep, settings: Settings) -> Done:
    place = incident.place
    body = {
        "incident": incident.number,
        "title": incident.title,
        "kind": incident.kind,
        "kind_name": str(kind_of(incident.kind).label),
        "severity": incident.severity,
        "state": incident.state,
        "place": {"code": place.code, "name": place.name} if place else None,
        "lon": incident.lon,
        "lat": incident.lat,
        "declared_at": incident.declared_at.isoformat(),
        "step": running.plan.key,
        "message": settings.get("message", ""),
    }
    Call.objects.create(step=running.step, url=settings["url"], body=body, due_at=timezone.now())
    return Done(data={"action": "call-webhook", "host": settings["url"].split("/")[2]}, over=False)


_ACTIONS: dict[str, Callable[[Incident, RunningStep, Settings], Done]] = {
    "notify-team": _notify_team,
    "raise-stage": _raise_stage,
    "open-task": _open_task,
    "draft-warning": _draft_warning,
    "call-webhook": _call_webhook,
}
