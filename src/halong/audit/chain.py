"""The hash chain of the log, which shows that nothing in it was changed, taken out or put in between.

``hash(n) = SHA-256(hash(n-1) ‖ canonical JSON of entry n)``; the first entry follows the empty string. Whoever can write
to the database with full rights can compute the whole chain again: against that, the head (number and hash) is
shown to auditors and written to the worker's log, so that it can be kept elsewhere and compared.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from halong.audit.models import AuditEntry

LATE = timedelta(minutes=5)
FULL_EVERY_S = 3600


@dataclass(frozen=True)
class Link:
    """A place in the chain."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Report:
    """What a verification found: how many entries were right, where the chain ends, and the first fault."""

    checked: int
    head: Link
    broken_at: int | None = None
    fault: str = ""

    @property
    def whole(self) -> bool:
        """Whether no fault was found."""
        return self.broken_at is None


def canonical(entry: AuditEntry, seq: int) -> bytes:
    """The entry as bytes: JSON with sorted keys and no spaces, times in UTC with microseconds."""
    said = {
        "seq": seq,
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "summary": entry.summary,
        "address": entry.address,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def next_link(before: Link, entry: AuditEntry) -> Link:
    """The place of the entry that follows ``before``."""
    seq = before.seq + 1
    return Link(seq, hashlib.sha256(before.hash.encode() + canonical(entry, seq)).hexdigest())


def head() -> Link:
    """The last sealed place."""
    last = AuditEntry.objects.exclude(seq=None).order_by("-seq").first()
    return _link(last) if last else _start()


def _link(entry: AuditEntry) -> Link:
    return Link(entry.seq or 0, entry.hash)


def _start() -> Link:
    """What the first remaining entry follows: nothing, or what the last pruning kept."""
    pruned = AuditEntry.objects.filter(action="audit.prune").order_by("-pk").first()
    return Link(pruned.summary["seq"], pruned.summary["hash"]) if pruned else Link()


def verify_chain(after: Link | None = None) -> Report:
    """Compute every link again (those behind ``after``, when given) and compare; memory stays flat."""
    link = after or _start()
    first, checked = link.seq, 0
    entries = AuditEntry.objects.filter(seq__gt=first).order_by("seq")
    for entry in entries.iterator(chunk_size=2000):
        wanted = next_link(link, entry)
        if entry.seq != wanted.seq:
            return Report(checked, link, wanted.seq, f"entry {wanted.seq} is missing")
        if entry.hash != wanted.hash:
            return Report(checked, link, wanted.seq, f"entry {wanted.seq} was changed (row {entry.pk})")
        link, checked = wanted, checked + 1
    if after is None and AuditEntry.objects.filter(seq__lte=first).exists():
        return Report(checked, link, first, f"entries up to {first} were pruned, yet some stand")
    return Report(checked, link)


def waiting() -> int:
    """How many entries have waited for the seal for too long."""
    return AuditEntry.objects.filter(seq=None, at__lt=timezone.now() - LATE).count()


class _Memory:
    """How far this process has verified, so that a check every minute doesn't read years each time."""

    link: Link | None = None
    full_at = float("-inf")


def check_chain() -> str | None:
    """For ``halong doctor`` and the alerts about ourselves: the whole chain at least once an hour, else what is new."""
    full = time.monotonic() - _Memory.full_at > FULL_EVERY_S
    report = verify_chain(None if full else _Memory.link)
    if not report.whole:
        _Memory.full_at = float("-inf")
        return _(
            "The audit log is broken at entry %(seq)d. Keep the database and the backups as they are, "
            "and find out who could write to it."
        ) % {"seq": report.broken_at}
    _Memory.link = report.head
    if full:
        _Memory.full_at = time.monotonic()
    late = waiting()
    if late:
        return ngettext(
            "%(count)d entry of the audit log waits for its seal: is the worker running?",
            "%(count)d entries of the audit log wait for their seal: is the worker running?",
            late,
        ) % {"count": late}
    return None
