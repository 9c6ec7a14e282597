"""Derived series (VN_AQI, VN_WQI): computed again whenever an hour beneath them did, by the contract of ``core.derived``.

A value is a reading of the derived series under its label. A value that no longer follows from the hours goes. No
correction is noted: whatever was there can be computed from the readings and their corrections.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from halong.context.models import Entity
from halong.core import registry
from halong.core.derived import DerivedSeries, Explanation, affected_labels
from halong.core.live import touch
from halong.core.units import UnknownUnitError, convert
from halong.observations.partitions import ensure_partitions_sync

HOUR = timedelta(hours=1)
GRACE_S = 12  # a moment after the hour itself
ROWS = 2_000
LOCK = 0x0B5F  # advisory: hours write what derived values wait for, and the other way round, so one at a time does either


@dataclass(frozen=True)
class Target:
    """A derived series of a thing, with the measured series of the same thing by property: (id, unit)."""

    id: int
    entity_id: int
    kind: DerivedSeries
    inputs: Mapping[str, tuple[int, str]]


def mark(hours: Mapping[datetime, set[int]]) -> None:
    """Note which derived values depend on hours (label → series) that were computed. Those in the future wait for it."""
    inputs = {series_id for ids in hours.values() for series_id in ids}
    targets = targets_of(inputs=inputs) if inputs else []
    due: dict[tuple[int, datetime], None] = {}
    for target in targets:
        used = {series_id for series_id, _unit in target.inputs.values()}
        for label, ids in hours.items():
            if used & ids:
                due.update(dict.fromkeys((target.id, later) for later in affected_labels(target.kind, label)))
    if not due:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO dirty_derived AS d (series_id, time, due_at)
            SELECT id, label, greatest(now(), label + interval '{GRACE_S} seconds')
            FROM unnest(%s::int4[], %s::timestamptz[]) AS k (id, label)
            ORDER BY id, label
            ON CONFLICT (series_id, time) DO UPDATE SET due_at = excluded.due_at WHERE d.due_at > excluded.due_at
            """,  # noqa: S608 -- a constant
            [[key[0] for key in due], [key[1] for key in due]],
        )


@transaction.atomic
def compute_due() -> int:
    """Compute derived values that are due; returns how many labels were looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "SELECT series_id, time FROM dirty_derived WHERE due_at <= clock_timestamp() "
            "ORDER BY due_at, series_id LIMIT %s FOR UPDATE SKIP LOCKED",
            [ROWS],
        )
        due: dict[int, list[datetime]] = defaultdict(list)
        for series_id, label in cursor.fetchall():
            due[series_id].append(label)
        if not due:
            return 0
        changed: dict[int, list[datetime]] = {}
        for target in targets_of(derived=due):
            moved = _compute(cursor, target, sorted(due[target.id]))
            if moved:
                changed[target.id] = moved
                touch(f"entity:{target.entity_id}")
        _renew(cursor, changed)
        for series_id, labels in due.items():
            cursor.execute(
                "DELETE FROM dirty_derived WHERE series_id = %s AND time = ANY(%s)", [series_id, labels]
            )
    if changed:
        touch("panorama")
        touch("public")
    return sum(map(len, due.values()))


def _compute(cursor: Any, target: Target, labels: list[datetime]) -> list[datetime]:
    """Bring the values under these labels up to date; returns the labels whose value is another one now."""
    window = window_of(target, labels[0], labels[-1])
    cursor.execute(
        "SELECT time, value FROM observation WHERE series_id = %s AND time BETWEEN %s AND %s",
        [target.id, labels[0], labels[-1]],
    )
    stored: dict[datetime, float] = dict(cursor.fetchall())
    values = {label: target.kind.compute(label, window) for label in labels}
    new = {
        label: value for label, value in values.items() if value is not None and value != stored.get(label)
    }
    gone = [label for label, value in values.items() if value is None and label in stored]
    if new:
        ensure_partitions_sync(connection.connection, [label.astimezone(UTC).date() for label in new])
        cursor.execute(
            """
            INSERT INTO observation (time, value, series_id, quality)
            SELECT time, value, %s, 0 FROM unnest(%s::timestamptz[], %s::float8[]) AS k (time, value)
            ON CONFLICT (series_id, time) DO UPDATE SET value = excluded.value
            """,
            [target.id, list(new), list(new.values())],
        )
    if gone:
        cursor.execute(
            "DELETE FROM observation WHERE series_id = %s AND time = ANY(%s) AND time BETWEEN %s AND %s",
            [target.id, gone, gone[0], gone[-1]],
        )
    return sorted([*new, *gone])


def _renew(cursor: Any, changed: Mapping[int, Sequence[datetime]]) -> None:
    """Let roll-ups and ``latest`` of the derived series themselves follow."""
    if not changed:
        return
    pairs = [(series_id, label) for series_id, labels in changed.items() for label in labels]
    cursor.execute(
        """
        INSERT INTO dirty_hour (series_id, time, due_at)
        SELECT id, label, now() FROM unnest(%s::int4[], %s::timestamptz[]) AS k (id, label) ORDER BY label, id
        ON CONFLICT (series_id, time) DO UPDATE SET due_at = excluded.due_at
        """,
        [[pair[0] for pair in pairs], [pair[1] for pair in pairs]],
    )
    cursor.execute("DELETE FROM latest WHERE series_id = ANY(%s)", [list(changed)])
    for series_id in changed:
        cursor.execute(
            """
            INSERT INTO latest (series_id, time, value, quality)
            SELECT series_id, time, value, quality FROM observation WHERE series_id = %s ORDER BY time DESC LIMIT 1
            ON CONFLICT (series_id) DO UPDATE SET time = excluded.time, value = excluded.value
            """,
            [series_id],
        )


def targets_of(*, inputs: Iterable[int] = (), derived: Iterable[int] = ()) -> list[Target]:
    """The derived series that use some of the series ``inputs``, or those with the ids ``derived``."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, d.entity_id, d.derived, i.property, i.id, i.unit
            FROM observations_series d JOIN observations_series i ON i.entity_id = d.entity_id AND i.derived = ''
            WHERE d.derived <> '' AND (d.id = ANY(%(derived)s) OR d.entity_id IN (
                SELECT entity_id FROM observations_series WHERE id = ANY(%(inputs)s)))
            """,
            {"inputs": list(inputs), "derived": list(derived)},
        )
        found: dict[int, Target] = {}
        measured: dict[int, dict[str, tuple[int, str]]] = {}
        for series_id, entity_id, key, name, input_id, unit in cursor.fetchall():
            kind = registry.derived_series.get(key)
            if kind is None:
                continue
            wanted = measured.setdefault(series_id, {})
            found.setdefault(series_id, Target(series_id, entity_id, kind, wanted))
            if any(entry.property == name for entry in kind.inputs):
                wanted[name] = (input_id, unit)
    return list(found.values())


def window_of(target: Target, first: datetime, last: datetime) -> dict[str, dict[datetime, float | None]]:
    """The hourly means that the values under the labels ``first`` to ``last`` need, in the units of the formula."""
    window: dict[str, dict[datetime, float | None]] = {name: {} for name in target.inputs}
    if not window:
        return window
    names = {series_id: name for name, (series_id, _unit) in target.inputs.items()}
    wanted = {entry.property: entry.unit for entry in target.kind.inputs}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT series_id, time, mean FROM rollup_hour "
            "WHERE series_id = ANY(%s) AND time > %s AND time <= %s AND complete",
            [list(names), first - target.kind.lookback_hours * HOUR, last],
        )
        for series_id, label, mean in cursor.fetchall():
            name = names[series_id]
            window[name][label] = _converted(mean, target.inputs[name][1], wanted[name])
    return window


def _converted(mean: float | None, unit: str, wanted: str) -> float | None:
    if mean is None or not unit or unit == wanted:
        return mean
    try:
        return convert(mean, unit, wanted)
    except UnknownUnitError:
        return None


def explain(entity: Entity, kind: DerivedSeries, label: datetime) -> Explanation:
    """How the value of a thing's derived series under a label came about: its parts, or what is missing."""
    ids = entity.series.filter(derived=kind.key).values_list("pk", flat=True)
    targets = targets_of(derived=ids)
    window = window_of(targets[0], label, label) if targets else {}
    return kind.explain(label, window)
