"""Incidents as the status board shows them: one row each, what matters from afar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from halong.context.scope import Scope
from halong.incidents.models import UNDER_WAY, Entry, Incident, Role, Step
from halong.incidents.queries.times import Measured, times
from halong.incidents.words import said
from halong.playbooks.kinds import Kind, kind_of
from halong.tasks.models import Task

MOST = 40
OF_NEWS = ("note", "decision", "state", "step", "action", "warning", "stage", "handed-over", "declared")


@dataclass(frozen=True)
class BoardRow:
    """One incident on the board. ``running`` is the next time that isn't reached, with its target; ``latest`` is the last
    that happened, in words, and when.
    """

    incident: Incident
    kind: Kind
    commander: str
    coordinator: str
    steps_over: int
    steps: int
    steps_late: int
    tasks: int
    tasks_late: int
    running: Measured | None
    latest: str
    latest_at: datetime | None


def board(user: Any, scope: Scope | None = None, now: datetime | None = None) -> list[BoardRow]:
    """The incidents under way that belong on walls, the gravest first. Five queries."""
    now = now or timezone.now()
    found = (
        Incident.objects.visible_to(user).within(scope or Scope()).filter(state__in=UNDER_WAY, on_wall=True)
    )
    found = found.select_related("place", "agency").defer("place__boundary", "area")
    rows = list(found.order_by("-severity", "-declared_at", "-pk")[:MOST])
    pks = [row.pk for row in rows]
    people, steps, tasks, latest = _people(pks), _steps(pks, now), _tasks(pks, now), _latest(pks)
    return [_row(row, people, steps, tasks, latest, now) for row in rows]


def _row(incident: Incident, people: Any, steps: Any, tasks: Any, latest: Any, now: datetime) -> BoardRow:
    step, task = steps.get(incident.pk, {}), tasks.get(str(incident.pk), {})
    entry = latest.get(incident.pk)
    return BoardRow(
        incident=incident,
        kind=kind_of(incident.kind),
        commander=people.get((incident.pk, "commander"), ""),
        coordinator=people.get((incident.pk, "coordinator"), ""),
        steps_over=step.get("over", 0),
        steps=step.get("all", 0),
        steps_late=step.get("late", 0),
        tasks=task.get("open", 0),
        tasks_late=task.get("late", 0),
        running=next((one for one in times(incident, now) if one.at is None), None),
        latest=" ".join(part for part in (said(entry), entry.text) if part)[:300] if entry else "",
        latest_at=entry.at if entry else None,
    )


def _people(pks: list[int]) -> dict[tuple[int, str], str]:
    held = Role.objects.filter(incident__in=pks, until__isnull=True, kind__in=Role.SINGLE).select_related(
        "person"
    )
    return {(role.incident_id, role.kind): str(role.person) for role in held}


def _steps(pks: list[int], now: datetime) -> dict[int, dict[str, int]]:
    found = Step.objects.filter(incident__in=pks).exclude(state="unneeded").order_by().values("incident")
    counted = found.annotate(
        all=Count("pk"),
        over=Count("pk", filter=Q(state__in=["done", "skipped"])),
        late=Count("pk", filter=Q(state__in=["ready", "doing"], due_at__lt=now)),
    )
    return {row["incident"]: row for row in counted}


def _tasks(pks: list[int], now: datetime) -> dict[str, dict[str, int]]:
    found = Task.objects.under_way().filter(origin="incident", ref__in=[str(pk) for pk in pks])
    counted = found.order_by().values("ref").annotate(
        open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))
    )  # fmt: skip
    return {row["ref"]: row for row in counted}


def _latest(pks: list[int]) -> dict[int, Entry]:
    found = Entry.objects.filter(incident__in=pks, kind__in=OF_NEWS).order_by("incident", "-at", "-pk")
    return {entry.incident_id: entry for entry in found.distinct("incident")}
