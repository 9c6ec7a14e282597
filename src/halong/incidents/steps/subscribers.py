"""What makes a playbook go on from outside: somebody changed the incident, or its parts."""

from halong.core.events import subscribe
from halong.incidents.events import IncidentChanged
from halong.incidents.models import Entry
from halong.incidents.steps.running import advance_incident

OWN = (Entry.Kind.STEP, Entry.Kind.ACTION)  # after these the playbook has gone on already


@subscribe(IncidentChanged)
def go_on(happened: IncidentChanged) -> None:
    """A change may end a wait, or the response; re-opened, its deadlines count again."""
    if happened.what not in OWN:
        advance_incident(happened.incident_id)
