"""What an incident is made of: added, taken out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.actions import acknowledge_many
from halong.alerts.models import Alert
from halong.core.errors import Conflict
from halong.core.permissions import has_perm
from halong.duty.actions.calls import link_call
from halong.duty.models import Call
from halong.incidents import sources
from halong.incidents.actions.moving import move
from halong.incidents.drafts import PartRef
from halong.incidents.models import UNDER_WAY, Entry, Incident, Part
from halong.incidents.permissions import require_work
from halong.incidents.sources import Source

CLOSED_TOO = (*UNDER_WAY, "closed")


@transaction.atomic
def add_parts(incident: Incident, refs: Iterable[PartRef], *, by: Any) -> list[Part]:
    """Add alerts, reports, calls, items of the press; what is in it already is left as it is. Alerts count as acknowledged
    by the same person. Conflict where one belongs to another open incident.
    """
    require_work(by, incident)
    there = set(Part.objects.of(incident).values_list("kind", "ref"))
    wanted = [ref for ref in refs if (ref.kind, ref.ref) not in there]
    found = sources.look(wanted, by)
    if not found:
        return []
    joined = join_parts(incident, found, by)
    move(incident, Entry.Kind.PART, by=by, touches={"parts"}, states=CLOSED_TOO, additive=True, data={"parts": joined},
         **_first_signs(incident, found))  # fmt: skip
    rows = Part.objects.filter(pk__in=[part["id"] for part in joined]).order_by("pk")
    if incident.closed_at is not None:  # known too late: told here, but free for an incident under way
        rows.update(live=False, ended_at=incident.closed_at)
    acknowledge_alerts(incident, found, by)
    link_calls(incident, found, by)
    incident.refresh_from_db()
    return list(rows)


def _first_signs(incident: Incident, found: Sequence[Source]) -> dict[str, Any]:
    """An older part moves the hour of detection back."""
    detected = min(part.at for part in found)
    if detected >= incident.detected_at:
        return {}
    return {"detected_at": detected, "occurred_at": min(part.occurred_at for part in found)}


@transaction.atomic
def take_out_part(part: Part, *, by: Any, reason: str = "") -> Part:
    """It doesn't belong to this incident; the row stays as history, the thing is free for another incident."""
    incident = part.incident
    require_work(by, incident)
    ended = Part.objects.of(incident).filter(pk=part.pk).update(live=False, ended_at=timezone.now())
    if not ended:
        raise Conflict(_("This was taken out already."))
    move(incident, Entry.Kind.PART_OUT, by=by, touches={"parts"}, states=CLOSED_TOO, additive=True, text=reason,
         data={"parts": [told(part)]})  # fmt: skip
    part.refresh_from_db()
    return part


def join_parts(incident: Incident, found: Sequence[Source], by: Any) -> list[dict[str, Any]]:
    """Make the rows; called in a transaction. Returns what the timeline says of them."""
    _require_free(found)
    now = timezone.now()
    rows = [
        Part(
            incident=incident, kind=one.ref.kind, ref=one.ref.ref, title=one.title[:300], at=one.at, lon=one.lon,
            lat=one.lat, added_at=now, added_by=by if isinstance(by, User) else None,
        )
        for one in found
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Part.objects.bulk_create(rows)
    except IntegrityError:  # another process was faster
        _require_free(found)
        raise
    return [told(row) for row in rows]


def _require_free(found: Iterable[Source]) -> None:
    """Raise Conflict that names the incident which has one of these already."""
    same = Q(pk__in=[])
    for one in found:
        same |= Q(kind=one.ref.kind, ref=one.ref.ref)
    taken = Part.objects.filter(same, live=True).select_related("incident").order_by("pk").first()
    if taken is not None:
        words = _("“{title}” belongs to {number} already.")
        raise Conflict(words.format(title=taken.title, number=taken.incident.number))


def told(part: Part) -> dict[str, Any]:
    """What the timeline keeps of a part."""
    return {"id": part.pk, "kind": part.kind, "ref": part.ref, "title": part.title}


def acknowledge_alerts(incident: Incident, found: Iterable[Source], by: Any) -> None:
    """Whoever made an incident of alerts has acknowledged them; the incident keeps when the first one was."""
    alerts = [one.subject for one in found if isinstance(one.subject, Alert)]
    if isinstance(by, User):
        acknowledge_many([alert for alert in alerts if has_perm(by, "alerts.handle", alert)], by=by)
    moments = [one.acknowledged_at for one in found if one.acknowledged_at is not None]
    again = Alert.objects.filter(pk__in=[alert.pk for alert in alerts], acknowledged_at__isnull=False)
    moments += [at for at in again.values_list("acknowledged_at", flat=True) if at is not None]
    if isinstance(by, User) and not moments:
        moments = [timezone.now()]  # a person took it up
    if moments:
        Incident.objects.filter(pk=incident.pk, acknowledged_at__isnull=True).update(
            acknowledged_at=min(moments)
        )


def link_calls(incident: Incident, found: Iterable[Source], by: Any) -> None:
    """Say at telephone calls what was made of them; one of which something else was made keeps that."""
    for one in found:
        if isinstance(one.subject, Call) and not one.subject.became_kind:
            link_call(one.subject, "incident", str(incident.pk), by=by, number=incident.number)
