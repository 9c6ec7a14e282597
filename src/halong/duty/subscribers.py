"""Alerts begin chains, and what is done about them ends these. Delivered at least once, in any order."""

from django.urls import reverse

from halong.alerts.events import AlertChanged
from halong.alerts.models import Alert, AlertEvent
from halong.core.events import subscribe
from halong.core.permissions import SYSTEM
from halong.duty.actions.paging import end_runs, start_chains
from halong.duty.subjects import Subject

Kind = AlertEvent.Kind
CALLS = frozenset({Kind.RAISED, Kind.REPEATED, Kind.UNSHELVED, Kind.UNSUPPRESSED})
ANSWERS = frozenset({Kind.ACKNOWLEDGED, Kind.SHELVED, Kind.SUPPRESSED, Kind.FALSE_ALARM, Kind.CLOSED})


@subscribe(AlertChanged)
def on_alert(happened: AlertChanged) -> None:
    """Begin or end chains by what an alert is now, not by what it was when the event was written."""
    if happened.kind not in CALLS | ANSWERS:
        return
    alert = Alert.objects.select_related("place").filter(pk=happened.alert_id).first()
    if alert is None:
        return
    calls = alert.state == Alert.State.NEW and not alert.suppressed and alert.shelved_until is None
    if happened.kind in CALLS and calls:
        subject = Subject("alert", str(alert.pk), alert.title, reverse("alert", args=[alert.pk]), alert.priority,
                          alert.simulated)  # fmt: skip
        start_chains(subject, place=alert.place, sector=alert.sector, key=_occasion(alert))
    elif not calls and alert.state != Alert.State.CLEARED:
        end_runs("alert", str(alert.pk), by=SYSTEM)


def _occasion(alert: Alert) -> str:
    """An alert calls again when it comes back from the shelf or out of a suppression, but not with every occurrence."""
    back = AlertEvent.objects.filter(alert=alert, kind__in=[Kind.UNSHELVED, Kind.UNSUPPRESSED]).count()
    return f"alert:{alert.pk}:{back}"
