"""What happens to the parts and tasks of an incident is written into its timeline, once, whoever did it."""

from django.db.models import F, Q
from django.db.models.functions import Least

from halong.alerts.events import AlertChanged
from halong.alerts.models import AlertEvent
from halong.citizens.events import ReportChanged
from halong.citizens.models import ReportEvent
from halong.core.events import subscribe
from halong.duty.events import PageChanged
from halong.duty.told import facts_of
from halong.incidents.models import Entry, Incident, Part
from halong.incidents.timeline import standing, write_entry
from halong.stages.events import StageChanged
from halong.tasks.events import TaskChanged
from halong.tasks.models import TaskEvent
from halong.warnings.events import WarningChanged
from halong.warnings.models import Warning as PublicWarning

REPEATS_S = 600  # a chattering alert says at most once in this time that it was raised again
# what a report's handlers do among themselves, and what concerns the public page only, isn't news for the response
REPORT_NEWS = frozenset(
    {"routed", "accepted", "returned", "answered", "resolved", "reopened", "closed", "merged", "unmerged", "declined",
     "restored", "handed-over", "changed", "escalated", "followed"}
)  # fmt: skip
TASK_NEWS = frozenset(TaskEvent.Kind.values) - {TaskEvent.Kind.REMINDED}


@subscribe(AlertChanged)
def on_alert(happened: AlertChanged) -> None:
    """An alert that is part of an incident changed: write it down, keep when the first was acknowledged."""
    incident = _of_part(Part.Kind.ALERT, happened.alert_id)
    if incident is None or happened.kind == AlertEvent.Kind.RAISED:
        return
    event = AlertEvent.objects.select_related("alert", "by").filter(pk=happened.event_id).first()
    if event is None:
        return
    key = f"alert-event:{event.pk}"
    if event.kind == AlertEvent.Kind.REPEATED:
        key = f"alert-again:{event.alert_id}:{int(event.at.timestamp()) // REPEATS_S}"
    data = {"alert": event.alert_id, "what": event.kind, "title": event.alert.title}
    write_entry(incident, Entry.Kind.ALERT, by=event.by, at=event.at, text=event.note, key=key, data=data)
    if event.kind == AlertEvent.Kind.ACKNOWLEDGED:
        Incident.objects.filter(
            Q(acknowledged_at=None) | Q(acknowledged_at__gt=event.at), pk=incident.pk
        ).update(acknowledged_at=event.at)


@subscribe(ReportChanged)
def on_report(happened: ReportChanged) -> None:
    """A citizen's report that is part of an incident changed: write down what, never what the citizen or handlers said."""
    if happened.kind not in REPORT_NEWS:
        return
    incident = _of_part(Part.Kind.REPORT, happened.report_id)
    event = ReportEvent.objects.select_related("report__category", "by").filter(pk=happened.event_id).first()
    if incident is None or event is None:
        return
    data = {"report": event.report_id, "what": event.kind, "title": str(event.report)}
    write_entry(
        incident, Entry.Kind.REPORT, by=event.by, at=event.at, key=f"report-event:{event.pk}", data=data
    )


@subscribe(TaskChanged)
def on_task(happened: TaskChanged) -> None:
    """A task that was given because of an incident changed; the first one given is when it was assigned."""
    if happened.kind not in TASK_NEWS:
        return
    event = (
        TaskEvent.objects.select_related("task__agency", "agency", "by").filter(pk=happened.event_id).first()
    )
    if event is None or event.task.origin != "incident" or not event.task.ref.isdecimal():
        return
    incident = Incident.objects.filter(pk=int(event.task.ref)).first()
    if incident is None:
        return
    if event.kind == TaskEvent.Kind.CREATED:
        first = Least(F("assigned_at"), event.at)
        Incident.objects.filter(pk=incident.pk).update(assigned_at=first)
    task, whose = event.task, event.agency or event.task.agency  # a co-owner's own news names it
    data = {
        "task": task.pk, "what": event.kind, "title": task.title, "agency": whose.called,
        "progress": event.progress, "due_at": task.due_at.isoformat(),
    }  # fmt: skip
    write_entry(standing(incident), Entry.Kind.TASK, by=event.by, at=event.at, text=event.note,
                key=f"task-event:{event.pk}", data=data)  # fmt: skip


@subscribe(WarningChanged)
def on_warning(happened: WarningChanged) -> None:
    """A warning to the people that was drafted because of an incident went on."""
    incident = Incident.objects.filter(number=happened.incident).first() if happened.incident else None
    warning = PublicWarning.objects.filter(pk=happened.warning_id).first()
    if incident is None or warning is None or happened.state not in PublicWarning.State.values:
        return
    act = warning.acts.order_by("-pk").select_related("by").first()
    data = {"warning": warning.pk, "state": happened.state, "headline": warning.headline_vi}
    key = f"warning:{warning.pk}:{happened.state}:{act.pk if act else 0}"
    write_entry(standing(incident), Entry.Kind.WARNING, by=act.by if act else None, key=key, data=data)


@subscribe(StageChanged)
def on_stage(happened: StageChanged) -> None:
    """Another operating stage concerns every incident under way."""
    data = {"change": happened.change_id, "level": happened.level, "before": happened.before}
    for incident in Incident.objects.under_way().order_by("pk"):
        write_entry(incident, Entry.Kind.STAGE, key=f"stage:{happened.change_id}", data=data)


@subscribe(PageChanged)
def on_page(happened: PageChanged) -> None:
    """Somebody was told of an incident, or of an alert that is part of one: who through what, and who answered when."""
    incident = _of_page(happened)
    facts = facts_of(happened) if incident is not None else None
    if incident is None or facts is None:
        return
    write_entry(standing(incident), Entry.Kind.PAGE, by=facts.by, at=facts.at, key=facts.key, data=facts.data)


def _of_page(happened: PageChanged) -> Incident | None:
    if not happened.ref.isdecimal():
        return None
    if happened.kind == "incident":
        return Incident.objects.filter(pk=int(happened.ref)).first()
    return _of_part(Part.Kind.ALERT, int(happened.ref)) if happened.kind == "alert" else None


def _of_part(kind: str, ref: int) -> Incident | None:
    part = Part.objects.filter(kind=kind, ref=str(ref), live=True).select_related("incident").first()
    return part.incident if part is not None else None
