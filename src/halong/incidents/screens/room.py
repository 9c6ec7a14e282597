"""What the room of one incident shows: head, steps, parts, people, tasks, what is near, on the map."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import GeometryCollection, Point, shape

from halong.accounts.models import User
from halong.core.formats import format_number
from halong.core.permissions import has_perm
from halong.incidents import queries
from halong.incidents.models import Incident, Part, Role, Step
from halong.incidents.queries import Near, NearThing, Room
from halong.incidents.screens.acts import ELSEWHERE, acts_of
from halong.incidents.screens.listing import feature
from halong.incidents.steps.plan import FORMER, may
from halong.playbooks.kinds import kind_of
from halong.playbooks.roles import ROLES
from halong.playbooks.schema import StepPlan, read_step

AROUND = (0.05, 0.035)  # degrees on each side of a point: about 5 km × 4 km
KILOMETRE = 1000


@dataclass(frozen=True)
class StepRow:
    """One step as it is drawn."""

    step: Step
    plan: StepPlan
    number: int
    after: str  # what it waits for, in words
    running: bool  # the response goes on: until it ends somebody may work on it, and its clock runs
    late: bool
    answers: list[tuple[str, str]]  # what was ticked and typed in
    can: frozenset[str]  # what can be done with it as it stands
    mine: bool = False  # it is for a role that the reader has, or the reader does it

    @property
    def live(self) -> bool:
        """Whether somebody may work on it now."""
        return self.running and self.step.state in ("ready", "doing", "failed")

    @property
    def role(self) -> str:
        """Who does it, in words."""
        return str(ROLES.get(self.plan.role, ""))


def room_of(request: HttpRequest, pk: int) -> Room:
    """The room, for somebody who may see it."""
    found = queries.room(request.user, pk)
    if found is None:
        raise Http404
    return found


def context(room: Room, user: Any) -> dict[str, Any]:
    """Everything but timeline and what is near, which come as fragments of their own."""
    incident, now = room.incident, timezone.now()
    acts = acts_of(room.can)
    running = incident.is_under_way
    rows = step_rows(
        [step for step in room.steps if FORMER not in step.key], now, own_of(room, user), running=running
    )
    return {
        "room": room,
        "incident": incident,
        "kind": kind_of(incident.kind),
        "now": now,
        "first_acts": [act for act in acts if act.first],
        "more_acts": [act for act in acts if not act.first and act.name not in ELSEWHERE],
        "commander": _holder(room, Role.Kind.COMMANDER),
        "coordinator": _holder(room, Role.Kind.COORDINATOR),
        "steps": rows,
        "former": step_rows([step for step in room.steps if FORMER in step.key], now, running=running),
        "steps_over": sum(row.step.state in Step.OVER for row in rows),
        "parts": [(part, part_url(part)) for part in room.parts],
        "may_see_stage": has_perm(user, "stages.view"),
        "may_warn": has_perm(user, "warnings.draft"),
        "crumbs": [{"label": _("Incidents"), "url": reverse("incidents")}, {"label": incident.number}],
    }


def _holder(room: Room, kind: str) -> Role | None:
    return next((role for role in room.roles if role.kind == kind and role.until is None), None)


def part_url(part: Part) -> str:
    """Where a part is looked at; an address of the press only where it is one of the web."""
    if part.kind == Part.Kind.PRESS:
        return part.ref if part.ref.startswith(("https://", "http://")) else ""
    names = {Part.Kind.ALERT: "alert", Part.Kind.REPORT: "report", Part.Kind.CALL: "duty-call"}
    try:
        return reverse(names[Part.Kind(part.kind)], args=[int(part.ref)])
    except (ValueError, LookupError):
        return ""


def own_of(room: Room, user: Any) -> Callable[[Step, StepPlan], bool]:
    """Whether a step is the reader's: of a role that one has here, or begun by oneself."""
    held = {role.kind for role in room.roles if role.until is None and role.person_id == user.pk}
    return lambda step, plan: plan.role in held or (step.state == "doing" and step.by_id == user.pk)


def step_rows(
    steps: list[Step],
    now: datetime,
    is_own: Callable[[Step, StepPlan], bool] = lambda _step, _plan: False,
    *,
    running: bool,
) -> list[StepRow]:
    """The steps in their order, with what they wait for and what was answered; ``running``: the response goes on."""
    plans = {step.key: read_step(step.definition) for step in steps}
    over = {step.key for step in steps if step.state in Step.OVER}
    return [
        StepRow(
            step=step,
            plan=plans[step.key],
            number=number,
            after=", ".join(
                plans[key].words() for key in plans[step.key].after if key in plans and key not in over
            ),
            running=running,
            late=running
            and step.due_at is not None
            and step.state in ("ready", "doing")
            and step.due_at < now,
            answers=_answers(plans[step.key], step.answers),
            can=may(step, plans[step.key]),
            mine=is_own(step, plans[step.key]),
        )
        for number, step in enumerate(steps, 1)
    ]


def _answers(plan: StepPlan, given: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [(check.words(), "✓") for check in plan.checks if given.get(check.key)]
    asked = [ask for ask in plan.asks if given.get(ask.key) is not None]
    return rows + [(ask.words(), f"{format_number(given[ask.key])} {ask.unit}".strip()) for ask in asked]


def bounds(incident: Incident) -> str:
    """What the map shows first: the area with a margin, else the surroundings of the point; "" for neither."""
    shapes = [shape(incident.area)] if incident.area else []
    if incident.lon is not None and incident.lat is not None:
        shapes.append(Point(incident.lon, incident.lat))
    if not shapes:
        return ""
    west, south, east, north = GeometryCollection(shapes).bounds
    x, y = max(AROUND[0], (east - west) * 0.3), max(AROUND[1], (north - south) * 0.3)
    return ",".join(f"{side:.5f}" for side in (west - x, south - y, east + x, north + y))


def map_of(room: Room) -> dict[str, Any]:
    """The incident and its parts as points."""
    rows = [feature(room.incident)] if room.incident.lon is not None else []
    rows += [_part_feature(part) for part in room.parts if part.lon is not None]
    return {"type": "FeatureCollection", "features": rows}


def _part_feature(part: Part) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": part.pk + 10**9,  # beside the incident's own
        "geometry": {"type": "Point", "coordinates": [part.lon, part.lat]},
        "properties": {
            "id": part.pk + 10**9,
            "name": part.title,
            "label": part.title,
            "kind": f"part-{part.kind}",
            "kindLabel": part.get_kind_display(),
            "plural": part.get_kind_display(),
            "state": "normal",
            "value": "",
            "place": "",
            "href": part_url(part),
            "simulated": False,
        },
    }


def area_of(incident: Incident) -> dict[str, Any]:
    """The area as GeoJSON; nothing where none is drawn."""
    shapes = [{"type": "Feature", "properties": {}, "geometry": incident.area}] if incident.area else []
    return {"type": "FeatureCollection", "features": shapes}


def near_context(incident: Incident, found: Near) -> dict[str, Any]:
    """What is near with distances in words."""
    groups = [(group, [_near_row(thing) for thing in group.things]) for group in found.groups]
    return {"incident": incident, "near": found, "groups": groups}


def _near_row(thing: NearThing) -> dict[str, str]:
    far = thing.distance_m
    words = f"{format_number(far, 0)} m" if far < KILOMETRE else f"{format_number(far / KILOMETRE, 1)} km"
    return {"label": thing.label, "words": words, "url": thing.url, "telephone": thing.telephone}


def people_json(found: list[User]) -> dict[str, Any]:
    """People for the list that opens while somebody types "@"."""
    return {"people": [{"id": user.pk, "name": str(user), "title": user.title} for user in found]}
