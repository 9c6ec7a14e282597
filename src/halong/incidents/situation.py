"""What a situation report says: gathered at an hour, in words, so that page and paper only lay it out."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.accounts.models import User
from halong.alerts.models import Alert
from halong.core.formats import ABSENT, format_datetime, format_duration
from halong.incidents.models import Entry, Incident, Part, Role, Step
from halong.incidents.queries.times import Measured, times
from halong.incidents.steps.plan import plan_of
from halong.incidents.unfinished import task_refs
from halong.incidents.words import said
from halong.playbooks.kinds import kind_of
from halong.tasks.models import Task

LATEST = 12  # entries
MOST = 40


def gather(incident: Incident, by: Any) -> dict[str, Any]:
    """The report in the present language, JSON types only. What it tells of alerts and tasks is what the incident knows,
    whoever makes it: it is the incident's report, for those who may see the incident.
    """
    now = timezone.now()
    return {
        "number": incident.number,
        "title": incident.title,
        "made": format_datetime(now),
        "by": f"{by.title} {by}".strip() if isinstance(by, User) else "Halong",
        "head": head(incident),
        "summary": incident.summary,
        "times": [time_row(one) for one in times(incident, now)],
        "roles": _roles(incident),
        "alerts": _alerts(incident),
        "parts": _parts(incident),
        "steps": _steps(incident),
        "tasks": _tasks(incident),
        "decisions": entries(incident, [Entry.Kind.DECISION], MOST),
        "latest": entries(incident, None, LATEST),
        "simulated": incident.simulated,
    }


def head(incident: Incident) -> list[list[str]]:
    """What it is, how grave, where, whose: label and words."""
    where = " · ".join(
        part for part in (incident.where, incident.place.qualified_name if incident.place else "") if part
    )
    rows = [
        [_("Kind"), str(kind_of(incident.kind).label)],
        [_("Severity"), incident.get_severity_display()],
        [_("State"), incident.get_state_display()],
        [pgettext("incident", "Where"), where or ABSENT],
        [_("Agency in charge"), incident.agency.name if incident.agency else ABSENT],
        [_("Declared"), format_datetime(incident.declared_at)],
    ]
    if incident.contained_at:
        rows.append([_("Contained"), format_datetime(incident.contained_at)])
    if incident.closed_at:
        rows.append([_("Response over"), format_datetime(incident.closed_at)])
    return rows


def time_row(one: Measured) -> dict[str, Any]:
    """One of its times in words."""
    return {
        "label": str(one.label),
        "at": format_datetime(one.at) if one.at else ABSENT,
        "took": format_duration(one.seconds) if one.seconds is not None else ABSENT,
        "target": format_duration(one.target_s),
        "state": {True: "good", False: "high", None: "normal"}[one.met],
        "word": {
            True: _("met"),
            False: _("missed"),
            None: ABSENT if one.at or one.seconds is None else _("runs"),
        }[one.met],
    }


def _roles(incident: Incident) -> list[list[str]]:
    held = (
        Role.objects.filter(incident=incident, until__isnull=True)
        .select_related("person")
        .order_by("kind", "since")
    )
    return [
        [
            role.get_kind_display(),
            f"{role.person.title} {role.person}".strip(),
            role.person.phone,
            role.decision,
        ]
        for role in held
    ]


def _alerts(incident: Incident) -> list[dict[str, str]]:
    refs = Part.objects.of(incident).filter(kind=Part.Kind.ALERT).values_list("ref", flat=True)
    found = Alert.objects.filter(pk__in=[int(ref) for ref in refs]).order_by("priority", "-raised_at")[:MOST]
    return [
        {"state": one.priority_key, "title": one.title, "word": one.get_state_display(),
         "at": format_datetime(one.raised_at)}
        for one in found
    ]  # fmt: skip


def _parts(incident: Incident) -> list[list[str]]:
    found = Part.objects.of(incident).exclude(kind=Part.Kind.ALERT).order_by("at")[:MOST]
    return [[one.get_kind_display(), one.title, format_datetime(one.at)] for one in found]


def _steps(incident: Incident) -> list[dict[str, str]]:
    found = []
    for step in (
        Step.objects.filter(incident=incident).exclude(state=Step.State.UNNEEDED).select_related("by")
    ):
        when = step.done_at or step.due_at
        found.append({
            "title": plan_of(step).words(),
            "word": step.get_state_display(), "state": _of_step(step.state), "who": str(step.by or ""),
            "at": format_datetime(when) if when else "",
        })  # fmt: skip
    return found


def _of_step(state: str) -> str:
    return {"done": "good", "failed": "critical", "ready": "attention", "doing": "attention"}.get(
        state, "normal"
    )


def _tasks(incident: Incident) -> list[dict[str, str]]:
    found = Task.objects.filter(origin="incident", ref__in=task_refs(incident)).select_related("agency")
    return [
        {"title": one.title, "agency": one.agency.called, "word": one.get_state_display(),
         "due": format_datetime(one.due_at), "state": "high" if one.is_late else "normal"}
        for one in found.order_by("due_at")[:MOST]
    ]  # fmt: skip


def entries(incident: Incident, kinds: list[str] | None, most: int) -> list[dict[str, str]]:
    """The latest entries (of some kinds), in the order in which they were written."""
    found = Entry.objects.filter(incident=incident).select_related("by").order_by("-at", "-pk")
    found = found.filter(kind__in=kinds) if kinds else found.exclude(kind=Entry.Kind.REPORTED)
    rows = list(found[:most])[::-1]
    return [told(entry) for entry in rows]


def told(entry: Entry) -> dict[str, str]:
    """An entry for paper: when, who, what kind, which words."""
    words = " ".join(part for part in (said(entry), entry.text) if part)
    return {
        "at": format_datetime(entry.at),
        "by": str(entry.by or "Halong"),
        "kind": entry.get_kind_display(),
        "text": words,
    }
