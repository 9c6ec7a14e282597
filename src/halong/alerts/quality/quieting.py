"""What keeps an alert quiet by design: planned maintenance, and a parent that explains it. Never a critical one."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.models import Alert, AlertEvent, AlertQuerySet, Maintenance
from halong.alerts.telling import tell_event
from halong.audit.actions import record
from halong.context.models import Attribute, Entity
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM, require
from halong.ingest.models import Source
from halong.places.models import Place
from halong.rules.models import Rule

PARENTS = (
    "gateway",
    "controlledBy",
    "refDevice",
)  # relationships that name what a thing's readings come through
LONGEST = timedelta(days=30)
_SOURCE = re.compile(r":Source:(\d+)$")
Kind = AlertEvent.Kind


@dataclass(frozen=True)
class Plan:
    """Planned work: on one thing, or on all things of a sector and place."""

    starts_at: datetime
    ends_at: datetime
    reason: str
    entity: Entity | None = None
    place: Place | None = None
    sector: str = ""


@transaction.atomic
def plan_maintenance(plan: Plan, *, by: Any) -> Maintenance:
    """Plan work: what its things say meanwhile is suppressed, except what is critical. Raises Invalid."""
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can plan maintenance."))
    now = timezone.now()
    wrong = {}
    if not plan.reason.strip():
        wrong["reason"] = _("Say what is done.")
    if plan.entity is None and plan.place is None and not plan.sector:
        wrong["entity"] = _("Choose a place or a sector; for one station, begin from its page.")
    if not plan.starts_at < plan.ends_at or plan.ends_at <= now:
        wrong["ends_at"] = _("The end lies after the beginning, and not in the past.")
    elif plan.ends_at - plan.starts_at > LONGEST:
        wrong["ends_at"] = _("A window lasts 30 days at most.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)
    entity = plan.entity
    window = Maintenance(
        entity=entity,
        place=entity.place if entity else plan.place,
        agency=entity.agency if entity else None,
        sector=entity.sector if entity else plan.sector,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        reason=plan.reason.strip()[:300],
        by=by,
        at=now,
    )
    require(by, "alerts.handle", window)
    window.save()
    record(by, "alerts.maintenance", window, reason=window.reason)
    keep_windows()
    return window


@transaction.atomic
def end_maintenance(window: Maintenance, *, by: Any) -> Maintenance:
    """The work is over before its time: what still stands speaks at once."""
    require(by, "alerts.handle", window)
    now = timezone.now()
    if not Maintenance.objects.filter(pk=window.pk, ended_at=None, ends_at__gt=now).update(ended_at=now):
        raise Conflict(_("This window is over already."))
    record(by, "alerts.maintenance_end", window)
    window.refresh_from_db()
    keep_windows()
    return window


def window_of(entity: Entity, now: datetime) -> Maintenance | None:
    """The planned work that covers a thing now."""
    return Maintenance.objects.at(now).filter(_covers(entity)).order_by("pk").first()


def _covers(entity: Entity) -> Q:
    path = entity.place.path if entity.place else ""
    ancestors = [int(part) for part in path.strip("/").split("/") if part]
    somewhere = Q(place__isnull=True) | Q(place__in=ancestors)
    return Q(entity=entity) | (Q(entity__isnull=True) & somewhere & Q(sector__in=["", entity.sector]))


@transaction.atomic
def keep_windows(*, by: Any = SYSTEM) -> int:
    """Let windows that have begun keep their open alerts quiet, and those of ended windows speak; how many changed."""
    require(by, "alerts.raise", None)
    now = timezone.now()
    running = list(Maintenance.objects.at(now).select_related("entity", "place"))
    over = Alert.objects.open().filter(window__isnull=False).exclude(window__in=running)
    changed = _speak(over, now)
    for window in running:
        quiet = _of(window).filter(suppressed=False, priority__gt=Rule.Priority.CRITICAL, window=None)
        for alert in list(quiet):
            if Alert.objects.filter(pk=alert.pk, suppressed=False).update(
                suppressed=True, window=window, changed_at=now
            ):
                tell_event(alert, Kind.MAINTENANCE, SYSTEM, note=window.reason)
                changed += 1
    return changed


def _of(window: Maintenance) -> AlertQuerySet:
    """The open alerts of things that a window covers."""
    found = Alert.objects.open().filter(entity__isnull=False)
    if window.entity_id is not None:
        return found.filter(entity=window.entity_id)
    if window.place is not None:
        found = found.filter(place__path__startswith=window.place.path)
    return found.filter(sector=window.sector) if window.sector else found


def _speak(alerts: AlertQuerySet, now: datetime) -> int:
    rows = list(alerts.select_related("root"))
    for alert in rows:
        root = alert.root
        lasts = root is not None and root.cleared_at is None and root.state != Alert.State.CLOSED
        explained = alert.suppressed and lasts
        Alert.objects.filter(pk=alert.pk).update(window=None, suppressed=explained, changed_at=now)
        if alert.suppressed and not explained:
            tell_event(alert, Kind.UNSUPPRESSED, SYSTEM)
    return len(rows)


def root_of(entity: Entity) -> Alert | None:
    """The open alert that explains why a thing is silent: of the source or gateway that its readings come through."""
    sources = set(Source.objects.filter(settings__entity=entity.urn).values_list("pk", flat=True))
    named = _parents(entity)
    sources |= {int(found[1]) for urn in named if (found := _SOURCE.search(urn))}
    standing = Alert.objects.open().filter(cleared_at=None)
    broken = standing.filter(cause__in=[f"source:{pk}" for pk in sources]).first()
    silent = Q(rule__kind=Rule.Kind.SILENCE, entity__urn__in=named)
    return broken or standing.filter(silent, suppressed=False).order_by("pk").first()


def _parents(entity: Entity) -> list[str]:
    rows = Attribute.objects.filter(entity=entity, name__in=PARENTS, deleted_at=None)
    found: list[str] = []
    for document in rows.values_list("document", flat=True):
        value = document.get("object")
        found += value if isinstance(value, list) else [str(value)] if value else []
    return found


@transaction.atomic
def adopt_children(root: Alert, *, by: Any = SYSTEM) -> int:
    """A source or gateway has just fallen silent: what its children had said of their silence is explained by it, except
    what is critical. Returns how many fell quiet.
    """
    require(by, "alerts.raise", None)
    named = _names(root)
    if not named:
        return 0
    related = Attribute.objects.filter(name__in=PARENTS, deleted_at=None).filter(
        Q(document__object__in=named)
        | Q(*[Q(document__object__contains=[urn]) for urn in named], _connector=Q.OR)
    )
    children = Q(entity__in=related.values("entity"))
    if root.cause.startswith("source:"):
        source = Source.objects.filter(pk=root.cause.removeprefix("source:")).first()
        children |= Q(entity__urn=str(source.settings.get("entity", ""))) if source else Q()
    now, count = timezone.now(), 0
    silent = Alert.objects.open().filter(
        children,
        rule__kind=Rule.Kind.SILENCE,
        root=None,
        priority__gt=Rule.Priority.CRITICAL,
        cleared_at=None,
    )
    for alert in list(silent.exclude(pk=root.pk)):
        if Alert.objects.filter(pk=alert.pk, root=None).update(root=root, suppressed=True, changed_at=now):
            tell_event(alert, Kind.SUPPRESSED, SYSTEM)
            count += 1
    return count


def _names(root: Alert) -> list[str]:
    """By which names children may call what fell silent."""
    if root.cause.startswith("source:"):
        return [f"urn:ngsi-ld:Source:{root.cause.removeprefix('source:')}"]
    if root.rule is not None and root.rule.kind == Rule.Kind.SILENCE and root.entity is not None:
        return [root.entity.urn]
    return []


@transaction.atomic
def take_from_group(alert: Alert, *, by: Any, apart: bool = True) -> Alert:
    """Take an alert out of its group (it stands by itself in every list), or put it back."""
    require(by, "alerts.handle", alert)
    standing = Alert.objects.open().filter(pk=alert.pk, apart=not apart)
    if not standing.update(apart=apart, changed_at=timezone.now()):
        raise Conflict(_("Somebody else has changed this alert meanwhile."))
    alert.refresh_from_db()
    tell_event(alert, Kind.APART if apart else Kind.GROUPED, by)
    record(by, "alerts.apart" if apart else "alerts.grouped", alert)
    return alert
