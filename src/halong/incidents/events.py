"""What incidents tell other modules."""

from halong.core.events import event


@event
class IncidentDeclared:
    """An incident was declared."""

    incident_id: int


@event
class IncidentChanged:
    """Something about an incident is another now; ``what`` is the kind of its timeline's entry."""

    incident_id: int
    what: str


@event
class IncidentClosed:
    """The response to an incident is over: all-clear, dismissed or merged."""

    incident_id: int
