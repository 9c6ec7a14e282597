"""Measured properties as a surface on the map: which there are, what each thing says now, what it said hour by hour.

A concentration or an index is a state of the place (``mean``: drawn as a surface between the stations, nowhere far from
one); a number of people or devices is an amount (``sum``: drawn as a density per square kilometre).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count

from halong.context.models import Entity
from halong.core.language import reader_language
from halong.core.sector import AttributeSpec, all_sectors, find_attribute, find_scale, find_type, sector_of
from halong.core.units import unit_symbol
from halong.observations.models import Series
from halong.panorama.parts import View
from halong.panorama.things import OF_INDEX

FEWEST = 2  # one thing makes no surface
HOUR = timedelta(hours=1)

_NOW = """
    SELECT s.entity_id, l.value FROM observations_series s JOIN latest l ON l.series_id = s.id
    WHERE s.property = %(property)s AND s.entity_id = ANY(%(ids)s) AND l.value IS NOT NULL AND l.quality = 0
    AND l.time > %(now)s - CASE WHEN s.derived = '' THEN 2 * s.interval_s * interval '1 second' ELSE %(index)s END
"""
_HOURLY = """
    SELECT s.entity_id, r.time, r.mean FROM observations_series s JOIN rollup_hour r ON r.series_id = s.id
    WHERE s.property = %(property)s AND s.derived = '' AND s.entity_id = ANY(%(ids)s)
    AND r.time >= %(start)s AND r.time <= %(end)s AND r.mean IS NOT NULL
    UNION ALL
    SELECT s.entity_id, o.time, o.value FROM observations_series s JOIN observation o ON o.series_id = s.id
    WHERE s.property = %(property)s AND s.derived <> '' AND s.entity_id = ANY(%(ids)s)
    AND o.time >= %(start)s AND o.time <= %(end)s AND o.quality = 0
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """A property of one type of things: ``key`` is ``Type.property``, ``way`` is mean or sum."""

    type: str
    name: str  # of the property
    label: str
    kind_label: str
    unit: str
    decimals: int
    way: str
    scale: str | None

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.type}.{self.name}"

    def as_json(self) -> dict[str, Any]:
        """What the legend needs."""
        return {
            "key": self.key,
            "label": self.label,
            "kind": self.kind_label,
            "unit": self.unit,
            "decimals": self.decimals,
            "way": self.way,
        }


def measure_of(key: str) -> Measure | None:
    """The declared property behind a key, or None."""
    kind_name, _, name = key.partition(".")
    kind, spec = find_type(kind_name), find_attribute([kind_name], name)
    if kind is None or spec is None or not spec.series:
        return None
    way = "sum" if is_amount(kind_name, spec) else "mean"
    return Measure(
        kind_name,
        name,
        str(spec.label),
        str(kind.plural),
        unit_symbol(spec.unit),
        spec.decimals,
        way,
        spec.scale,
    )


def is_amount(kind: str, spec: AttributeSpec) -> bool:
    """Whether values add up over things: whole numbers without a unit, as of people and devices; never an index, and
    never anything of the environment (counts of germs there are concentrations).
    """
    sector = sector_of(kind)
    whole = spec.unit == "C62" and spec.decimals == 0 and spec.maximum != 1  # not a flag
    counted = whole and not spec.derived and spec.scale is None
    return counted and sector is not None and sector.key != "environment"


def measures(view: View) -> list[tuple[str, list[Measure]]]:
    """By sector: the properties that at least two things of the scope measure."""
    entities = view.scope.entities(Entity.objects.visible_to(view.user)).filter(lon__isnull=False)
    series = Series.objects.filter(entity__in=entities).order_by()
    counted = series.values_list("entity__types__0", "property").annotate(n=Count("pk")).filter(n__gte=FEWEST)
    found = [m for kind, name, _n in counted if (m := measure_of(f"{kind}.{name}")) is not None]
    groups = []
    for sector in all_sectors():
        kinds = [kind.name for kind in sector.types]
        order = {
            f"{k.name}.{a.name}": (i, not a.derived) for k in sector.types for i, a in enumerate(k.attributes)
        }
        mine = sorted(
            (m for m in found if m.type in kinds), key=lambda m: (m.type, order[m.key][1], order[m.key][0])
        )
        if mine:
            groups.append((str(sector.name), mine))
    return groups


def options(found: list[Measure]) -> list[tuple[str, str]]:
    """Keys with words for a list to choose from; two kinds of things that measure the same are told apart."""
    times = Counter(m.label for m in found)
    return [
        (m.key, m.label + (f" ({m.unit})" if m.unit else "") + (f" · {m.kind_label}" if times[m.label] > 1 else ""))
        for m in found
    ]  # fmt: skip


def values_now(measure: Measure, view: View) -> dict[int, float]:
    """What each thing of the scope says now; what is older than twice its interval says nothing."""
    given: dict[str, Any] = {
        "property": measure.name,
        "ids": _ids(measure, view),
        "now": view.now,
        "index": OF_INDEX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOW, given)
        return {pk: round(value, measure.decimals) for pk, value in cursor}


def _ids(measure: Measure, view: View) -> list[int]:
    entities = view.scope.entities(Entity.objects.visible_to(view.user)).filter(types__0=measure.type)
    return list(entities.filter(lon__isnull=False, lat__isnull=False).values_list("pk", flat=True))


def hourly(measure: Measure, ids: Sequence[int], hours: Sequence[datetime]) -> dict[int, list[float | None]]:
    """One number an hour: the mean of a measured property, the value of a derived one."""
    at = {hour: n for n, hour in enumerate(hours)}
    mine = Entity.objects.filter(pk__in=list(ids), types__0=measure.type).values_list("pk", flat=True)
    found: dict[int, list[float | None]] = {}
    given: dict[str, Any] = {"property": measure.name, "ids": list(mine), "start": hours[0], "end": hours[-1]}
    with connection.cursor() as cursor:
        cursor.execute(_HOURLY, given)
        for pk, time, value in cursor:
            if time in at:
                found.setdefault(pk, [None] * len(hours))[at[time]] = round(value, measure.decimals)
    return found


def levels(measure: Measure, now: datetime) -> list[dict[str, Any]]:
    """The bands of the property's scale (VN_AQI) with the colours of the regulation; none where it has no scale."""
    scale = find_scale(measure.scale, now.date()) if measure.scale else None
    language = reader_language()
    return [
        {"low": level.low, "high": level.high, "colour": level.colour, "name": level.name(language)}
        for level in (scale.levels if scale else ())
    ]
