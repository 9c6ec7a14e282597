"""How sources fare: working, silent, broken. Written by the collector, each change once, however many processes look."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from halong.audit import actions as audit
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.ingest.models import Source
from halong.observations.lookout import look

DETAIL = 500
logger = logging.getLogger(__name__)


@transaction.atomic
def note_broken(source_id: int, detail: str) -> bool:
    """A source failed: say so once; a later reason replaces the words. Returns whether it had not been broken before."""
    text = detail.replace("\0", "")[:DETAIL]
    moved = (
        Source.objects.filter(pk=source_id)
        .exclude(state=Source.State.BROKEN)
        .update(state=Source.State.BROKEN, state_detail=text, state_changed_at=timezone.now())
    )
    if moved:
        _tell(source_id, "sources.broke", text)
    else:
        Source.objects.filter(pk=source_id).exclude(state_detail=text).update(state_detail=text)
    return bool(moved)


@transaction.atomic
def note_working(source_id: int) -> bool:
    """A source works: say so once. Returns whether it had been broken."""
    broken = Source.objects.filter(pk=source_id, state=Source.State.BROKEN)
    was_broken = bool(broken.update(state=Source.State.OK, state_detail="", state_changed_at=timezone.now()))
    moved = was_broken or (
        Source.objects.filter(pk=source_id)
        .exclude(state=Source.State.OK)
        .update(state=Source.State.OK, state_detail="", state_changed_at=timezone.now())
    )
    if moved:
        _tell(source_id, "sources.works")
    return was_broken


@transaction.atomic
def note_progress(source_id: int, *, cursor: str | None, due_at: datetime | None) -> None:
    """How far a polled source is read, and when to look again. A source changed meanwhile keeps its own cursor."""
    values = {name: value for name, value in (("cursor", cursor), ("due_at", due_at)) if value is not None}
    if values:
        Source.objects.filter(pk=source_id).update(**values)


@transaction.atomic
def notice_silence(pushed: Iterable[str]) -> list[str]:
    """Of the kinds whose senders decide when they come: sources overdue become silent, those heard again work.

    ``due_at`` is when silence begins; every payload moves it, and so does a time in which nobody listened. Returns the
    names of the newly silent.
    """
    now = timezone.now()
    known = Source.objects.filter(kind__in=list(pushed), enabled=True, last_contact__isnull=False)
    with connection.cursor() as cursor:
        away = look(cursor, "sources")
    if away:
        known.filter(state=Source.State.OK).update(due_at=F("due_at") + away)
    overdue = dict(known.filter(state=Source.State.OK, due_at__lt=now).values_list("pk", "name"))
    heard = list(
        known.filter(state__in=[Source.State.NEW, Source.State.SILENT], due_at__gte=now).values_list(
            "pk", flat=True
        )
    )
    for ids, before, after in (
        (list(overdue), [Source.State.OK], Source.State.SILENT),
        (heard, [Source.State.NEW, Source.State.SILENT], Source.State.OK),
    ):
        if ids:
            Source.objects.filter(pk__in=ids, state__in=before).update(
                state=after, state_detail="", state_changed_at=now
            )
    for pk in overdue:
        _tell(pk, "sources.silent")
    for pk in heard:
        _tell(pk, "sources.works")
    return list(overdue.values())


def _tell(source_id: int, action: str, detail: str = "") -> None:
    """Note a change of state where people look for the history of a source, and on their screens."""
    audit.record(SYSTEM, action, Source(pk=source_id), **({"detail": detail} if detail else {}))
    touch("sources", str(source_id))
