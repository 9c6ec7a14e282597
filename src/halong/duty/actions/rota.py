"""Turns typed in here: single ones, repeated ones, and exchanges."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import icalendar
from dateutil.rrule import rrulestr
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.formats import format_datetime
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.duty.ical.sound import Unsound, check_rule
from halong.duty.models import DutyRole, Override, Pattern, Rota, Shift, Team
from halong.duty.permissions import may_swap, require_lead
from halong.notify.actions import tell

TOPIC = "duty"
AHEAD = timedelta(days=120)
LONGEST = timedelta(days=31)
MOST = 2000  # turns that one repetition may make ahead


def own_rota(team: Team) -> Rota:
    """The rota of a team that is kept here."""
    found = Rota.objects.filter(team=team, kind=Rota.Kind.OWN, ended_at=None).first()
    return found or Rota.objects.create(team=team, name=str(_("Rota")), changed_at=timezone.now())


@transaction.atomic
def add_shift(
    team: Team, person: User, role: str, start: datetime, end: datetime, *, by: Any, note: str = ""
) -> Shift:
    """One turn of one person. Raises Invalid for a time that can't be, or a turn of his at the same time in the team."""
    require_lead(team, by)
    _check(role, start, end)
    if Shift.objects.filter(team=team, person=person, start__lt=end, end__gt=start).exists():
        raise Invalid(fields={"start": _("{person} is on at that time already.").format(person=person)})
    shift = Shift.objects.create(
        team=team, rota=own_rota(team), role=role, person=person, who=str(person)[:200], start=start, end=end,
        uid=f"{uuid.uuid4()}@halong", note=note[:300],
    )  # fmt: skip
    record(by, "duty.shift", shift, person=person.pk)
    touch(TOPIC)
    return shift


def _check(role: str, start: datetime, end: datetime) -> None:
    if role not in DutyRole.values:
        raise Invalid(fields={"role": _("There is no such part.")})
    if end <= start:
        raise Invalid(fields={"end": _("The end is before the beginning.")})
    if end - start > LONGEST:
        raise Invalid(fields={"end": _("A turn lasts at most {days} days.").format(days=LONGEST.days)})


@transaction.atomic
def remove_shift(shift: Shift, *, by: Any) -> None:
    """Take back a turn that was typed in and isn't over; one that has begun ends now. Raises Conflict for others."""
    require_lead(shift.team, by)
    now = timezone.now()
    if shift.rota.kind != Rota.Kind.OWN:
        raise Conflict(_("This turn comes from another calendar: change it there, or exchange it."))
    if shift.end <= now:
        raise Conflict(_("This turn is over."))
    record(by, "duty.shift_end", shift, person=shift.person_id)
    if shift.start < now:
        Shift.objects.filter(pk=shift.pk).update(end=now)
    else:
        shift.delete()
    touch(TOPIC)


@transaction.atomic
def add_pattern(
    team: Team, people: Sequence[User], role: str, start: datetime, minutes: int, rrule: str, *, by: Any
) -> Pattern:
    """A turn that repeats by an RRULE (RFC 5545), the people taking it in this order, round and round."""
    require_lead(team, by)
    _check(role, start, start + timedelta(minutes=minutes))
    if not people:
        raise Invalid(fields={"people": _("Choose at least one person.")})
    pattern = Pattern(
        rota=own_rota(team), role=role, people=[person.pk for person in people], start=start, minutes=minutes,
        rrule=rrule.strip().upper().removeprefix("RRULE:")[:300], created_at=timezone.now(),
    )  # fmt: skip
    if not occurrences(pattern, start, start + AHEAD):
        raise Invalid(
            fields={"rrule": _("It never happens within the next {days} days.").format(days=AHEAD.days)}
        )
    pattern.save()
    _expand(pattern, timezone.now())
    record(by, "duty.pattern", pattern, people=len(people))
    touch(TOPIC)
    return pattern


def occurrences(pattern: Pattern, start: datetime, end: datetime) -> list[tuple[int, datetime]]:
    """Which occurrence (counted from 0) begins when, between two moments, by the clock of the province. Raises Invalid."""
    zone = timezone.get_default_timezone()
    here = pattern.start.astimezone(zone).replace(tzinfo=None)
    event = icalendar.Event()
    event.add("dtstart", here)
    try:
        event.add("rrule", icalendar.vRecur.from_ical(pattern.rrule))
        check_rule(event, end)
        rule = rrulestr(_text(event.get("RRULE")), dtstart=here)
    except Unsound as error:
        raise Invalid(str(error), fields={"rrule": str(error)}) from error
    except (ValueError, TypeError) as error:
        raise Invalid(fields={"rrule": _("This isn't a rule of repetition.")}) from error
    found: list[tuple[int, datetime]] = []
    last = end.astimezone(zone).replace(tzinfo=None)
    for number, moment in enumerate(rule):
        if moment >= last or len(found) >= MOST:
            break
        at = moment.replace(tzinfo=zone)
        if at + timedelta(minutes=pattern.minutes) > start:
            found.append((number, at))
    return found


def _text(rule: Any) -> str:
    if not rule:
        raise ValueError("no rule")
    return str(rule.to_ical().decode())


def _expand(pattern: Pattern, now: datetime) -> None:
    people = User.objects.in_bulk(pattern.people)
    order = [people[pk] for pk in pattern.people if pk in people]
    Shift.objects.bulk_create(
        [
            Shift(
                team_id=pattern.rota.team_id, rota=pattern.rota, role=pattern.role, person=person,
                who=str(person)[:200], start=at, end=at + timedelta(minutes=pattern.minutes),
                uid=f"pattern-{pattern.pk}@halong", recurrence=f"{number}",
            )
            for number, at in occurrences(pattern, now, now + AHEAD)
            for person in [order[number % len(order)]]
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic
def expand_patterns(*, by: Any = SYSTEM) -> None:
    """Make the turns of repetitions known for the weeks ahead (every night); those that exist stay as they are."""
    if by is not SYSTEM:
        raise Forbidden
    for pattern in Pattern.objects.filter(ended_at=None, rota__ended_at=None).select_related("rota"):
        _expand(pattern, timezone.now())


@transaction.atomic
def end_pattern(pattern: Pattern, *, by: Any) -> None:
    """The repetition ends: its turns that haven't begun are taken back. Raises Conflict if it has ended."""
    require_lead(pattern.rota.team, by)
    now = timezone.now()
    if not Pattern.objects.filter(pk=pattern.pk, ended_at=None).update(ended_at=now):
        raise Conflict
    Shift.objects.filter(rota=pattern.rota, uid=f"pattern-{pattern.pk}@halong", start__gt=now).delete()
    record(by, "duty.pattern_end", pattern)
    touch(TOPIC)


@transaction.atomic
def stand_in(
    team: Team, person: User, role: str, start: datetime, end: datetime, *, by: Any, replaced: User | None = None,
    reason: str = "",
) -> Override:  # fmt: skip
    """For a time somebody stands in for somebody else, or comes in addition (``replaced`` None)."""
    if not may_swap(team, replaced, by):
        raise Forbidden
    _check(role, start, end)
    if end <= timezone.now():
        raise Invalid(fields={"end": _("That time is over.")})
    if replaced is not None and replaced.pk == person.pk:
        raise Invalid(fields={"person": _("Choose somebody else.")})
    change = Override.objects.create(
        team=team, role=role, replaced=replaced, person=person, start=start, end=end, reason=reason.strip()[:300],
        by=by if isinstance(by, User) else None, at=timezone.now(),
    )  # fmt: skip
    record(by, "duty.stand_in", change, person=person.pk, replaced=replaced.pk if replaced else None)
    _say(change, by)
    touch(TOPIC)
    return change


def _say(change: Override, by: Any) -> None:
    """Those whom an exchange concerns hear of it, except who entered it."""
    concerned = [one for one in (change.person, change.replaced) if one is not None and one != by]
    when = f"{format_datetime(change.start)} – {format_datetime(change.end)}"
    if change.replaced is None:
        title = format_lazy(
            gettext_lazy("{person} is on in addition: {team}"), person=change.person, team=change.team
        )
    else:
        title = format_lazy(
            gettext_lazy("{person} stands in for {replaced}: {team}"),
            person=change.person, replaced=change.replaced, team=change.team,
        )  # fmt: skip
    url = reverse("duty-team", args=[change.team_id])
    tell(concerned, kind="duty-change", title=title, text=when, url=url, key=f"duty-change:{change.pk}")


@transaction.atomic
def swap_shifts(first: Shift, second: Shift, *, by: Any, reason: str = "") -> tuple[Override, Override]:
    """Two people exchange their turns: each stands in for the other. Raises Invalid when there is nobody to exchange."""
    if first.person is None or second.person is None or first.person_id == second.person_id:
        raise Invalid(_("An exchange needs turns of two people."))
    return (
        stand_in(
            first.team,
            second.person,
            first.role,
            first.start,
            first.end,
            by=by,
            replaced=first.person,
            reason=reason,
        ),
        _counterpart(first, second, by, reason),
    )


def _counterpart(first: Shift, second: Shift, by: Any, reason: str) -> Override:
    """The other half: whose turn it is has agreed when his colleague enters it, within one team."""
    assert first.person is not None
    same = first.team_id == second.team_id and may_swap(first.team, first.person, by)
    return stand_in(
        second.team, first.person, second.role, second.start, second.end, by=SYSTEM if same else by,
        replaced=second.person, reason=reason,
    )  # fmt: skip


@transaction.atomic
def cancel_stand_in(change: Override, *, by: Any) -> None:
    """Take an exchange back; one that has begun ends now. Raises Conflict if it is over or taken back."""
    if not may_swap(change.team, change.replaced, by):
        raise Forbidden
    now = timezone.now()
    standing = Override.objects.filter(pk=change.pk, cancelled_at=None, end__gt=now)
    done = standing.filter(start__lt=now).update(end=now) or standing.update(cancelled_at=now)
    if not done:
        raise Conflict
    record(by, "duty.stand_in_end", change)
    touch(TOPIC)
