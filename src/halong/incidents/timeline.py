"""Writing the timeline: in the transaction of what is written down."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from halong.accounts.models import User
from halong.core.live import touch
from halong.incidents.models import Entry, Incident

TOPIC = "incidents"
TEXT = 8000
OF_WORK = ("role", "note", "decision", "task", "step")  # a person's first of these begins the response


def write_entry(
    incident: Incident,
    kind: str,
    *,
    by: Any = None,
    text: str = "",
    key: str = "",
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
    client_id: uuid.UUID | None = None,
) -> Entry | None:
    """Write a row of the timeline in the caller's transaction; None where one of this ``key`` is there already.

    ``text`` are people's words; what Halong says by itself is ``data``, worded when it is read (``words.said``).
    """
    person = by if isinstance(by, User) else None
    if person is not None and kind in OF_WORK:
        _begin_response(incident, person)
    if key and Entry.objects.filter(incident=incident, key=key).exists():
        return None
    entry = Entry(
        incident=incident, kind=Entry.Kind(kind), at=at or timezone.now(), by=person, text=text.strip()[:TEXT],
        data=data or {}, key=key, version=version_of(incident), client_id=client_id or uuid.uuid4(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:  # another process wrote it meanwhile
        if not key:
            raise
        return None
    touch(TOPIC, str(incident.pk))
    return entry


def version_of(incident: Incident) -> int:
    """The version that is in force: another one than the object's may be."""
    return Incident.objects.values_list("version", flat=True).get(pk=incident.pk)


def _begin_response(incident: Incident, by: User) -> None:
    """Declared → responding, once; it is nobody's change that somebody else could overwrite."""
    begun = Incident.objects.filter(pk=incident.pk, state=Incident.State.DECLARED).update(
        state=Incident.State.RESPONDING, version=F("version") + 1, changed_at=timezone.now()
    )
    if begun:
        states = [Incident.State.DECLARED.value, Incident.State.RESPONDING.value]
        write_entry(incident, Entry.Kind.STATE, by=by, data={"state": states, "touches": []})


def standing(incident: Incident) -> Incident:
    """The incident itself, or the one that it was merged into (and that one into)."""
    while incident.into is not None:
        incident = incident.into
    return incident


def changes_since(incident: Incident, version: int) -> Iterable[Entry]:
    """The changes (not the notes) after a version, in their order."""
    found = Entry.objects.filter(incident=incident, version__gt=version, data__has_key="touches")
    return found.select_related("by").order_by("version", "pk")
