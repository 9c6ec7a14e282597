"""How often legal limits were exceeded in a period: by limit, and by thing (compliance of emitters).

A limit is held against the means of its averaging time: hours (1 h, and instant ones, which continuous monitoring
judges by the hour) or days (24 h) of complete data. Discharge limits are those of the station's column,
multiplied by its Kq and Kf (QCVN 40).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from halong.context.models import Attribute, Entity
from halong.core.derived import LOCAL
from halong.core.sector import AttributeSpec, Limit, find_attribute, find_limits
from halong.core.units import convert, is_known, unit_symbol
from halong.panorama.things import Thing

HOURS, DAYS = ("1h", "instant"), ("24h",)
EMITTER = "dischargeColumn"  # the attribute by which a thing is bound by a discharge standard


@dataclass(frozen=True)
class Held:
    """One series held against one limit, in the unit of the series."""

    thing: Thing
    series_id: int
    spec: AttributeSpec | None
    limit: Limit
    low: float | None
    high: float | None


@dataclass
class Count:
    """How many hours or days were measured, how many lay outside, and whose lay outside most often."""

    measured: int = field(default=0, init=False)
    outside: int = field(default=0, init=False)
    worst: Any = field(default=None, init=False)
    _most: int = field(default=0, init=False, repr=False)

    def add(self, whose: Any, measured: int, outside: int) -> None:
        """Count one series in."""
        self.measured += measured
        self.outside += outside
        if outside > self._most:
            self._most, self.worst = outside, whose


@dataclass
class Exceedance(Count):
    """One limit of one property over the period; ``worst`` is a thing, ``things`` how many were outside at all."""

    limit: Limit
    label: object
    things: int = field(default=0, init=False)

    def add(self, whose: Any, measured: int, outside: int) -> None:
        """Count one thing in."""
        super().add(whose, measured, outside)
        self.things += outside > 0

    @property
    def share(self) -> float | None:
        """Per cent of the measured hours or days that lay outside."""
        return 100 * self.outside / self.measured if self.measured else None

    @property
    def unit(self) -> str:
        """The unit of the limit as people write it."""
        return unit_symbol(self.limit.unit)

    @property
    def by_day(self) -> bool:
        """Whether days were counted; else hours."""
        return self.limit.averaging in DAYS


@dataclass
class Compliance(Count):
    """One emitter over the period, hour by hour of each parameter; ``worst`` is the name of a parameter."""

    thing: Thing

    @property
    def share(self) -> float:
        """Per cent of the measured parameter-hours that lay within the limits."""
        return 100 * (self.measured - self.outside) / self.measured if self.measured else 0.0


def exceedances(
    things: Iterable[Thing], start: datetime, end: datetime
) -> tuple[list[Exceedance], list[Compliance]]:
    """Limits with what was measured against them, the most exceeded first; and emitters, the worst first. Three queries."""
    held = _held(list(things), end)
    counts = _counts(held, start, end)
    limits: dict[str, Exceedance] = {}
    emitters: dict[int, Compliance] = {}
    for one in held:
        measured, outside = counts.get((one.series_id, one.limit.id), (0, 0))
        if not measured:
            continue
        label = one.spec.label if one.spec else one.limit.property
        limits.setdefault(one.limit.id, Exceedance(one.limit, label)).add(one.thing, measured, outside)
        if one.limit.column:
            emitters.setdefault(one.thing.entity.pk, Compliance(one.thing)).add(label, measured, outside)
    by_share = sorted(limits.values(), key=lambda row: (-(row.share or 0), row.limit.id))
    return by_share, sorted(emitters.values(), key=lambda row: (row.share, row.thing.entity.sort_key))


def _held(things: list[Thing], end: datetime) -> list[Held]:
    on = end.astimezone(LOCAL).date()
    terms = _terms([thing.entity for thing in things])
    found = []
    for thing in things:
        term = terms.get(thing.entity.pk, {})
        for reading in thing.readings.values():
            if reading.derived or not is_known(reading.unit):
                continue
            for limit in find_limits(thing.entity.types, reading.name, on):
                if limit.averaging in (*HOURS, *DAYS) and limit.column in (None, term.get(EMITTER)):
                    own = limit.times(float(term.get("kq", 1)) * float(term.get("kf", 1)))
                    spec = find_attribute(thing.entity.types, reading.name)
                    ends = [_in_unit(end_, own.unit, reading.unit) for end_ in (own.minimum, own.maximum)]
                    found.append(Held(thing, reading.series_id, spec, limit, ends[0], ends[1]))
    return found


def _in_unit(value: float | None, unit: str, wanted: str) -> float | None:
    if value is None:
        return None
    return float(value) if unit == wanted else convert(value, unit, wanted)


def _terms(entities: list[Entity]) -> dict[int, dict[str, Any]]:
    """Column, Kq and Kf of those things that have a permit."""
    rows = Attribute.objects.filter(
        entity__in=entities, name__in=[EMITTER, "kq", "kf"], deleted_at__isnull=True
    ).values_list("entity_id", "name", "document")
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for pk, name, document in rows:
        found[pk][name] = document.get("value")
    return found


_COUNT = """
SELECT w.series, w.lim, count(*),
       count(*) FILTER (WHERE r.mean < w.low OR r.mean > w.high)
FROM unnest(%(series)s::int4[], %(limits)s::text[], %(lows)s::float8[], %(highs)s::float8[]) AS w (series, lim, low, high)
"""
_HOURS = _COUNT + (
    "JOIN rollup_hour r ON r.series_id = w.series AND r.complete AND r.time > %(start)s AND r.time <= %(end)s GROUP BY 1, 2"
)
_DAYS = _COUNT + (
    "JOIN rollup_day r ON r.series_id = w.series AND r.complete AND r.day >= %(first)s AND r.day < %(last)s GROUP BY 1, 2"
)


def _counts(held: list[Held], start: datetime, end: datetime) -> dict[tuple[int, str], tuple[int, int]]:
    found: dict[tuple[int, str], tuple[int, int]] = {}
    with connection.cursor() as cursor:
        for sql, kinds in ((_HOURS, HOURS), (_DAYS, DAYS)):
            wanted = [one for one in held if one.limit.averaging in kinds]
            cursor.execute(
                sql,
                {
                    "series": [one.series_id for one in wanted],
                    "limits": [one.limit.id for one in wanted],
                    "lows": [one.low for one in wanted],
                    "highs": [one.high for one in wanted],
                    "start": start,
                    "end": end,
                    "first": start.astimezone(LOCAL).date(),
                    "last": end.astimezone(LOCAL).date(),
                },
            )
            found |= {(series, lim): (measured, outside) for series, lim, measured, outside in cursor}
    return found
