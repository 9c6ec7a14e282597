"""Reading warnings: what the public sees, what an incident has, what the desk lists."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from halong.context.scope import Scope
from halong.core.live import heard
from halong.places.models import Place
from halong.warnings.models import OPEN, Act, Dispatch, Warning

TOPIC = "warnings"
RECENT = timedelta(days=7)
_IN_TAB = {
    "open": Q(state__in=OPEN),
    "force": Q(state="published"),
    "over": ~Q(state__in=(*OPEN, "published")),
    "all": Q(pk__isnull=False),
}
TABS = tuple(_IN_TAB)
_SEVERITY = {"Extreme": 0, "Severe": 1, "Moderate": 2, "Minor": 3, "Unknown": 4}


def for_incident(number: str) -> list[Warning]:
    """The warnings of an incident, the newest first, as whoever may see the incident sees them."""
    return list(Warning.objects.filter(incident=number).exclude(incident="").order_by("-pk"))


def public_now(place: Place | None = None) -> list[Warning]:
    """What warns the public now (of ``place``: what touches it), the gravest first. Never an exercise."""
    found = [warning for warning in _in_force() if warning.expires > timezone.now()]
    if place is not None:
        found = [warning for warning in found if touches(warning, place)]
    return found


def touches(warning: Warning, place: Place) -> bool:
    """Whether one of its areas lies in the place, or holds it."""
    paths = [area.place.path for area in warning.areas.all()]
    return any(path.startswith(place.path) or place.path.startswith(path) for path in paths)


def _in_force() -> tuple[Warning, ...]:
    """The gravest first: every public page asks, so kept in a process that hears of changes."""
    changes = heard(TOPIC)
    return _read() if changes is None else _read_after(changes)


@lru_cache(maxsize=1)
def _read_after(_changes: tuple[int, ...]) -> tuple[Warning, ...]:
    return _read()


def _read() -> tuple[Warning, ...]:
    rows = Warning.objects.public().in_force(timezone.now()).select_related("authority").defer("xml")
    return tuple(
        sorted(
            rows.prefetch_related("areas__place"),
            key=lambda warning: (_SEVERITY[warning.severity], -warning.pk),
        )
    )


def public_recent() -> list[Warning]:
    """What was in force in the last seven days and isn't any more, and cancellations, the newest first."""
    rows = Warning.objects.public().filter(sent__gt=timezone.now() - RECENT).filter(
        Q(state__in=("cancelled", "expired")) | Q(msg_type="Cancel")
    )  # fmt: skip
    return list(
        rows.defer("xml")
        .select_related("authority")
        .prefetch_related("areas__place")
        .order_by("-sent", "-pk")[:50]
    )


def public_feed() -> list[Warning]:
    """The messages of the feed: those in force, and all of the last seven days, the newest first."""
    rows = Warning.objects.public().filter(Q(state="published") | Q(sent__gt=timezone.now() - RECENT))
    return list(
        rows.select_related("authority").prefetch_related("areas__place").order_by("-sent", "-pk")[:200]
    )


def public_one(number: str) -> Warning | None:
    """One public warning by its number, whatever became of it."""
    rows = Warning.objects.public().select_related("authority", "replaces").prefetch_related("areas__place")
    return rows.filter(number=number).first()


def listing(user: Any, scope: Scope, *, tab: str = "open", q: str = "") -> QuerySet[Warning]:
    """The list of the desk, the newest first."""
    rows = (
        Warning.objects.visible_to(user).select_related("place", "authority").prefetch_related("areas__place")
    )
    rows = rows.filter(_IN_TAB[tab])
    if scope.place:
        rows = rows.filter(place__path__startswith=scope.place.path)
    if q.strip():
        said = q.strip()
        rows = rows.filter(
            Q(number__icontains=said) | Q(headline_vi__icontains=said) | Q(incident__iexact=said)
        )
    return rows.defer("xml").order_by("-made_at", "-pk")


def counts(user: Any, scope: Scope) -> dict[str, int]:
    """How many stand in each tab."""
    rows = Warning.objects.visible_to(user)
    if scope.place:
        rows = rows.filter(place__path__startswith=scope.place.path)
    return rows.aggregate(**{tab: Count("pk", filter=rule) for tab, rule in _IN_TAB.items()})


@dataclass(frozen=True)
class ChannelState:
    """How it stands with one channel of a warning: how many targets, how many of each state, the last fault."""

    channel: str
    label: str
    sent: int
    waiting: int
    failed: int
    attempts: int
    error: str
    last_at: datetime | None


def channel_states(warning: Warning) -> list[ChannelState]:
    """How the hand-overs of a warning went, by channel; counted by the database, as there may be thousands."""
    rows = Dispatch.objects.filter(warning=warning)
    counted = rows.values("channel").annotate(
        sent=Count("pk", filter=Q(state="sent")),
        waiting=Count("pk", filter=Q(state="waiting")),
        failed=Count("pk", filter=Q(state="failed")),
        tries=Sum("attempts"),
        last=Max("sent_at"),
    )
    by_channel = {row["channel"]: row for row in counted}
    last_fault = rows.exclude(error="").order_by("channel", "-pk").distinct("channel")
    errors = dict(last_fault.values_list("channel", "error"))
    return [
        ChannelState(
            channel, str(channel.label), row["sent"], row["waiting"], row["failed"], row["tries"],
            errors.get(channel, ""), row["last"],
        )
        for channel in Dispatch.Channel if (row := by_channel.get(channel))
    ]  # fmt: skip


def troubled(warning: Warning) -> list[Dispatch]:
    """Hand-overs to outlets that have failed or wait after a failure, with the outlet's name."""
    rows = Dispatch.objects.filter(warning=warning).exclude(state="sent").exclude(error="")
    return list(rows.select_related("outlet").order_by("pk")[:50])


def acts_of(warning: Warning) -> list[Act]:
    """What was done to it, in order."""
    return list(Act.objects.filter(warning=warning).select_related("by"))


def series_of(warning: Warning) -> list[Warning]:
    """The whole series that it belongs to, in order: the first warning, its updates, its cancellation."""
    first = warning
    while first.replaces is not None:
        first = first.replaces
    found, level = [first], [first.pk]
    while level:
        rows = list(Warning.objects.filter(replaces__in=level).defer("xml").order_by("pk"))
        found += rows
        level = [row.pk for row in rows]
    return found
