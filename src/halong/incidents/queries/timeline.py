"""Reading the timeline page by page: the latest first, however long it is."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from halong.core.text import fold
from halong.incidents.models import Entry, EntryPhoto, Incident
from halong.incidents.words import said

SIZE = 50
READ = 4000  # entries that a search reads: older ones are found by paging


@dataclass(frozen=True)
class TimelinePage:
    """Entries, the latest first, and whether there are older ones."""

    entries: list[Entry]
    has_more: bool


def timeline(
    incident: Incident,
    *,
    before: int | None = None,
    kinds: Collection[str] = (),
    q: str = "",
    size: int = SIZE,
) -> TimelinePage:
    """A page of an incident's timeline, from what is older than the entry ``before``; of some kinds; with words that people
    wrote or that Halong says by itself. Three queries (persons, photographs and mentions come along).
    """
    found = _rows(incident)
    if kinds:
        found = found.filter(kind__in=list(kinds))
    if before is not None:
        found = _older(found, incident, before)
    if q.strip():
        return _searched(found, q, size)
    rows = list(found[: size + 1])
    return TimelinePage(rows[:size], len(rows) > size)


def _rows(incident: Incident) -> QuerySet[Entry]:
    photos = EntryPhoto.objects.only("id", "entry_id", "width", "height").order_by("pk")
    rows = Entry.objects.filter(incident=incident).select_related("by").order_by("-at", "-pk")
    return rows.prefetch_related(Prefetch("photos", photos), "mentions__person")


def _older(found: QuerySet[Entry], incident: Incident, before: int) -> QuerySet[Entry]:
    at = Entry.objects.filter(incident=incident, pk=before).values_list("at", flat=True).first()
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=before)) if at is not None else found.none()


def _searched(found: QuerySet[Entry], q: str, size: int) -> TimelinePage:
    """Words without accents, also in what Halong says: read from the latest on."""
    words = fold(q).split()
    hits: list[Entry] = []
    rows = list(found[:READ])
    for entry in rows:
        text = fold(f"{entry.text} {said(entry)} {entry.by or ''}")
        if all(word in text for word in words):
            hits.append(entry)
            if len(hits) > size:
                break
    return TimelinePage(hits[:size], len(hits) > size)
