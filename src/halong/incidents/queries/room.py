"""Everything that the room of one incident shows, in a fixed number of queries, however long its timeline is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from halong.core.permissions import has_perm
from halong.incidents.models import UNDER_WAY, Incident, Link, Part, Review, Role, Step
from halong.incidents.permissions import LEADING
from halong.incidents.queries.times import Measured, times
from halong.incidents.unfinished import task_refs
from halong.stages.queries import StageNow, stage_now
from halong.tasks.models import Task
from halong.warnings.models import Warning as PublicWarning
from halong.warnings.queries import for_incident

TASKS = 100
# action → in which states, and whether whoever works on it may do it or only who leads it
ACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "add_note": (tuple(state for state in Incident.State.values if state != "merged"), "work"),
    "record_decision": (tuple(state for state in Incident.State.values if state != "merged"), "work"),
    "add_parts": ((*UNDER_WAY, "closed"), "work"),
    "take_out_part": ((*UNDER_WAY, "closed"), "work"),
    "change_incident": ((*UNDER_WAY, "closed"), "work"),
    "give_task": (UNDER_WAY, "task"),
    "contain_incident": (("declared", "responding"), "work"),
    "make_situation_report": (tuple(Incident.State.values), "work"),
    "work_steps": (UNDER_WAY, "work"),
    "begin_playbook": (UNDER_WAY, "lead"),
    "give_role": (UNDER_WAY, "lead"),
    "end_role": (UNDER_WAY, "lead"),
    "hand_over_incident": (UNDER_WAY, "lead"),
    "close_incident": (UNDER_WAY, "lead"),
    "reopen_incident": (("contained", "closed"), "lead"),
    "dismiss_incident": (("declared", "responding"), "lead"),
    "split_incident": (UNDER_WAY, "lead"),
    "merge_incident": (UNDER_WAY, "lead"),
    "unmerge_incident": (("merged",), "lead"),
    "link_incidents": (tuple(Incident.State.values), "lead"),
    "unlink_incidents": (tuple(Incident.State.values), "lead"),
    "save_review": (("closed",), "work"),
    "sign_review": (("closed",), "lead"),
}


@dataclass(frozen=True)
class Room:
    """One incident with all that hangs on it. ``can`` are names of actions; ``links`` point away from it or to it."""

    incident: Incident
    can: frozenset[str]
    roles: list[Role]
    parts: list[Part]
    links: list[Link]
    steps: list[Step]
    tasks: list[Task]
    times: list[Measured]
    warnings: list[PublicWarning]
    stage: StageNow
    merged: list[Incident]
    review: Review | None


def room(user: Any, pk: int) -> Room | None:
    """The room of an incident; None for somebody who may not see it. A fixed number of queries."""
    found = Incident.objects.visible_to(user).select_related(
        "place", "agency", "playbook__playbook", "into", "declared_by"
    )
    incident = found.defer("place__boundary").filter(pk=pk).first()
    if incident is None:
        return None
    roles = list(
        Role.objects.filter(incident=incident).select_related("person").order_by("until", "since", "pk")
    )
    return Room(
        incident=incident,
        can=allowed(user, incident, roles),
        roles=roles,
        parts=list(Part.objects.of(incident).order_by("at", "pk")),
        links=_links(user, incident),
        steps=list(Step.objects.filter(incident=incident).select_related("by")),
        tasks=_tasks(incident),
        times=times(incident),
        warnings=for_incident(incident.number),
        stage=stage_now(),
        merged=list(Incident.objects.filter(into=incident).order_by("pk")),
        review=Review.objects.filter(incident=incident).select_related("signed_by").first(),
    )


def allowed(user: Any, incident: Incident, roles: Iterable[Role] | None = None) -> frozenset[str]:
    """The names of the actions that somebody may do to it now."""
    if roles is None:
        roles = Role.objects.filter(incident=incident)
    held = {role.kind for role in roles if role.until is None and role.person_id == getattr(user, "pk", None)}
    powers = {
        "work": bool(held) or has_perm(user, "incidents.work", incident),
        "lead": bool(held & set(LEADING)) or has_perm(user, "incidents.declare", incident),
    }
    powers["task"] = powers["work"] and has_perm(user, "tasks.assign")
    return frozenset(
        name for name, (states, power) in ACTS.items() if incident.state in states and powers[power]
    )


def _links(user: Any, incident: Incident) -> list[Link]:
    seen = Incident.objects.visible_to(user).values("pk")
    found = Link.objects.filter(Q(incident=incident, other__in=seen) | Q(other=incident, incident__in=seen))
    return list(found.select_related("incident", "other").order_by("at", "pk"))


def _tasks(incident: Incident) -> list[Task]:
    """Those of the incident and of what was merged into it, whoever looks: they are the incident's."""
    found = Task.objects.filter(origin="incident", ref__in=task_refs(incident))
    return list(found.select_related("agency", "assignee").late_first()[:TASKS])
