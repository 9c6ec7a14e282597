"""Reading series: points over time, hourly values, newest numbers, and how a derived value came about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from django.db import connection

from halong.context.models import Entity
from halong.core.derived import HOUR, LOCAL, DerivedSeries, Explanation, Window
from halong.core.units import convert
from halong.observations.models import Series

Point = tuple[datetime, float | None, int]
Interval = Literal["raw", "hour", "day"]


def series_points(series: Series, start: datetime, end: datetime, interval: Interval) -> list[Point]:
    """(time, value, quality) with ``start`` < time <= ``end``, ascending.

    ``raw``: readings as they came. ``hour``, ``day``: means of the valid readings under the label of their end; None where
    fewer than 75 % of what the series' interval promises is valid. A missing row is a gap.
    """
    if interval == "day":
        return [
            (datetime.combine(day + timedelta(days=1), time(), LOCAL).astimezone(UTC), mean if complete else None, 0)
            for day, mean, complete in _rows(
                "SELECT day, mean, complete FROM rollup_day WHERE series_id = %s AND day >= %s AND day < %s ORDER BY day",
                [series.pk, start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()],
            )
        ]
    if interval == "hour" and not series.derived:
        return [
            (at, mean if complete else None, 0)
            for at, mean, complete in _rows(
                "SELECT time, mean, complete FROM rollup_hour"
                " WHERE series_id = %s AND time > %s AND time <= %s ORDER BY time",
                [series.pk, start, end],
            )
        ]
    return list(
        _rows(
            "SELECT time, value, quality FROM observation"
            " WHERE series_id = %s AND time > %s AND time <= %s ORDER BY time",
            [series.pk, start, end],
        )
    )


def hourly_values(series_id: int, start: datetime, end: datetime) -> dict[datetime, float]:
    """The values of an hourly derived series by label, ``start`` and ``end`` included."""
    return dict(
        _rows(
            "SELECT time, value FROM observation WHERE series_id = %s AND time BETWEEN %s AND %s",
            [series_id, start, end],
        )
    )


def hour_rows(
    series_ids: Collection[int], start: datetime, end: datetime
) -> Iterator[tuple[int, datetime, float, int, float | None, float | None]]:
    """(series, label, value, readings, minimum, maximum) of every whole hour with ``start`` < label <= ``end``.

    Means of hours with enough readings for measured series, the value itself for derived ones; by time, then series.
    """
    yield from _rows(
        """
        SELECT r.series_id, r.time, r.mean, r.valid, r.minimum, r.maximum
        FROM rollup_hour r JOIN observations_series s ON s.id = r.series_id AND s.derived = ''
        WHERE r.series_id = ANY(%(ids)s) AND r.complete AND r.time > %(start)s AND r.time <= %(end)s
        UNION ALL
        SELECT o.series_id, o.time, o.value, 1, NULL, NULL
        FROM observation o JOIN observations_series s ON s.id = o.series_id AND s.derived <> ''
        WHERE o.series_id = ANY(%(ids)s) AND o.time > %(start)s AND o.time <= %(end)s
        ORDER BY 2, 1
        """,
        {"ids": list(series_ids), "start": start, "end": end},
    )


def latest_documents(entities: Collection[Entity]) -> Mapping[int, Mapping[str, dict[str, Any]]]:
    """The newest readings of some entities as NGSI-LD Properties, by entity id and property name."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for entity_id, name, unit, at, value, quality in _rows(
        """
        SELECT s.entity_id, s.property, s.unit, l.time, l.value, l.quality
        FROM observations_series s JOIN latest l ON l.series_id = s.id WHERE s.entity_id = ANY(%s) ORDER BY s.id
        """,
        [[entity.pk for entity in entities]],
    ):
        document: dict[str, Any] = {"type": "Property", "value": value, "observedAt": _utc(at)}
        if unit:
            document["unitCode"] = unit
        if quality:
            document["quality"] = {"type": "Property", "value": quality}
        found.setdefault(entity_id, {})[name] = document
    return found


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def explain(entity: Entity, derived: DerivedSeries, label: datetime) -> Explanation:
    """How the derived value of an entity under a label came about: every parameter with its share."""
    series = entity.series.filter(property__in=[entry.property for entry in derived.inputs])
    return derived.explain(label, window_of(series, derived, label - derived.lookback_hours * HOUR, label))


def window_of(series: Iterable[Series], derived: DerivedSeries, start: datetime, end: datetime) -> Window:
    """Hourly means of a formula's inputs with ``start`` < label <= ``end``, in the units that the formula wants."""
    wanted = {entry.property: entry.unit for entry in derived.inputs}
    inputs = {one.pk: one for one in series if one.property in wanted}
    window: dict[str, dict[datetime, float | None]] = {one.property: {} for one in inputs.values()}
    for series_id, at, mean in _rows(
        "SELECT series_id, time, mean FROM rollup_hour"
        " WHERE series_id = ANY(%s) AND complete AND time > %s AND time <= %s",
        [list(inputs), start, end],
    ):
        one = inputs[series_id]
        window[one.property][at] = convert(mean, one.unit, wanted[one.property])
    return window


def _rows(sql: str, params: Sequence[object] | Mapping[str, object]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
