"""Figures of alarm quality against those of ANSI/ISA-18.2 (performance metrics) and EEMUA 191.

An *annunciation* is one time that an operator was asked for a response: an alert that was raised, or raised again. What
was suppressed by design doesn't count.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from django.db.models import F, QuerySet

from halong.alerts.models import Alert, AlertEvent, AlertQuerySet
from halong.core.registry import Registry

SLOT = timedelta(minutes=10)
ACCEPTABLE, MANAGEABLE, FLOOD = 1.0, 2.0, 10  # annunciations an operator in ten minutes
FLOOD_SHARE = 1.0  # % of ten-minute periods that may be floods
TOP = 10  # sources
TOP_SHARE = 5.0  # % that the ten most frequent sources together should stay under
STALE_AFTER = timedelta(hours=24)
STALE_MOST = 5
CHATTER_TIMES, CHATTER_WITHIN = 3, timedelta(minutes=10)
SPREAD = {1: 5.0, 2: 15.0, 3: 80.0}  # % of annunciations by priority
ANSWER_WITHIN_S = {1: 60.0, 2: 300.0, 3: 900.0}  # our own aims: the standard leaves them to the site
Kind = AlertEvent.Kind
# How many operators are on at each of these moments, as far as a rota says; a module that knows rotas registers it.
on_watch: Registry[Callable[[Sequence[datetime]], list[int]]] = Registry()


@dataclass(frozen=True)
class Source:
    """A cause and how often it asked for a response; ``share`` in % of all."""

    cause: str
    title: str
    count: int
    share: float
    alert: int  # the latest of its alerts
    rule_id: int | None
    chattering: bool


@dataclass(frozen=True)
class Answered:
    """How fast alerts of a priority were acknowledged, in seconds; None: none was."""

    priority: int
    count: int
    median_s: float | None
    p90_s: float | None
    within_s: float
    share_within: float | None  # %


@dataclass(frozen=True)
class Quality:
    """The figures of a time. ``per_slot`` are annunciations an operator in each ten minutes, oldest first; ``operators`` the
    mean number of those over whom they were spread, ``by_rota`` whether a rota says so.
    """

    start: datetime
    end: datetime
    operators: float
    by_rota: bool
    total: int
    per_slot: list[float] = field(default_factory=list)
    flood_slots: int = 0
    sources: list[Source] = field(default_factory=list)
    stale: int = 0
    spread: dict[int, float] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """Annunciations an operator in ten minutes."""
        return sum(self.per_slot) / len(self.per_slot) if self.per_slot else 0.0

    @property
    def peak(self) -> float:
        """The worst ten minutes."""
        return max(self.per_slot, default=0.0)

    @property
    def flood_share(self) -> float:
        """% of the ten-minute periods that were floods."""
        return 100 * self.flood_slots / len(self.per_slot) if self.per_slot else 0.0

    @property
    def top_share(self) -> float:
        """% of all that the ten most frequent sources make."""
        return sum(source.share for source in self.sources[:TOP])

    @property
    def top_aim(self) -> float | None:
        """What ``top_share`` is held against; None where so few sources asked that even an equal spread would miss it."""
        return TOP_SHARE if len(self.sources) * TOP_SHARE >= 100 * TOP else None

    @property
    def chattering(self) -> int:
        """How many causes chattered."""
        return sum(source.chattering for source in self.sources)


def quality(alerts: AlertQuerySet, end: datetime, hours: int = 24) -> Quality:
    """The figures of the hours before ``end`` for what the given alerts said. Four queries and those of the rota.

    A rate is one operator's: it is spread over those who were on by the rota, or, where no rota says who was, over those
    who responded to anything in this time.
    """
    start = end - timedelta(hours=hours)
    rows = _annunciations(alerts, start, end)
    moments = [start + SLOT * (n + 0.5) for n in range(max(1, int((end - start) / SLOT)))]
    on = [max(known) for known in zip(*(ask(moments) for ask in on_watch), strict=True)] or [0] * len(moments)
    responders = max(1, _responders(alerts, start, end))
    operators = [n or responders for n in on]
    per_slot = slots([row[0] for row in rows], start, operators)
    counted = Counter(row[3] for row in rows)
    total = len(rows)
    return Quality(
        start=start,
        end=end,
        operators=sum(operators) / len(operators),
        by_rota=any(on),
        total=total,
        per_slot=per_slot,
        flood_slots=sum(n > FLOOD for n in per_slot),
        sources=_sources(rows),
        stale=alerts.open().filter(raised_at__lte=end - STALE_AFTER, suppressed=False).count(),
        spread={p: 100 * counted[p] / total if total else 0.0 for p in SPREAD},
        answered=_answered(alerts, start, end),
    )


Row = tuple[datetime, str, int, int, int | None, str]  # when, cause, alert, priority, rule, title


def _annunciations(alerts: AlertQuerySet, start: datetime, end: datetime) -> list[Row]:
    asked = AlertEvent.objects.filter(
        kind__in=[Kind.RAISED, Kind.REPEATED],
        at__gt=start,
        at__lte=end,
        alert__in=alerts.filter(suppressed=False),
    )
    columns = ("at", "alert__cause", "alert", "alert__priority", "alert__rule", "alert__title")
    return list(asked.order_by("at").values_list(*columns))


def _responders(alerts: AlertQuerySet, start: datetime, end: datetime) -> int:
    """How many people responded to anything: whom the load was spread over."""
    said = AlertEvent.objects.filter(by__isnull=False, at__gt=start, at__lte=end, alert__in=alerts)
    return said.values("by").distinct().count()


def slots(times: Iterable[datetime], start: datetime, operators: Sequence[int]) -> list[float]:
    """Annunciations an operator in each ten minutes from ``start``, oldest first; ``operators``: how many are on in each."""
    found = [0] * len(operators)
    for at in times:
        found[min(len(found) - 1, max(0, int((at - start) / SLOT)))] += 1
    return [n / on for n, on in zip(found, operators, strict=True)]


def chatters(times: Sequence[datetime]) -> bool:
    """Whether moments, in order, come three times within ten minutes."""
    return any(
        later - first <= CHATTER_WITHIN
        for first, later in zip(times, times[CHATTER_TIMES - 1 :], strict=False)
    )


def _sources(rows: Sequence[Row]) -> list[Source]:
    """Causes, the most frequent first."""
    by_cause: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_cause[row[1]].append(row)
    found = [
        Source(
            cause,
            own[-1][5],
            len(own),
            100 * len(own) / len(rows),
            own[-1][2],
            own[-1][4],
            chatters([row[0] for row in own]),
        )
        for cause, own in by_cause.items()
    ]
    return sorted(found, key=lambda source: (-source.count, source.title))


def _answered(alerts: AlertQuerySet, start: datetime, end: datetime) -> list[Answered]:
    rows: QuerySet[Alert, Any] = (
        alerts.filter(acknowledged_at__gt=start, acknowledged_at__lte=end)
        .annotate(took=F("acknowledged_at") - F("raised_at"))
        .values_list("priority", "took")
    )
    took: dict[int, list[float]] = defaultdict(list)
    for priority, span in rows:
        took[priority].append(max(0.0, span.total_seconds()))
    return [answered(priority, took[priority]) for priority in SPREAD]


def answered(priority: int, took: Sequence[float]) -> Answered:
    """How fast, from the seconds that each took."""
    aim = ANSWER_WITHIN_S[priority]
    if not took:
        return Answered(priority, 0, None, None, aim, None)
    p90 = quantiles(took, n=10, method="inclusive")[-1] if len(took) > 1 else took[0]
    within = 100 * sum(seconds <= aim for seconds in took) / len(took)
    return Answered(priority, len(took), median(took), p90, aim, within)
