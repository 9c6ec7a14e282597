"""Reading alerts: lists and groups, rates, counts, neighbours."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from halong.alerts.models import Alert, AlertQuerySet
from halong.context.models import Entity
from halong.core.text import fold

SLOT = timedelta(minutes=10)
SLOTS = 18  # three hours
FLOOD = 10  # alerts in ten minutes (EEMUA 191): more is a flood
GROUP = 3  # alerts of one cause and place that are shown as one in a flood
EARTH_KM = 6371.0
NEAR_KM = 10.0
AROUND = timedelta(hours=1)


@dataclass(frozen=True)
class Rate:
    """New alerts per ten minutes: the newest slot last. ISA-18.2: 1 is fine, 2 can be managed, over 10 is a
    flood.
    """

    counts: list[int]

    @property
    def now(self) -> int:
        """In the last ten minutes."""
        return self.counts[-1]

    @property
    def mean(self) -> float:
        """Over all slots."""
        return sum(self.counts) / len(self.counts)

    @property
    def flood(self) -> bool:
        """More than anybody can respond to."""
        return self.now > FLOOD

    @property
    def state(self) -> str:
        """The status of the last ten minutes against 1, 2 and 10."""
        steps = ((1, "normal"), (2, "attention"), (FLOOD, "high"))
        return next((state for most, state in steps if self.now <= most), "critical")


def rate(alerts: "QuerySet[Alert]", now: datetime | None = None, slots: int = SLOTS) -> Rate:
    """How many of these alerts were raised in each of the last slots of ten minutes. What is suppressed
    doesn't count.
    """
    now = now or timezone.now()
    counts = [0] * slots
    raised = alerts.filter(raised_at__gt=now - slots * SLOT, raised_at__lte=now, suppressed=False)
    for at in raised.values_list("raised_at", flat=True):
        counts[slots - 1 - int((now - at) / SLOT)] += 1
    return Rate(counts)


@dataclass
class Group:
    """Alerts that are shown as one row: ``lead`` is the gravest, ``members`` are those that are shown when it is opened.

    Of a large group only some are loaded: then ``pks`` are all of them, ``waits`` and ``places`` are counted over all.
    """

    lead: Alert
    members: list[Alert] = field(default_factory=list)
    pks: list[int] = field(default_factory=list)
    waits: int | None = None
    places: int | None = None
    label: str = ""

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.pks) or len(self.members)

    @property
    def unseen(self) -> int:
        """How many aren't among those shown."""
        return self.count - len(self.members)

    @property
    def many(self) -> bool:
        """Whether it is more than one."""
        return self.count > 1

    @property
    def name(self) -> str:
        """What the row is called."""
        return self.label or str(self.lead.rule.name if self.lead.rule else self.lead.title)

    @property
    def scattered(self) -> bool:
        """Whether they lie in several places."""
        found = self.places if self.places is not None else len({alert.place_id for alert in self.members})
        return found > 1

    @property
    def ids(self) -> str:
        """Which they are, for the response to exactly these; the first thousand."""
        return ",".join(str(pk) for pk in (self.pks or [alert.pk for alert in self.members])[:1000])

    @property
    def waiting(self) -> int:
        """How many nobody has acknowledged."""
        if self.waits is not None:
            return self.waits
        return sum(alert.state in {Alert.State.NEW, Alert.State.CLEARED} for alert in self.members)


def singles(alerts: Iterable[Alert]) -> list[Group]:
    """Each alert as a row of its own."""
    return [Group(alert, [alert]) for alert in alerts]


TABS = ("open", "cleared", "shelved", "suppressed", "closed")


def in_tab(alerts: AlertQuerySet, tab: str, now: datetime) -> AlertQuerySet:
    """The alerts of a tab of the list, in its order."""
    if tab == "closed":
        return alerts.filter(state=Alert.State.CLOSED).order_by("-closed_at", "-pk")
    gravest = ("priority", "-raised_at", "-pk")
    if tab == "shelved":
        return alerts.shelved(now).order_by("shelved_until", "pk")
    if tab == "suppressed":
        return alerts.open().filter(suppressed=True).order_by(*gravest)
    if tab == "cleared":
        return alerts.calling(now).filter(state=Alert.State.CLEARED).order_by(*gravest)
    return alerts.calling(now).exclude(state=Alert.State.CLEARED).order_by(*gravest)


def tab_counts(alerts: AlertQuerySet, now: datetime) -> dict[str, int]:
    """How many alerts each tab but the history holds, in one query."""
    here = Q(suppressed=False) & (Q(shelved_until__isnull=True) | Q(shelved_until__lte=now))
    cleared = Q(state=Alert.State.CLEARED)
    return alerts.open().aggregate(
        open=Count("pk", filter=here & ~cleared),
        cleared=Count("pk", filter=here & cleared),
        shelved=Count("pk", filter=Q(shelved_until__gt=now)),
        suppressed=Count("pk", filter=Q(suppressed=True)),
    )


def narrowed(alerts: AlertQuerySet, wanted: dict[str, Any]) -> AlertQuerySet:
    """Alerts by ``priority``, ``sector``, ``place`` and ``agency`` (with what is below them), and words
    ``q``.
    """
    if wanted.get("priority"):
        alerts = alerts.filter(priority=wanted["priority"])
    if wanted.get("sector"):
        alerts = alerts.filter(sector=wanted["sector"])
    if wanted.get("place"):
        alerts = alerts.filter(place__path__startswith=wanted["place"].path)
    if wanted.get("agency"):
        alerts = alerts.filter(agency__path__startswith=wanted["agency"].path)
    for word in fold(wanted.get("q") or "").split():
        alerts = alerts.filter(folded__contains=word)
    return alerts


def counts(alerts: AlertQuerySet, now: datetime | None = None) -> dict[str, dict[Any, int]]:
    """How many alerts ask for a response now: by ``place`` (id), ``sector`` and ``priority``."""
    calling = alerts.calling(now or timezone.now())
    rows = calling.values_list("place_id", "sector", "priority").annotate(n=Count("pk")).order_by()
    found: dict[str, dict[Any, int]] = {
        "place": defaultdict(int),
        "sector": defaultdict(int),
        "priority": defaultdict(int),
    }
    for place, sector, priority, n in rows:
        found["place"][place] += n
        found["sector"][sector] += n
        found["priority"][priority] += n
    return {side: dict(numbers) for side, numbers in found.items()}


def changed_since(alerts: AlertQuerySet, since: datetime) -> AlertQuerySet:
    """What became different after ``since``, the newest change first."""
    return alerts.filter(changed_at__gt=since).order_by("-changed_at")


@dataclass(frozen=True)
class Neighbour:
    """Another alert near in time and place; ``km`` from the first one's thing."""

    alert: Alert
    km: float


def neighbours(alert: Alert, visible: AlertQuerySet) -> list[Neighbour]:
    """Other alerts raised within an hour and ten kilometres, the nearest first: one cause may have many
    signs.
    """
    here = alert.entity
    if here is None or here.lon is None or here.lat is None:
        return []
    spread = NEAR_KM / 111.0
    lon_spread = spread / max(cos(radians(here.lat)), 0.1)
    near = (
        visible.filter(raised_at__range=(alert.raised_at - AROUND, alert.raised_at + AROUND))
        .filter(entity__lat__range=(here.lat - spread, here.lat + spread))
        .filter(entity__lon__range=(here.lon - lon_spread, here.lon + lon_spread))
        .exclude(pk=alert.pk)
        .select_related("entity", "place")
        .order_by("raised_at")[:200]
    )
    found = [Neighbour(other, _km(here, other.entity)) for other in near if other.entity is not None]
    return sorted((one for one in found if one.km <= NEAR_KM), key=lambda one: one.km)[:20]


def _km(a: Entity, b: Entity) -> float:
    """The great-circle distance of two things (haversine)."""
    lat1, lon1, lat2, lon2 = (radians(float(v or 0.0)) for v in (a.lat, a.lon, b.lat, b.lon))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(h))


def raised_by_rule(since: datetime) -> dict[int, int]:
    """How often each rule raised since then, repetitions included."""
    rows = (
        Alert.objects.filter(rule__isnull=False, raised_at__gte=since)
        .values_list("rule")
        .annotate(n=Count("pk"))
    )
    return {rule: n for rule, n in rows if rule is not None}
