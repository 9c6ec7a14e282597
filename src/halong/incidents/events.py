"""What incidents tell their own playbooks, and other modules."""

from halong.core.events import event


@event
class IncidentChanged:
    """Something about an incident is another now; ``what`` is the kind of its timeline's entry."""

    incident_id: int
    what: str
