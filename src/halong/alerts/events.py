"""What alerts tell other modules."""

from halong.core.events import event


@event
class AlertChanged:
    """Something happened to an alert: ``event_id`` is the entry of its timeline, ``kind`` that entry's kind."""

    alert_id: int
    event_id: int
    kind: str
