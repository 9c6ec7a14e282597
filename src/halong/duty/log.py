"""Writing the duty log: the one door for everything that writes an entry of itself, and for people's entries."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from halong.accounts.models import User
from halong.core.live import touch
from halong.core.text import fold
from halong.duty.models import LogEntry

TOPIC = "duty-log"
TEXT = 8000


def write_log(  # noqa: PLR0913 -- what an entry says, side by side
    kind: str,
    *,
    at: datetime | None = None,
    text: str = "",
    data: dict[str, Any] | None = None,
    about: tuple[str, str] = ("", ""),
    team: Any = None,
    key: str = "",
    by: Any = None,
    where: Any = None,
    late_reason: str = "",
    corrects: LogEntry | None = None,
) -> LogEntry:
    """Write an entry in the caller's transaction, who has checked what ``by`` may do; under the same ``key`` it is
    written once, and what was written first comes back.

    ``kind`` is one of ``LogEntry.Kind``; ``text`` are people's words, ``data`` what ``duty.wording`` words when it is read
    ("what" says which event, "title" whose). ``where`` is anything with a place, an agency or a sector: who may see those
    sees the entry; without it, only who may see everything. ``by`` is a User, or nobody: Halong itself.
    """
    if key:
        before = LogEntry.objects.filter(key=key[:160]).first()
        if before is not None:
            return before
    now, data, said = timezone.now(), data or {}, text.strip()[:TEXT]
    person = by if isinstance(by, User) else None
    words = (said, *(str(data.get(name, "")) for name in ("title", "number", "where", "counterpart")))
    entry = LogEntry(
        kind=LogEntry.Kind(kind),
        at=at or now,
        written_at=now,
        text=said,
        data=data,
        about_kind=about[0],
        about_ref=about[1],
        team=team,
        key=key[:160],
        by=person,
        by_name=name_of(person),
        late_reason=late_reason,
        corrects=corrects,
        place_id=getattr(where, "place_id", None),
        agency_id=getattr(where, "agency_id", None),
        sector=getattr(where, "sector", "") or "",
        simulated=bool(getattr(where, "simulated", False)),
        folded=fold(" ".join(word for word in words if word)),
    )
    return _written(entry)


def _written(entry: LogEntry) -> LogEntry:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        written = LogEntry.objects.filter(key=entry.key).exclude(key="").first()
        if written is None:
            raise
        return written  # by another process, meanwhile
    touch(TOPIC)
    return entry


def name_of(person: User | None) -> str:
    """Title and name as they are now, for what is frozen."""
    return f"{person.title} {person}".strip()[:200] if person is not None else ""
