"""Splitting, merging (and undoing it), linking."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.core.errors import Conflict
from halong.incidents import duty
from halong.incidents.actions.declaring import checked_title, folded, invalid
from halong.incidents.actions.moving import ALL, move, require_state, require_unchanged
from halong.incidents.actions.parts import told
from halong.incidents.models import UNDER_WAY, Entry, Incident, Link, Part, Role
from halong.incidents.numbers import next_number
from halong.incidents.permissions import require_lead
from halong.incidents.timeline import write_entry

State = Incident.State


@transaction.atomic
def split_incident(incident: Incident, *, by: Any, title: str, parts: Iterable[Part] = ()) -> Incident:
    """Make an incident of its own of some parts (or of none: of what somebody writes). It begins with what is known of the
    first one, and is linked with it.
    """
    require_lead(by, incident)
    title = checked_title(title)
    wanted = {part.pk for part in parts}
    chosen = list(Part.objects.filter(pk__in=wanted, incident=incident, live=True).order_by("at"))
    if len(chosen) != len(wanted):
        raise Conflict(_("A part was taken out meanwhile."))
    made = _copy(incident, title, chosen, by)
    moved = _move_parts(chosen, made, by)
    move(incident, Entry.Kind.SPLIT, by=by, touches={"parts"}, additive=True,
         data={"way": "to", "number": made.number, "title": made.title, "id": made.pk, "parts": moved})  # fmt: skip
    data = {
        "way": "from",
        "number": incident.number,
        "title": incident.title,
        "id": incident.pk,
        "parts": moved,
    }
    write_entry(made, Entry.Kind.SPLIT, by=by, data=data)
    Link.objects.create(
        incident=made, other=incident, kind=Link.Kind.SPLIT_FROM, at=timezone.now(), by=made.declared_by
    )
    duty.tell_declared(made, by)
    made.refresh_from_db()
    return made


def _copy(incident: Incident, title: str, chosen: list[Part], by: Any) -> Incident:
    now = timezone.now()
    same = ("kind", "severity", "place", "sector", "agency", "simulated", "acknowledged_at", "on_wall")
    point = next(
        ((part.lon, part.lat) for part in chosen if part.lon is not None), (incident.lon, incident.lat)
    )
    made = Incident(
        client_id=uuid.uuid4(), number=next_number(now), title=title, lon=point[0], lat=point[1],
        declared_by=by if isinstance(by, User) else None, declared_at=now, changed_at=now,
        detected_at=min([part.at for part in chosen], default=incident.detected_at),
        **{name: getattr(incident, name) for name in same},
    )  # fmt: skip
    made.folded = folded(made)
    made.save(force_insert=True)
    if isinstance(by, User):
        Role.objects.create(incident=made, kind=Role.Kind.COORDINATOR, person=by, since=now)
    return made


def _move_parts(parts: list[Part], to: Incident, by: Any) -> list[dict[str, Any]]:
    """End the rows where they are and make them anew where they belong now."""
    now = timezone.now()
    ended = Part.objects.filter(pk__in=[part.pk for part in parts], live=True).update(
        live=False, ended_at=now
    )
    if ended != len(parts):
        raise Conflict(_("A part was taken out meanwhile."))
    rows = Part.objects.bulk_create(
        Part(
            incident=to, kind=part.kind, ref=part.ref, title=part.title, at=part.at, lon=part.lon, lat=part.lat,
            added_at=now, added_by=by if isinstance(by, User) else None,
        )
        for part in parts
    )  # fmt: skip
    return [{**told(row), "was": part.pk} for row, part in zip(rows, parts, strict=True)]


@transaction.atomic
def merge_incident(incident: Incident, into: Incident, *, by: Any, reason: str = "") -> Incident:
    """It is the same as another one: its parts go there, its tasks and timeline are shown there, too. Can be undone."""
    require_lead(by, incident)
    require_lead(by, into)
    if incident.pk == into.pk:
        raise invalid("into", _("Choose another incident."))
    _lock(incident, into)
    require_state(Incident.objects.get(pk=into.pk), UNDER_WAY)
    now = timezone.now()
    before = Incident.objects.values_list("state", flat=True).get(pk=incident.pk)
    parts = list(Part.objects.filter(incident=incident, live=True).order_by("pk"))
    moved = _move_parts(parts, into, by)
    data = {
        "way": "into",
        "number": into.number,
        "title": into.title,
        "id": into.pk,
        "state": before,
        "parts": moved,
    }
    move(incident, Entry.Kind.MERGED, by=by, touches=ALL, text=reason, data=data, state=State.MERGED, into=into,
         closed_at=now, advance_at=None)  # fmt: skip
    detected = min(incident.detected_at, into.detected_at)
    took = {
        "way": "took",
        "number": incident.number,
        "title": incident.title,
        "id": incident.pk,
        "parts": moved,
    }
    move(
        into,
        Entry.Kind.MERGED,
        by=by,
        touches={"parts"},
        additive=True,
        text=reason,
        data=took,
        detected_at=detected,
    )
    duty.end_paging(incident, by)
    duty.log(incident, "merged", by=by, text=reason)
    return incident


@transaction.atomic
def unmerge_incident(incident: Incident, *, by: Any) -> Incident:
    """It wasn't the same: it goes on as it was, with those of its parts that are still there."""
    require_lead(by, incident)
    locked = _lock(incident, *([incident.into] if incident.into else []))
    require_state(locked, [State.MERGED])
    require_unchanged(locked, incident.version, {"*"})
    into = locked.into
    if into is None:
        raise Conflict(_("This incident isn't merged any more."))
    merged = Entry.objects.filter(incident=incident, kind=Entry.Kind.MERGED, data__way="into").latest("pk")
    rows = [part["id"] for part in merged.data["parts"]]
    parts = list(Part.objects.filter(pk__in=rows, incident=into, live=True).order_by("pk"))
    moved = _move_parts(parts, incident, by)
    undone = {"way": "undone", "number": into.number, "title": into.title, "id": into.pk, "parts": moved}
    move(incident, Entry.Kind.MERGED, by=by, touches=ALL, states=[State.MERGED], data=undone, state=merged.data["state"],
         into=None, closed_at=None, advance_at=timezone.now() if incident.playbook_id else None)  # fmt: skip
    gave = {
        "way": "gave",
        "number": incident.number,
        "title": incident.title,
        "id": incident.pk,
        "parts": moved,
    }
    into.refresh_from_db()
    move(
        into,
        Entry.Kind.MERGED,
        by=by,
        touches={"parts"},
        states=Incident.State.values,
        additive=True,
        data=gave,
    )
    return incident


def _lock(*incidents: Incident) -> Incident:
    """Lock them in the order of their ids, so that two who merge crosswise don't wait for each other; returns the first."""
    pks = [incident.pk for incident in incidents]
    rows = {row.pk: row for row in Incident.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    return rows[pks[0]]


@transaction.atomic
def link_incidents(incident: Incident, other: Incident, kind: str, *, by: Any) -> Link:
    """Say what two incidents have to do with each other; written into both timelines."""
    require_lead(by, incident)
    if kind not in Link.Kind.values:
        raise invalid("kind", _("Choose how they are linked."))
    if incident.pk == other.pk or not Incident.objects.visible_to(by).filter(pk=other.pk).exists():
        raise invalid("other", _("Choose another incident."))
    try:
        with transaction.atomic():
            link = Link.objects.create(
                incident=incident, other=other, kind=kind, at=timezone.now(),
                by=by if isinstance(by, User) else None,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("They are linked in this way already.")) from None
    _write_link(link, by)
    return link


@transaction.atomic
def unlink_incidents(link: Link, *, by: Any) -> None:
    """They have nothing to do with each other after all."""
    require_lead(by, link.incident)
    gone, _rows = Link.objects.filter(pk=link.pk).delete()
    if not gone:
        raise Conflict(_("They aren't linked any more."))
    _write_link(link, by, ended=True)


def _write_link(link: Link, by: Any, *, ended: bool = False) -> None:
    for one, other in ((link.incident, link.other), (link.other, link.incident)):
        data = {"link": link.kind, "number": other.number, "title": other.title, "id": other.pk}
        write_entry(one, Entry.Kind.LINK, by=by, data={**data, **({"ended": True} if ended else {})})
