"""Lists of incidents: those that one may see, under way or over, by words, kind and severity."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from halong.context.scope import Scope
from halong.core.text import fold
from halong.incidents.models import UNDER_WAY, Incident, Role

TABS = ("open", "mine", "closed", "all")


def listing(
    user: Any, scope: Scope, *, tab: str = "open", q: str = "", kind: str = "", severity: int | None = None
) -> QuerySet[Incident]:
    """Incidents of a tab: under way by severity, then the latest declared; the others the latest first."""
    found = _in_tab(Incident.objects.visible_to(user).within(scope), tab, user)
    for word in fold(q).split():
        found = found.filter(folded__contains=word)
    if kind:
        found = found.filter(kind=kind)
    if severity is not None:
        found = found.filter(severity=severity)
    found = found.select_related("place", "agency", "playbook__playbook", "into").defer(
        "place__boundary", "area"
    )
    if tab == "open":
        return found.order_by("-severity", "-declared_at", "-pk")
    return found.order_by("-declared_at", "-pk")


def _in_tab(found: QuerySet[Incident], tab: str, user: Any) -> QuerySet[Incident]:
    if tab == "open":
        return found.filter(state__in=UNDER_WAY)
    if tab == "mine":
        return found.filter(_own(user))
    if tab == "closed":
        return found.exclude(state__in=UNDER_WAY)
    return found


def _own(user: Any) -> Q:
    """Under way, and one has a role in them or declared them."""
    held = Role.objects.filter(person_id=getattr(user, "pk", None), until__isnull=True).values("incident")
    return Q(state__in=UNDER_WAY) & (Q(pk__in=held) | Q(declared_by_id=getattr(user, "pk", None)))


def counts(user: Any, scope: Scope) -> dict[str, int]:
    """How many there are by tab, in one query."""
    seen = Incident.objects.visible_to(user).within(scope)
    under_way = Q(state__in=UNDER_WAY)
    found: dict[str, int] = seen.aggregate(
        open=Count("pk", filter=under_way),
        mine=Count("pk", filter=_own(user)),
        closed=Count("pk", filter=~under_way),
        all=Count("pk"),
        critical=Count("pk", filter=under_way & Q(severity=4)),
    )
    return found
