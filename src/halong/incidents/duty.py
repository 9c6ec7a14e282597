"""What the duty hears of incidents: the log, the chains of people who are told, what is open at a hand-over."""

from datetime import datetime
from typing import Any

from halong.duty.log import write_log
from halong.incidents.models import Incident


def url_of(incident: Incident) -> str:
    """Where its page is."""
    return f"/incidents/{incident.pk}"


def tell_declared(incident: Incident, by: Any) -> None:
    """Write it into the duty log, and let the chains of escalation begin."""
    log(incident, "declared", by=by)


def log(incident: Incident, what: str, *, by: Any, text: str = "", at: datetime | None = None) -> None:
    """Write what happened to an incident into the duty log."""
    data = {
        "what": what, "number": incident.number, "title": f"{incident.number} {incident.title}",
        "kind": incident.kind, "severity": incident.severity,
    }  # fmt: skip
    key = f"incident:{incident.pk}:{incident.version}:{what}"
    write_log(
        "incident",
        text=text,
        data=data,
        about=("incident", str(incident.pk)),
        key=key,
        by=by,
        where=incident,
        at=at,
    )


def end_paging(incident: Incident, by: Any) -> None:
    """Nobody is told because of it any more."""
