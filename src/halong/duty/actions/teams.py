"""Setting up teams, their members, and the addresses under which their rotas are read."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.live import touch
from halong.duty.models import CalendarLink, Chain, DutyRole, Member, Rota, Shift, Team
from halong.duty.permissions import require_set_up
from halong.places.models import Agency, Place

TOPIC = "duty"


@dataclass(frozen=True)
class TeamDraft:
    """What is set up of a team."""

    name: str
    agency: Agency | None = None
    place: Place | None = None
    sector: str = ""
    telephone: str = ""
    around_clock: bool = True
    at_once: int = 1
    note: str = ""


@transaction.atomic
def save_team(draft: TeamDraft, *, by: Any, team: Team | None = None) -> Team:
    """Set up a team, or change it: both as it was and as it will be must be in the reach of who does it."""
    if team is not None:
        require_set_up(team, by)
    kept = team or Team()
    for name, value in vars(draft).items():
        setattr(kept, name, value)
    require_set_up(kept, by)
    if not 1 <= kept.at_once <= 50:
        raise Invalid(fields={"at_once": _("Between 1 and 50.")})
    kept.changed_at = timezone.now()
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        raise Invalid(fields={"name": _("There is a team of this name already.")}) from error
    if team is None:
        Rota.objects.create(team=kept, name=str(_("Rota")), changed_at=kept.changed_at)
    record(by, "duty.team", kept, new=team is None)
    touch(TOPIC)
    return kept


@transaction.atomic
def ensure_teams(names: Iterable[str], *, by: Any) -> int:
    """Make the teams that a profile's playbooks call and that don't exist yet, without people; returns how many are new."""
    known = {name.casefold() for name in Team.objects.values_list("name", flat=True)}
    missing = [name for name in dict.fromkeys(names) if name.casefold() not in known]
    for name in missing:
        save_team(TeamDraft(name), by=by)
    return len(missing)


@transaction.atomic
def end_team(team: Team, *, by: Any) -> None:
    """A team works no longer: its turns to come and its chains end with it. Raises Conflict when it has ended."""
    require_set_up(team, by)
    now = timezone.now()
    if not Team.objects.filter(pk=team.pk, ended_at=None).update(ended_at=now, changed_at=now):
        raise Conflict
    Rota.objects.filter(team=team, ended_at=None).update(ended_at=now, due_at=None)
    Shift.objects.filter(team=team, start__gt=now).delete()
    Shift.objects.filter(team=team, end__gt=now).update(end=now)
    Chain.objects.filter(team=team, ended_at=None).update(ended_at=now)
    CalendarLink.objects.filter(team=team, withdrawn_at=None).update(withdrawn_at=now)
    record(by, "duty.team_end", team)
    touch(TOPIC)


@transaction.atomic
def save_member(team: Team, person: User, role: str, *, by: Any) -> Member:
    """Somebody takes turns in a team, with a part that he usually has."""
    require_set_up(team, by)
    if role not in DutyRole.values:
        raise Invalid(fields={"role": _("There is no such part.")})
    order = Member.objects.filter(team=team).count()
    member, new = Member.objects.update_or_create(
        team=team, person=person, defaults={"role": role}, create_defaults={"role": role, "order": order}
    )
    record(by, "duty.member", team, person=person.pk, new=new)
    touch(TOPIC)
    return member


@transaction.atomic
def remove_member(member: Member, *, by: Any) -> None:
    """Somebody takes no more turns; those that he has stay until they are given to others."""
    require_set_up(member.team, by)
    record(by, "duty.member_end", member.team, person=member.person_id)
    member.delete()
    touch(TOPIC)


@transaction.atomic
def make_link(*, by: Any, team: Team | None = None) -> CalendarLink:
    """The address of a team's calendar, or of one's own; asking again gives the same one."""
    if not isinstance(by, User) or not by.is_active:
        raise Forbidden
    if team is not None:
        require_set_up(team, by)
    whose = {"team": team} if team is not None else {"person": by}
    found = CalendarLink.objects.filter(**whose, withdrawn_at=None).first()
    if found is not None:
        return found
    made = CalendarLink.objects.create(
        **whose, salt=secrets.token_urlsafe(16)[:22], made_at=timezone.now(), made_by=by
    )
    record(by, "duty.link", made)
    return made


@transaction.atomic
def withdraw_link(link: CalendarLink, *, by: Any) -> None:
    """The address is of no use from now on. Raises Conflict if it wasn't any more."""
    if link.team is not None:
        require_set_up(link.team, by)
    elif not isinstance(by, User) or link.person_id != by.pk:
        raise Forbidden
    if not CalendarLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise Conflict
    record(by, "duty.link_end", link)


def note_link_read(link: CalendarLink, now: datetime) -> None:
    """Remember the day on which an address was read last."""
    if link.read_at is None or link.read_at.date() != now.date():
        CalendarLink.objects.filter(pk=link.pk).update(read_at=now)
