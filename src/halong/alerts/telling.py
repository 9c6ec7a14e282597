"""What happened to an alert: its entry in the timeline, the event for other modules, the word to the screens."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from halong.accounts.models import User
from halong.alerts.events import AlertChanged
from halong.alerts.models import Alert, AlertEvent
from halong.core.events import publish
from halong.core.live import touch

TOPIC = "alerts"
NOTE = 2000


def note_event(alert: Alert, kind: str, by: Any, note: str = "", at: datetime | None = None) -> AlertEvent:
    """Write the entry and tell other modules, in the caller's transaction."""
    person = by if isinstance(by, User) else None
    entry = AlertEvent.objects.create(
        alert=alert, kind=kind, by=person, note=note.strip()[:NOTE], at=at or timezone.now()
    )
    publish(AlertChanged(alert.pk, entry.pk, str(kind)))
    return entry


def tell_event(alert: Alert, kind: str, by: Any, note: str = "", at: datetime | None = None) -> AlertEvent:
    """The same, and tell the screens."""
    entry = note_event(alert, kind, by, note, at)
    touch(TOPIC)
    return entry
