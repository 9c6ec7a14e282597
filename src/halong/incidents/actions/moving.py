"""The one way in which an incident changes: a conditional UPDATE on its version, with its row of the timeline.

``incident.version`` is what the person saw (a form carries it). Who comes second gets Conflict with what changed meanwhile
if it touches what he changes, too; changes of different things don't hinder each other, and nothing is lost silently.
"""

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.errors import Conflict
from halong.core.events import publish
from halong.incidents.events import IncidentChanged
from halong.incidents.models import UNDER_WAY, Entry, Incident
from halong.incidents.timeline import changes_since, write_entry
from halong.incidents.words import said

ALL = frozenset({"*"})
EVERY_STATE = tuple(state for state in Incident.State.values if state != "merged")
TOLD = 3  # changes that a Conflict names


def move(
    incident: Incident,
    kind: str,
    *,
    by: Any,
    touches: Collection[str],
    states: Collection[str] = UNDER_WAY,
    additive: bool = False,
    data: dict[str, Any] | None = None,
    text: str = "",
    **changes: Any,
) -> Entry:
    """Change an incident that is in one of these states, write it down, tell others; called in a transaction.

    ``touches`` names what changes (fields, "state", "role:commander", "parts"); ALL: whatever changed meanwhile is in the
    way, because this decides about the whole. ``additive``: it takes nothing away from anybody, or its own row was claimed
    already, so that no change is in its way. The object has the new values afterwards.
    """
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    require_state(locked, states)
    if not additive:
        require_unchanged(locked, incident.version, touches)
    changed = Incident.objects.filter(pk=locked.pk, version=locked.version).update(
        version=locked.version + 1, changed_at=timezone.now(), **changes
    )
    if not changed:  # can't be while the row is locked
        raise Conflict(_("Somebody else has changed this incident."))
    incident.refresh_from_db()
    given = {**(data or {}), "touches": sorted(touches)}
    entry = write_entry(incident, kind, by=by, text=text, data=given)
    if entry is None:
        raise Conflict(_("Somebody else has changed this incident."))
    incident.refresh_from_db()  # work that begins the response changes it once more
    record(by, f"incidents.{kind.replace('-', '_')}", incident, number=incident.number, state=incident.state)
    publish(IncidentChanged(incident.pk, kind))
    return entry


def require_state(incident: Incident, states: Collection[str]) -> None:
    """Raise Conflict unless it is in one of these states."""
    if incident.state in states:
        return
    if incident.into is not None:
        raise Conflict(_("This incident was merged into {number}.").format(number=incident.into.number))
    raise Conflict(_("This incident is “{state}” by now.").format(state=incident.get_state_display()))


def require_unchanged(locked: Incident, seen: int, touches: Collection[str]) -> None:
    """Raise Conflict that says what changed since the version that the person saw, if it is in the way."""
    if locked.version == seen:
        return
    meanwhile = list(changes_since(locked, seen))
    in_way = [entry for entry in meanwhile if _in_way(entry, touches)]
    if not in_way:
        return
    what = "; ".join(f"{entry.by or 'Halong'}: {said(entry)}" for entry in in_way[:TOLD])
    more = len(in_way) - TOLD
    words = _("This changed meanwhile. {what}").format(what=what)
    raise Conflict(words if more <= 0 else _("{words}; and {n} more.").format(words=words, n=more))


def _in_way(entry: Entry, touches: Collection[str]) -> bool:
    touched = set(entry.data["touches"])
    if "*" in touches:
        return bool(touched)
    return bool(touched & set(touches)) or "*" in touched
