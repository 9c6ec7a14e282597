"""What an incident still waits for."""

from typing import NamedTuple

from django.urls import reverse

from halong.alerts.models import Alert
from halong.incidents.models import Incident, Part, Step
from halong.incidents.steps.plan import open_critical, plan_of
from halong.incidents.steps.writing import address
from halong.tasks.models import UNDER_WAY, Task


class Unfinished(NamedTuple):
    """A task, a step or an alert that isn't over."""

    kind: str  # "task", "step", "alert"
    label: str
    url: str = ""


def task_refs(incident: Incident) -> list[str]:
    """The ids under which tasks were given for it: its own, and those of what was merged into it."""
    known, fresh = {incident.pk}, [incident.pk]
    while fresh:
        fresh = list(
            Incident.objects.filter(into__in=fresh).exclude(pk__in=known).values_list("pk", flat=True)
        )
        known.update(fresh)
    return [str(pk) for pk in sorted(known)]


def unfinished(incident: Incident) -> list[Unfinished]:
    """Steps to be done (critical ones also while they wait), tasks under way, alerts whose condition stands."""
    steps = {
        step.pk: step
        for step in Step.objects.filter(incident=incident, state__in=["ready", "doing", "failed"])
    }
    steps |= {step.pk: step for step in open_critical(incident)}
    found = [
        Unfinished("step", plan_of(step).words(), address(incident, step))
        for step in sorted(steps.values(), key=lambda step: (step.order, step.pk))
    ]
    tasks = Task.objects.filter(origin="incident", ref__in=task_refs(incident), state__in=UNDER_WAY)
    found += [
        Unfinished("task", task.title, reverse("task", args=[task.pk])) for task in tasks.order_by("due_at")
    ]
    parts = Part.objects.filter(incident=incident, live=True, kind=Part.Kind.ALERT).values_list(
        "ref", flat=True
    )
    standing = Alert.objects.open().filter(pk__in=[int(ref) for ref in parts], cleared_at__isnull=True)
    found += [
        Unfinished("alert", alert.title, reverse("alert", args=[alert.pk]))
        for alert in standing.order_by("pk")
    ]
    return found
