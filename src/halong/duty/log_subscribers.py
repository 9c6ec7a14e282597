"""What the duty log writes of itself: alerts from a threshold on, sources that break, changes of the operating stage.

Delivered at least once; every entry is written under the event's own key, so that it is written once.
"""

import os
from datetime import datetime, timedelta
from types import SimpleNamespace

from halong.alerts.events import AlertChanged
from halong.alerts.models import Alert, AlertEvent
from halong.core.events import subscribe
from halong.duty.events import PageChanged
from halong.duty.log import write_log
from halong.duty.models import LogEntry
from halong.duty.told import facts_of
from halong.rules.models import Rule
from halong.stages.events import StageChanged
from halong.stages.models import StageChange

WRITTEN = ("raised", "acknowledged", "closed")
SLOT = timedelta(minutes=10)
MOST = 60  # lines about alerts in ten minutes; then only critical ones are written, and one line says so


def threshold() -> int:
    """The least grave priority that is written down (1 critical … 3 attention): ``HALONG_LOG_ALERTS``, usually 2."""
    given = os.environ.get("HALONG_LOG_ALERTS", "")
    return int(given) if given in {"1", "2", "3"} else Rule.Priority.HIGH


@subscribe(AlertChanged)
def on_alert(happened: AlertChanged) -> None:
    """Write down that a grave enough alert was raised, acknowledged or closed; of sources, that they broke or are back."""
    if happened.kind not in WRITTEN:
        return
    alert = Alert.objects.select_related("place").filter(pk=happened.alert_id).first()
    event = AlertEvent.objects.select_related("by").filter(pk=happened.event_id).first()
    if alert is None or event is None or alert.priority > threshold() or alert.suppressed:
        return
    source = alert.cause.startswith("source:")
    if source and happened.kind == "acknowledged":
        return
    if alert.priority > Rule.Priority.CRITICAL and not source and _flooded(event.at):
        return
    write_log(
        LogEntry.Kind.SOURCE if source else LogEntry.Kind.ALERT,
        at=event.at,
        text=event.note if happened.kind == "acknowledged" else "",
        data={
            "what": happened.kind,
            "title": alert.title,
            "priority": alert.priority,
            "where": alert.place.name if alert.place else "",
        },
        about=("alert", str(alert.pk)),
        key=f"alert-event:{event.pk}",
        by=event.by,
        where=alert,
    )


def _flooded(at: datetime) -> bool:
    """Whether more is being raised than a log can hold; the first time in ten minutes that is written down itself."""
    lines = LogEntry.objects.filter(kind=LogEntry.Kind.ALERT, at__gt=at - SLOT, at__lte=at)
    if lines[:MOST].count() < MOST:
        return False
    slot = int(at.timestamp() // SLOT.total_seconds())
    write_log(LogEntry.Kind.ALERT, at=at, data={"what": "flood", "n": MOST}, key=f"alert-flood:{slot}")
    return True


@subscribe(StageChanged)
def on_stage(happened: StageChanged) -> None:
    """Write down that another stage is in force."""
    change = StageChange.objects.filter(pk=happened.change_id).first()
    if change is None:
        return
    write_log(
        LogEntry.Kind.STAGE,
        at=change.since,
        text=change.reason,
        data={"level": happened.level, "before": happened.before, "person": change.approved_name},
        about=("stage", ""),
        key=f"stage:{change.pk}",
        by=change.approved_by,
    )


@subscribe(PageChanged)
def on_page(happened: PageChanged) -> None:
    """Write down who was told through what, who answered after how long, and who couldn't be told."""
    facts = facts_of(happened)
    if facts is None or (facts.run.priority > Rule.Priority.CRITICAL and _crowded(facts.at)):
        return  # what isn't written down here stands on the page of calls to people
    team = facts.run.team
    write_log(
        LogEntry.Kind.PAGE,
        at=facts.at,
        data=facts.data,
        about=("page", str(facts.run.pk)),
        team=team,
        key=facts.key,
        by=facts.by,
        where=SimpleNamespace(
            place_id=team.place_id,
            agency_id=team.agency_id,
            sector=team.sector,
            simulated=facts.run.simulated,
        ),
    )


def _crowded(at: datetime) -> bool:
    """Whether calls to people would crowd out everything else in the log."""
    return (
        LogEntry.objects.filter(kind=LogEntry.Kind.PAGE, at__gt=at - SLOT, at__lte=at)[:MOST].count() >= MOST
    )
