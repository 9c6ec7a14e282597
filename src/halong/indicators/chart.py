"""An indicator over time, for the chart, its table and its CSV."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from halong.context.scope import Scope
from halong.core.formats import format_number
from halong.core.units import unit_symbol
from halong.indicators.grains import GRAINS, code_of, day_of, period_words, rank, start_of
from halong.indicators.models import Definition, Indicator, node_of
from halong.indicators.queries import Point, first_label, history
from halong.indicators.standings import targets_at
from halong.web.words import STATES

SPANS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
    "all": timedelta(days=36_500),
}
STEP = {"hour": 3600, "day": 86_400, "month": 31 * 86_400, "quarter": 92 * 86_400, "year": 366 * 86_400}
LEAST, MOST = 12, 3000  # points of a chart
CSV_HEAD = (
    "period",
    "end_of_period",
    "value",
    "numerator",
    "denominator",
    "reported",
    "expected",
    "flags",
    "version",
)


def default_span(base: str, period: str) -> str:
    """The span of the top bar, or the next longer one that has a dozen periods of this grain."""
    keys = list(SPANS)
    begin = keys.index(period) if period in SPANS else 0
    return next((key for key in keys[begin:] if SPANS[key].total_seconds() / STEP[base] >= LEAST), "all")


def grains_for(base: str, span: str) -> list[str]:
    """The grains in which a span can be drawn: not finer than the definition's, neither too many points nor too few."""
    counts = {grain: SPANS[span].total_seconds() / STEP[grain] for grain in GRAINS[rank(base) :]}
    fit = [grain for grain, count in counts.items() if count >= 2 and (count <= MOST or span == "all")]
    return [grain for grain in fit if not (span == "all" and grain == "hour" and base != "hour")] or [base]


@dataclass(frozen=True)
class History:
    """The values of an indicator at the node of a scope, over a span, in a grain."""

    indicator: Indicator
    definition: Definition
    scope: Scope
    span: str
    grain: str
    now: datetime

    @classmethod
    def asked(
        cls, indicator: Indicator, definition: Definition, scope: Scope, query: Any, now: datetime
    ) -> "History":
        """As the address says; what it says wrongly is chosen by us."""
        span = query.get("span", "")
        span = span if span in SPANS else default_span(definition.grain, scope.period)
        grain = query.get("grain", "")
        possible = grains_for(definition.grain, span)
        if grain not in possible:
            grain = "day" if span == "all" and "day" in possible else possible[0]
        return cls(indicator, definition, scope, span, grain, now)

    @cached_property
    def points(self) -> list[Point]:
        """The values, ascending."""
        return history(
            self.indicator,
            place=self.scope.place,
            agency=self.scope.agency,
            start=self.now - SPANS[self.span],
            end=self.now,
            grain=self.grain,
        )

    @property
    def query(self) -> dict[str, str]:
        """What the address of the chart says."""
        place, agency = self.scope.place, self.scope.agency
        return {
            "place": str(place.pk) if place else "",
            "agency": str(agency.pk) if agency else "",
            "span": self.span,
            "grain": self.grain,
        }

    @property
    def has_estimated(self) -> bool:
        """Whether re-aggregated values are among them."""
        return any(point.estimated for point in self.points)

    def as_json(self) -> dict[str, Any]:
        """What ``<halong-chart>`` reads: settled, running and re-aggregated values are lines of their own."""
        name = self.definition.title
        lines = {
            name: [p for p in self.points if not p.running and not p.estimated],
            _("%(name)s, period still running") % {"name": name}: [p for p in self.points if p.running],
            _("%(name)s, re-aggregated") % {"name": name}: [
                p for p in self.points if p.estimated and not p.running
            ],
        }
        return {
            "series": [
                line(key, self.definition, self.grain, ((p.label, p.value) for p in points))
                for key, points in lines.items()
                if points or key == name
            ],
            "limits": list(self.limits()),
        }

    def limits(self) -> Iterator[dict[str, Any]]:
        """The target and the bands of the definition in force; a sum over a longer period has none of them."""
        if self.grain != self.definition.grain and self.definition.over_time == "sum":
            return
        node = node_of(self.scope.place, self.scope.agency)
        target = targets_at([self.indicator], node, day_of(self.now)).get(self.indicator.pk)
        if target is not None:
            yield {"value": target, "label": _("Target"), "kind": "target", "state": "good"}
        yield from limits_of(self.definition)

    def csv_rows(self) -> Iterator[list[Any]]:
        """A row a period."""
        for p in self.points:
            yield [
                code_of(p.label, self.grain), p.label.isoformat(), p.value, p.num, p.den, p.reported, p.expected,
                " ".join(p.flags), p.version,
            ]  # fmt: skip


def line(
    name: str, definition: Definition, grain: str, values: Iterable[tuple[datetime, float | None]]
) -> dict[str, Any]:
    """Values by label as a line of ``<halong-chart>``: an hour stands at its end, longer periods at their beginning."""
    return {
        "name": name,
        "unit": unit_symbol(definition.unit),
        "decimals": definition.decimals,
        "interval": STEP[grain],
        "points": [
            [
                (label if grain == "hour" else start_of(label, grain)).timestamp(),
                value,
                0,
                period_words(label, grain),
            ]
            for label, value in values
        ],
    }


def limits_of(definition: Definition) -> Iterator[dict[str, Any]]:
    """The bands as lines across ``<halong-chart>``."""
    for band in definition.bands:
        for side, kind in (("above", "maximum"), ("below", "minimum")):
            if side in band:
                yield {
                    "value": band[side],
                    "label": str(STATES.get(band["state"], band["state"])),
                    "source": band.get("source", ""),
                    "state": band["state"],
                    "kind": kind,
                }


def words_of_trend(values: tuple[float | None, ...], definition: Definition) -> str:
    """A small line in words: from, to, lowest, highest."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    shown = [
        format_number(value, definition.decimals) for value in (known[0], known[-1], min(known), max(known))
    ]
    return _("From %(first)s to %(last)s; lowest %(low)s, highest %(high)s") % dict(
        zip(("first", "last", "low", "high"), shown, strict=True)
    )


def beginning(indicator: Indicator) -> datetime | None:
    """The day of the first value."""
    label = first_label(indicator)
    return label and label - timedelta(microseconds=1)
