"""Rotas that are kept elsewhere: an iCalendar file or address, read into turns."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.citizens import outward
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.duty.ical.reading import Reading, read_calendar
from halong.duty.ical.scan import MOST_BYTES, BadCalendar
from halong.duty.matching import Match, Matcher, Someone
from halong.duty.models import DutyRole, Member, Rota, Shift, Team
from halong.duty.permissions import require_set_up
from halong.ingest.secrets import seal, unseal

TOPIC = "duty"
BACK, AHEAD = timedelta(days=7), timedelta(days=120)
EVERY = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
BACK_OFF = (5, 15, 30, 60, 120)  # minutes after failures
KEPT_PROBLEMS = 50
SECONDS = 30.0


@transaction.atomic
def subscribe_rota(team: Team, name: str, role: str, url: str, *, by: Any, inside: bool = False) -> Rota:
    """Read a team's turns from an address, every quarter of an hour. ``inside``: a machine of our own network may be asked.

    The address is kept sealed, because such addresses are often secrets themselves.
    """
    require_set_up(team, by)
    address = url.strip()
    if address.lower().startswith("webcal://"):
        address = "https://" + address[len("webcal://") :]
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Invalid(fields={"url": _("Give an address that begins with https://.")})
    if role not in DutyRole.values:
        raise Invalid(fields={"role": _("There is no such part.")})
    now = timezone.now()
    rota = Rota.objects.create(
        team=team, name=name.strip()[:120] or parts.hostname, kind=Rota.Kind.ADDRESS, role=role, inside=inside,
        sealed=seal({"url": address}), host=parts.hostname[:253], due_at=now, changed_at=now,
    )  # fmt: skip
    record(by, "duty.subscribe", rota, host=rota.host)
    touch(TOPIC)
    return rota


@transaction.atomic
def import_file(
    team: Team, name: str, role: str, content: bytes, *, by: Any, rota: Rota | None = None
) -> Rota:
    """Read a file into a rota, a new one or again into the same. Raises Invalid with line and reason for a bad file."""
    require_set_up(team, by)
    now = timezone.now()
    reading = _read(content, now)
    kept = rota or Rota.objects.create(
        team=team,
        name=name.strip()[:120] or reading.name or str(_("File")),
        kind=Rota.Kind.FILE,
        role=role,
        changed_at=now,
    )
    if kept.team_id != team.pk or kept.kind != Rota.Kind.FILE:
        raise Conflict
    _take(kept, reading, content, now)
    record(by, "duty.import", kept, turns=len(reading.occurrences), problems=len(reading.problems))
    return kept


def _read(content: bytes, now: datetime) -> Reading:
    zone = timezone.get_default_timezone()
    try:
        return read_calendar(content, start=now - BACK, end=now + AHEAD, zone=zone)
    except BadCalendar as error:
        raise Invalid(str(error), fields={"file": str(error)}) from error


@transaction.atomic
def end_rota(rota: Rota, *, by: Any) -> None:
    """Read it no longer; its turns that haven't begun are taken back. Raises Conflict if it has ended."""
    require_set_up(rota.team, by)
    now = timezone.now()
    if not Rota.objects.filter(pk=rota.pk, ended_at=None).update(ended_at=now, due_at=None, changed_at=now):
        raise Conflict
    Shift.objects.filter(rota=rota, start__gt=now).delete()
    record(by, "duty.rota_end", rota)
    touch(TOPIC)


def read_due(*, by: Any = SYSTEM) -> int:
    """Read the addresses that are due; returns how many. Each is claimed first, and asked outside of any transaction."""
    if by is not SYSTEM:
        raise Forbidden
    now, done = timezone.now(), 0
    for rota in Rota.objects.filter(due_at__lte=now, ended_at=None, kind=Rota.Kind.ADDRESS).select_related(
        "team"
    ):
        if Rota.objects.filter(pk=rota.pk, due_at=rota.due_at).update(due_at=now + LEASE):
            read_rota(rota)
            done += 1
    return done


def read_rota(rota: Rota, *, by: Any = SYSTEM) -> bool:
    """Ask an address now. What fails is kept as the rota's error, and what was read before stays. False: it failed."""
    if by is not SYSTEM:
        require_set_up(rota.team, by)
    now = timezone.now()
    try:
        content = _fetched(rota)
        _take(rota, _read(content, now), content, now, careful=True)
    except (outward.OutwardError, Invalid) as error:
        wait = BACK_OFF[min(rota.failures, len(BACK_OFF) - 1)]
        Rota.objects.filter(pk=rota.pk).update(
            error=str(error)[:300], failures=F("failures") + 1, due_at=now + timedelta(minutes=wait)
        )
        touch(TOPIC)
        return False
    return True


def _fetched(rota: Rota) -> bytes:
    url = unseal(rota.sealed).get("url", "")
    reply = outward.call("GET", url, most=MOST_BYTES, seconds=SECONDS, inside=rota.inside)
    if not reply.good:
        raise outward.OutwardError(f"HTTP {reply.status}")
    return reply.content


@transaction.atomic
def _take(rota: Rota, reading: Reading, content: bytes, now: datetime, *, careful: bool = False) -> None:
    """Make the turns those of the calendar. What is over isn't rewritten; ``careful``: a calendar that has become empty
    takes nothing away, since that is rather a fault of its program.
    """
    Rota.objects.select_for_update().get(pk=rota.pk)
    before = Shift.objects.filter(rota=rota, end__gt=now)
    if careful and not reading.events and before.exists():
        raise Invalid(_("The calendar is empty all at once; the turns known before are kept."))
    wanted = _wanted(rota, reading, now)
    stored = {(shift.uid, shift.recurrence, shift.who): shift for shift in before}
    Shift.objects.filter(pk__in=[shift.pk for key, shift in stored.items() if key not in wanted]).delete()
    changed = [shift for key, shift in stored.items() if key in wanted and _differs(shift, wanted[key])]
    Shift.objects.bulk_update(changed, ["start", "end", "role", "person", "note"])
    new = [shift for key, shift in wanted.items() if key not in stored]
    Shift.objects.bulk_create(new, ignore_conflicts=True)
    problems = [
        {"line": one.line, "uid": one.uid, "reason": one.reason} for one in reading.problems[:KEPT_PROBLEMS]
    ]
    rota.digest, rota.read_at, rota.error, rota.problems = (
        hashlib.sha256(content).hexdigest(),
        now,
        "",
        problems,
    )
    rota.failures, rota.expanded_to = 0, now + AHEAD
    rota.due_at = now + EVERY if rota.kind == Rota.Kind.ADDRESS else None
    rota.save(update_fields=["digest", "read_at", "error", "problems", "failures", "expanded_to", "due_at"])
    touch(TOPIC)


def _wanted(rota: Rota, reading: Reading, now: datetime) -> dict[tuple[str, str, str], Shift]:
    matcher = _matcher(rota)
    found = {}
    for one in reading.occurrences:
        if one.end <= now:
            continue
        for match in matcher.match(one):
            found[one.uid, one.recurrence, match.who] = Shift(
                team_id=rota.team_id, rota=rota, role=match.role, person_id=match.person, who=match.who,
                start=one.start, end=one.end, uid=one.uid, recurrence=one.recurrence, note=_note(one.title, match),
            )  # fmt: skip
    return found


def _note(title: str, match: Match) -> str:
    return "" if match.who in title else title[:300]


def _differs(stored: Shift, wanted: Shift) -> bool:
    names = ("start", "end", "role", "person_id", "note")
    if all(getattr(stored, name) == getattr(wanted, name) for name in names):
        return False
    for name in names:
        setattr(stored, name, getattr(wanted, name))
    return True


def _matcher(rota: Rota) -> Matcher:
    members = Member.objects.filter(team=rota.team_id, person__is_active=True).select_related("person")
    inside = {
        m.person_id: Someone(m.person_id, str(m.person), m.person.username, m.person.email, m.role)
        for m in members
    }
    others = User.objects.filter(is_active=True).exclude(pk__in=inside)
    return Matcher(
        inside.values(),
        (
            Someone(u.pk, u.full_name, u.username, u.email)
            for u in others.only("full_name", "username", "email")
        ),
        rota.role,
    )
