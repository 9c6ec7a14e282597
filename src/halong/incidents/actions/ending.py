"""Containing, closing with all-clear, re-opening, dismissing."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.core.errors import Conflict
from halong.incidents import duty
from halong.incidents.actions.declaring import invalid
from halong.incidents.actions.moving import ALL, move, require_state
from halong.incidents.actions.parts import told
from halong.incidents.models import UNDER_WAY, Entry, Incident, Part, Review
from halong.incidents.permissions import require_lead, require_work
from halong.incidents.timeline import write_entry
from halong.incidents.unfinished import Unfinished, unfinished

State = Incident.State


class StillOpen(Conflict):
    """The incident has things that aren't finished; ``things`` are they. Closing it all the same has to be said."""

    kind = "still-open"

    def __init__(self, things: list[Unfinished]) -> None:
        named = "; ".join(thing.label for thing in things[:5])
        super().__init__(_("Not everything is finished: {what}").format(what=named))
        self.things = things


@transaction.atomic
def contain_incident(incident: Incident, *, by: Any, note: str = "") -> Incident:
    """The danger doesn't grow any more; the work goes on."""
    require_work(by, incident)
    _move(incident, "contained", by, note, states=("declared", "responding"), contained_at=timezone.now())
    return incident


@transaction.atomic
def close_incident(incident: Incident, *, by: Any, note: str, despite_open: bool = False) -> Incident:
    """All-clear: the response is over. ``note`` says why. StillOpen where tasks, steps or alerts are unfinished, unless
    ``despite_open``. Its playbook doesn't go on, nobody is paged because of it any more, and its parts are free for another
    incident (an alert may come back).
    """
    require_lead(by, incident)
    _require_words(note, "note")
    require_state(Incident.objects.select_related("into").get(pk=incident.pk), UNDER_WAY)
    things = unfinished(incident)
    if things and not despite_open:
        raise StillOpen(things)
    now = timezone.now()
    left = {"left": [thing.label for thing in things]} if things else {}
    _move(incident, "closed", by, note, data=left, closed_at=now, advance_at=None,
          contained_at=incident.contained_at or now)  # fmt: skip
    _end_parts(incident, now)
    duty.end_paging(incident, by)
    return incident


@transaction.atomic
def reopen_incident(incident: Incident, *, by: Any, reason: str) -> Incident:
    """It isn't over, or not contained any more. Conflict once its after-action report is signed."""
    require_lead(by, incident)
    _require_words(reason, "reason")
    states = ("contained", "closed")
    before, closed_at = Incident.objects.values_list("state", "closed_at").get(pk=incident.pk)
    if before != "contained":
        _require_unsigned(incident)
    times = incident.reopened + (before != "contained")
    _move(incident, "responding", by, reason, states=states, contained_at=None, closed_at=None, reopened=times,
          advance_at=timezone.now() if incident.playbook_id else None)  # fmt: skip
    if closed_at is not None:
        _take_back_parts(incident, closed_at)
    return incident


@transaction.atomic
def dismiss_incident(incident: Incident, *, by: Any, reason: str) -> Incident:
    """It was none; its parts are free for another one."""
    require_lead(by, incident)
    _require_words(reason, "reason")
    now = timezone.now()
    _move(
        incident, "dismissed", by, reason, states=("declared", "responding"), closed_at=now, advance_at=None
    )
    _end_parts(incident, now)
    duty.end_paging(incident, by)
    return incident


def _end_parts(incident: Incident, now: datetime) -> None:
    """They are history of this incident, and free for another one; their end is the incident's (``Part.objects.of``)."""
    Part.objects.filter(incident=incident, live=True).update(live=False, ended_at=now)


def _take_back_parts(incident: Incident, closed_at: datetime) -> None:
    """Those that ended with it and don't belong to another incident by now; the timeline says what stays there."""
    ended = list(Part.objects.filter(incident=incident, live=False, ended_at=closed_at).order_by("pk"))
    same = Part.objects.filter(live=True, ref__in=[part.ref for part in ended])
    taken = set(same.values_list("kind", "ref"))
    free = [part.pk for part in ended if (part.kind, part.ref) not in taken]
    try:
        with transaction.atomic():
            Part.objects.filter(pk__in=free).update(live=True, ended_at=None)
    except IntegrityError:  # another process took one meanwhile
        raise Conflict(_("Somebody else has changed this incident.")) from None
    left = [told(part) for part in ended if part.pk not in free]
    if left:
        write_entry(incident, Entry.Kind.PART_OUT, data={"parts": left})


def _move(
    incident: Incident, state: str, by: Any, note: str, *, states: tuple[str, ...] = UNDER_WAY, data: Any = None,
    **changes: Any,
) -> None:  # fmt: skip
    before = Incident.objects.values_list("state", flat=True).get(pk=incident.pk)
    given = {"state": [before, state], **(data or {})}
    move(
        incident,
        Entry.Kind.STATE,
        by=by,
        touches=ALL,
        states=states,
        text=note,
        data=given,
        state=state,
        **changes,
    )
    duty.log(incident, state, by=by, text=note)


def _require_unsigned(incident: Incident) -> None:
    """What was learnt and signed stays: something new is another incident."""
    if Review.objects.filter(incident=incident, signed_at__isnull=False).exists():
        raise Conflict(_("Its after-action report is signed: declare a new incident and link it."))


def _require_words(words: str, name: str) -> None:
    if not words.strip():
        raise invalid(name, _("Write something."))
