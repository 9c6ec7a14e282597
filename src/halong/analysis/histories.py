"""The values that are judged and forecast: hours of series, periods of indicators, on regular grids."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import QuerySet

from halong.analysis.actions import Subject
from halong.analysis.arrays import Values, on_grid
from halong.analysis.grain import DAY, HOUR, Grain, label_at, last_label, position
from halong.core.derived import LOCAL
from halong.indicators.grains import labels_between, previous
from halong.indicators.models import Indicator, Value
from halong.observations.models import Series
from halong.observations.queries import hour_rows

BATCH = 100


@dataclass(frozen=True)
class History:
    """``values`` of a subject on the grid of ``grain`` ("hour", "day", "month"), the last under the label ``end``."""

    subject: Subject
    grain: str
    end: datetime
    values: Values

    @property
    def first(self) -> int:
        """The position of the first value (hours and days)."""
        return position(self._grid, self.end) - len(self.values) + 1

    @property
    def _grid(self) -> Grain:
        return HOUR if self.grain == "hour" else DAY

    def label(self, index: int) -> datetime:
        """The label of a value; beyond the last one: of what comes."""
        if self.grain in {"hour", "day"}:
            return label_at(self._grid, self.first + index)
        return previous(self.end, self.grain, len(self.values) - 1 - index)


def of_series(ids: Iterable[int], now: datetime, count: int) -> Iterator[History]:
    """The last ``count`` hours of each series, read a hundred series at a time; those without any value are left out."""
    wanted, end = list(ids), last_label(now, "hour")
    for at in range(0, len(wanted), BATCH):
        some = wanted[at : at + BATCH]
        points: dict[int, dict[datetime, float | None]] = {}
        start = end - count * HOUR.step
        for series_id, label, mean, _valid, _low, _high in hour_rows(some, start, end):
            points.setdefault(series_id, {})[label] = mean
        for series_id, found in points.items():
            _first, values = on_grid(HOUR, found, end, count)
            yield History(Subject(series_id=series_id), "hour", end, values)


def of_indicator(
    indicator: Indicator, grain: str, now: datetime, count: int, *, every_node: bool = False
) -> Iterator[History]:
    """The last ``count`` closed periods at the whole, or at every node that isn't estimated."""
    end = last_label(now, grain)
    start = previous(end, grain, count)
    rows = Value.objects.filter(
        indicator=indicator, grain=grain, label__gt=start, label__lte=end, running=False, estimated=False
    )
    if not every_node:
        rows = rows.filter(node=0)
    points: dict[int, dict[datetime, float | None]] = {}
    for node, label, value in rows.values_list("node", "label", "value"):
        points.setdefault(node, {})[label] = value
    labels = list(labels_between(start, end, grain))
    for node, found in points.items():
        values = np.array([found.get(label) for label in labels], dtype=np.float64)  # None becomes NaN
        yield History(Subject(indicator_id=indicator.pk, node=node), grain, end, values)


def judged_since(now: datetime, grain: Grain) -> datetime:
    """The last label of what is learned from: what comes after it is judged. Yesterday's midnight; for days a week ago."""
    here = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return here - (timedelta(days=1) if grain is HOUR else timedelta(days=7))


def measured() -> QuerySet[Series]:
    """The series of things that are there, that come at least hourly."""
    return Series.objects.filter(entity__deleted_at__isnull=True, interval_s__lte=3600).order_by("pk")
