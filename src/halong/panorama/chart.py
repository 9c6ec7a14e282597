"""A series over a period for the chart and its table: readings for short periods, means for long ones."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from halong.analysis.queries import marks_of
from halong.core.derived import LOCAL
from halong.core.sector import find_attribute, find_limits
from halong.core.units import convert, is_known, unit_symbol
from halong.observations.models import Series
from halong.observations.queries import series_points

READINGS_FOR = timedelta(days=2)  # above: hourly means; above 92 days: daily means
HOURS_FOR = timedelta(days=92)
SECONDS = {"hour": 3600, "day": 86_400}


@dataclass(frozen=True)
class Chart:
    """One series between two instants."""

    series: Series
    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """What it measures."""
        spec = find_attribute(self.series.entity.types, self.series.property)
        return str(spec.label) if spec else self.series.property

    @property
    def interval(self) -> str:
        """What a point is: raw, hour or day."""
        span = self.end - self.start
        if self.series.derived or span <= READINGS_FOR:
            return "raw"
        return "hour" if span <= HOURS_FOR else "day"

    @property
    def step_s(self) -> int:
        """Seconds between points; a wider hole is a gap."""
        return SECONDS.get(self.interval, self.series.interval_s)

    def points(self) -> list[tuple[datetime, float | None, int]]:
        """Time, value and quality, ascending."""
        return series_points(self.series, self.start, self.end, self.interval)

    def as_json(self) -> dict[str, Any]:
        """What ``<halong-chart>`` reads."""
        return {
            "series": [
                {
                    "name": self.name,
                    "unit": unit_symbol(self.series.unit),
                    "decimals": self.series.decimals,
                    "interval": self.step_s,
                    "points": [[at.timestamp(), value, quality] for at, value, quality in self.points()],
                }
            ],
            "limits": list(self.limits()),
            "marks": marks_of(self.series, 0, self.start, self.end),
        }

    def limits(self) -> Iterator[dict[str, Any]]:
        """The legal limits in force at the end of the period, in the unit of the series."""
        for limit in find_limits(self.series.entity.types, self.series.property, self.end.date()):
            if not is_known(self.series.unit):
                return  # nobody said what the numbers are in
            for end in (limit.minimum, limit.maximum):
                if end is None:
                    continue
                doubt = "" if limit.verified else " (" + gettext("unverified") + ")"
                averaging = "" if limit.averaging == "instant" else f", {limit.averaging}"
                yield {
                    "value": convert(end, limit.unit, self.series.unit)
                    if limit.unit != self.series.unit
                    else end,
                    "label": f"{limit.standard}{averaging}{doubt}",
                    "source": limit.source,
                }


def csv_rows(chart: Chart) -> str:
    """The table of a chart: a header that says unit and zone, then a row a point."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["time (+07:00)", f"{chart.series.property} ({unit_symbol(chart.series.unit)})", "quality"]
    )
    for at, value, quality in chart.points():
        writer.writerow([at.astimezone(LOCAL).isoformat(), "" if value is None else value, quality])
    return text.getvalue()
