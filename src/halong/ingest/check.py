"""Matching readings with series and judging whether they can be true: pure, and quick for those that are fine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from halong.core.units import UnknownUnitError, convert, unit_code
from halong.ingest.batch import Observation, Reason, Rejected
from halong.ingest.directory import Directory, Known, SourceRef, Thing
from halong.observations.copy import Columns

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_S = 946_684_800
AHEAD_US = 300_000_000  # a clock may be five minutes fast
SECOND_US = 1_000_000
BAD_TIME = -1
LAST_US = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * SECOND_US
MICROSECOND = timedelta(microseconds=1)

Times = Sequence[int]


class Wire(msgspec.Struct, gc=False):
    """A reading as JSON carries it: like ``Observation``, with the time as it was written."""

    entity: str
    property: str
    time: str
    value: float
    unit: str | None = None
    quality: int = 0


Item = Observation | Wire


@dataclass(slots=True)
class Checked:
    """Readings that are ready to be stored, and what has to be set aside."""

    columns: Columns = field(default_factory=Columns)
    rejected: list[Rejected] = field(default_factory=list)
    impossible: list[tuple[int, int, float]] = field(
        default_factory=list
    )  # series, time, value out of its range
    unknown: dict[str, list[int]] = field(default_factory=dict)  # URN → positions of what the directory lacks


def micros(moment: datetime) -> int:
    """Microseconds since 2000-01-01 UTC; BAD_TIME for a time without zone or before 2000."""
    if moment.tzinfo is None:
        return BAD_TIME
    return (moment - EPOCH) // MICROSECOND


def check(
    items: Sequence[Item],
    times: Times,
    directory: Directory,
    source: SourceRef,
    now_us: int,
    origins: Sequence[str],
) -> Checked:
    """Sort readings into what can be stored, what can't, and what the directory doesn't know (yet).

    ``times[i]`` are microseconds since 2000; ``origins[i]`` says where item i came from, ``origins`` may be empty.
    """
    result = Checked()
    columns = result.columns
    add_series, add_time = columns.series.append, columns.times.append
    add_value, add_quality = columns.values.append, columns.qualities.append
    lookup = directory.lookup(source)
    newest = now_us + AHEAD_US
    oldest = 0 if source.max_age_s is None else now_us - source.max_age_s * SECOND_US
    for position, item in enumerate(items):
        time, value, quality = times[position], item.value, item.quality
        try:
            series_id, low, high, unit = known = lookup[item.entity][item.property]
        except KeyError:
            result.unknown.setdefault(item.entity, []).append(position)
            continue
        if not (low <= value <= high and oldest <= time <= newest and 0 <= quality <= 2) or (
            item.unit is not None and item.unit != unit
        ):
            origin = origins[position] if origins else f"item {position}"
            settled = _settle(item, time, known, (oldest, newest), origin)
            if isinstance(settled, Rejected):
                result.rejected.append(settled)
                if settled.reason is Reason.OUT_OF_RANGE and quality == 0 and oldest <= time <= newest:
                    result.impossible.append((series_id, time, value))
                continue
            value = settled
        add_series(series_id)
        add_time(time)
        add_value(value)
        add_quality(quality)
    return result


def reject_unknown(
    checked: Checked,
    items: Sequence[Item],
    times: Times,
    things: dict[str, Thing],
    source: SourceRef,
    origins: Sequence[str],
) -> None:
    """Set aside what stayed unknown after the database was asked, and say what is unknown about it."""
    for urn, positions in checked.unknown.items():
        thing = things.get(urn)
        for position in positions:
            item = items[position]
            if thing is None:
                reason, detail = Reason.UNKNOWN_ENTITY, f"there is no thing {urn}"
            elif item.property not in thing.series:
                reason, detail = Reason.UNKNOWN_PROPERTY, f"{urn} has no series {item.property}"
            else:
                reason, detail = Reason.FORBIDDEN_ENTITY, f"this source may not write to {urn}"
            origin = origins[position] if origins else f"item {position}"
            checked.rejected.append(Rejected(reason, detail, origin, payload_of(item, times[position])))
    checked.unknown = {}


def _settle(  # noqa: PLR0911 -- a list of reasons
    item: Item, time: int, known: Known, bounds: tuple[int, int], origin: str
) -> float | Rejected:
    """The value in the series' unit of a reading that didn't pass at a glance, or why it is set aside."""

    def aside(reason: Reason, detail: str) -> Rejected:
        return Rejected(reason, detail, origin, payload_of(item, time))

    value = item.value
    if not math.isfinite(value):
        return aside(Reason.BAD_VALUE, f"{value} is not a finite number")
    if not 0 <= item.quality <= 2:
        return aside(Reason.BAD_QUALITY, f"quality {item.quality} is none of 0, 1, 2")
    if not 0 <= time < LAST_US:
        return aside(Reason.BAD_TIME, "the time has no zone, or its year is impossible")
    if time > bounds[1]:
        return aside(Reason.FUTURE, "the time is more than five minutes ahead")
    if time < bounds[0]:
        return aside(Reason.TOO_OLD, "the time is longer ago than this source may report")
    if item.unit and known.unit and item.unit != known.unit:
        try:
            value = convert(value, unit_code(item.unit), known.unit)
        except UnknownUnitError as error:
            return aside(Reason.UNKNOWN_UNIT, str(error))
    if not known.low <= value <= known.high:
        return aside(
            Reason.OUT_OF_RANGE, f"{value:g} is outside the possible {known.low:g} to {known.high:g}"
        )
    return value


def payload_of(item: Item, time: int) -> bytes:
    """A reading as the JSON object that it could have come as, to be shown, corrected and replayed."""
    moment = "" if not 0 <= time < LAST_US else (EPOCH + timedelta(microseconds=time)).isoformat()
    body: dict[str, object] = {
        "entity": item.entity,
        "property": item.property,
        "time": item.time if isinstance(item, Wire) else moment,
        "value": item.value if math.isfinite(item.value) else str(item.value),
    }
    if item.unit is not None:
        body["unit"] = item.unit
    if item.quality != 0:
        body["quality"] = item.quality
    return msgspec.json.encode(body)


def times_of(observations: Sequence[Observation]) -> list[int]:
    """The times of readings in microseconds since 2000."""
    return [micros(observation.time) for observation in observations]
