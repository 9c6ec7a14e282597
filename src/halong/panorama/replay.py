"""The last 24 hours of a map, hour by hour: how each thing stood, and what it measured. One compact answer.

A state at an hour is what people would have seen then: an alert that called at that moment, else silence. Alerts are exact
to the second; silence is known by the hour (from the hourly means), so that a thing counts as late or lost only when its
silence was surely long enough.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from halong.alerts.models import Alert, AlertEvent
from halong.context.models import Entity
from halong.panorama.atlas import OF_PRIORITY
from halong.panorama.measures import Measure, hourly
from halong.panorama.parts import View
from halong.panorama.things import signal_state

HOURS = 24
HOUR = timedelta(hours=1)
Span = tuple[int, int, datetime, datetime | None]  # thing, state, from, until (None: still)

_HEARD = """
    SELECT s.entity_id, min(s.interval_s), max(l.time),
           bit_or(1::bigint << (extract(epoch FROM r.time - %(start)s)::int / 3600)) FILTER (WHERE r.time IS NOT NULL)
    FROM observations_series s
    LEFT JOIN latest l ON l.series_id = s.id
    LEFT JOIN rollup_hour r ON r.series_id = s.id AND r.time > %(start)s AND r.time <= %(end)s
    WHERE s.entity_id = ANY(%(ids)s) AND s.derived = '' GROUP BY 1
"""


def hours_until(now: datetime) -> list[datetime]:
    """The last 24 whole hours, ascending."""
    top = now.replace(minute=0, second=0, microsecond=0)
    return [top - n * HOUR for n in range(HOURS - 1, -1, -1)]


def replay(view: View, measure: Measure | None) -> dict[str, Any]:
    """``states``: thing → one digit an hour (position in ``atlas.STATES``), only of things that weren't normal all the
    time; ``values``: thing → one number an hour of the property asked for, None where there is none.
    """
    hours = hours_until(view.now)
    entities = view.scope.entities(Entity.objects.visible_to(view.user))
    ids = list(entities.filter(lon__isnull=False, lat__isnull=False).values_list("pk", flat=True))
    silent = silences(ids, hours)
    states = overlay(silent, spans(view.user, ids, hours, view.now), hours)
    return {
        "hours": [hour.isoformat() for hour in hours],
        "states": {pk: text for pk, text in states.items() if text.strip("0")},
        "measure": measure.as_json() if measure else None,
        "values": hourly(measure, ids, hours) if measure else {},
    }


def spans(user: object, ids: Collection[int], hours: Sequence[datetime], now: datetime) -> list[Span]:
    """When alerts called on these things: from their raising until they were closed or put aside."""
    wanted = set(ids)
    rows = (
        Alert.objects.visible_to(user)
        .filter(
            Q(closed_at__isnull=True) | Q(closed_at__gt=hours[0]), suppressed=False, raised_at__lte=hours[-1]
        )
        .exclude(entity=None)
        .annotate(put_aside=Max("events__at", filter=Q(events__kind=AlertEvent.Kind.SHELVED)))
        .values_list("entity_id", "priority", "raised_at", "closed_at", "shelved_until", "put_aside")
    )
    return [
        (pk, OF_PRIORITY[priority], start, aside if until and until > now else closed)
        for pk, priority, start, closed, until, aside in rows
        if pk in wanted
    ]


def silences(ids: Sequence[int], hours: Sequence[datetime]) -> dict[int, str]:
    """Of every thing that measures: normal, late or lost at each hour."""
    start = hours[0] - 2 * HOUR
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, {"ids": list(ids), "start": start, "end": hours[-1]})
        for pk, interval, last, bits in cursor:
            found[pk] = "".join(
                str(_silence(hour, start, timedelta(seconds=interval), last, bits or 0)) for hour in hours
            )
    return found


def _silence(hour: datetime, start: datetime, interval: timedelta, last: datetime | None, heard: int) -> int:
    """The state by silence at an hour: ``heard`` has a bit for each hour after ``start`` in which something came."""
    at = (hour - start) // HOUR
    until_then = heard & ((1 << (at + 1)) - 1)
    if until_then:
        gap = at - (until_then.bit_length() - 1)
        return signal_state(gap * HOUR, interval)
    if last is not None and last <= hour:
        return signal_state(hour - last, interval)
    return 2 if last is None else signal_state(hour - start, interval)


def overlay(silent: dict[int, str], calling: Iterable[Span], hours: Sequence[datetime]) -> dict[int, str]:
    """The worst alert that called at each hour, over the silences."""
    rows = {pk: [int(digit) for digit in text] for pk, text in silent.items()}
    for pk, state, start, end in calling:
        row = rows.setdefault(pk, [0] * len(hours))
        for n, hour in enumerate(hours):
            if start <= hour and (end is None or hour < end):
                row[n] = state if row[n] < 3 else max(row[n], state)
    return {pk: "".join(map(str, row)) for pk, row in rows.items()}
