"""What happened to warnings, for other modules."""

from halong.core.events import event


@event
class WarningChanged:
    """A warning reached a state (``draft`` … ``expired``; "edited": its words changed); ``incident`` is a number or ""."""

    warning_id: int
    incident: str
    state: str
