"""Who does what in an incident: commander, coordinator and the others; handing over."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.core.errors import Conflict
from halong.core.permissions import has_perm
from halong.incidents import duty
from halong.incidents.actions.declaring import invalid
from halong.incidents.actions.moving import move
from halong.incidents.models import UNDER_WAY, Entry, Incident, Role
from halong.incidents.permissions import require_lead
from halong.notify.actions import tell

Kind = Role.Kind


@transaction.atomic
def give_role(incident: Incident, kind: str, person: User, *, by: Any, decision: str = "") -> Role:
    """Give somebody a role; he hears of it. A response commander is named by a decision (number and day, or who ordered it)
    and replaces the one before, as a coordinator does. Who has a role sees the incident wherever it lies.
    """
    require_lead(by, incident)
    if kind not in Kind.values:
        raise invalid("kind", _("Choose a role."))
    if not person.is_active or not has_perm(person, "incidents.view"):
        raise invalid("person", _("{person} may not see incidents.").format(person=person))
    decision = " ".join(decision.split())[:200]
    if kind == Kind.COMMANDER and not decision:
        raise invalid("decision", _("A commander is named by a decision: write which."))
    move(incident, Entry.Kind.ROLE, by=by, touches={_touched(kind, person)}, **_assigned(incident),
         data={"role": kind, "person": str(person), "person_id": person.pk, "decision": decision})  # fmt: skip
    role = _held(incident, kind, person, decision)
    _tell(incident, role, by)
    return role


def _touched(kind: str, person: User) -> str:
    return f"role:{kind}" if kind in Role.SINGLE else f"role:{kind}:{person.pk}"


def _assigned(incident: Incident) -> dict[str, Any]:
    """The first role that somebody is given is when it was assigned."""
    known = Incident.objects.values_list("assigned_at", flat=True).get(pk=incident.pk)
    return {} if known is not None else {"assigned_at": timezone.now()}


def _held(incident: Incident, kind: str, person: User, decision: str) -> Role:
    now = timezone.now()
    held = Role.objects.filter(incident=incident, kind=kind, until__isnull=True)
    if kind not in Role.SINGLE:
        held = held.filter(person=person)
    elif held.filter(person=person, decision=decision).exists():
        raise Conflict(_("{person} has this role already.").format(person=person))
    else:
        held.update(until=now)
    try:
        with transaction.atomic():
            return Role.objects.create(
                incident=incident, kind=kind, person=person, decision=decision, since=now
            )
    except IntegrityError:
        raise Conflict(_("{person} has this role already.").format(person=person)) from None


@transaction.atomic
def end_role(role: Role, *, by: Any) -> Role:
    """Somebody doesn't have this role any more."""
    incident = role.incident
    if role.person_id != getattr(by, "pk", None):
        require_lead(by, incident)
    ended = Role.objects.filter(pk=role.pk, until__isnull=True).update(until=timezone.now())
    if not ended:
        raise Conflict(_("This role has ended already."))
    data = {"role": role.kind, "person": str(role.person), "person_id": role.person_id, "ended": True}
    move(incident, Entry.Kind.ROLE, by=by, touches={_touched(role.kind, role.person)}, data=data,
         states=Incident.State.values, additive=True)  # fmt: skip
    role.refresh_from_db()
    return role


@transaction.atomic
def hand_over_incident(incident: Incident, to: User, *, by: Any, note: str) -> Role:
    """Hand the coordination over to somebody, with a note on how things stand."""
    require_lead(by, incident)
    if not note.strip():
        raise invalid("note", _("Write how things stand."))
    if not to.is_active or not has_perm(to, "incidents.view"):
        raise invalid("to", _("{person} may not see incidents.").format(person=to))
    before = Role.objects.filter(incident=incident, kind=Kind.COORDINATOR, until__isnull=True).first()
    if before is not None and before.person_id == to.pk:
        raise Conflict(_("{person} has this role already.").format(person=to))
    data = {"from": str(before.person) if before else "", "to": str(to), "person_id": to.pk}
    move(incident, Entry.Kind.HANDED_OVER, by=by, touches={f"role:{Kind.COORDINATOR}"}, text=note, data=data,
         states=UNDER_WAY, **_assigned(incident))  # fmt: skip
    role = _held(incident, Kind.COORDINATOR, to, "")
    _tell(incident, role, by, note)
    duty.log(incident, "handed-over", by=by, text=note)
    return role


def _tell(incident: Incident, role: Role, by: Any, note: str = "") -> None:
    if isinstance(by, User) and by.pk == role.person_id:
        return
    title = format_lazy(
        gettext_lazy("{number}: you are {role}"), number=incident.number, role=Kind(role.kind).label
    )
    text = f"{incident.title}\n{note}".strip()
    tell([role.person], kind="incident", title=title, text=text, url=duty.url_of(incident),
         key=f"incident-role:{role.pk}")  # fmt: skip
