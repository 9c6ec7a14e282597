"""Places and agencies side by side, as tables show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from halong.indicators.models import Indicator
from halong.indicators.queries import LEAST_CASES, NodeRow, by_agency, by_place
from halong.indicators.standings import indicator_url
from halong.places.models import Place

FORMER = date(2025, 6, 30)  # the last day of the 14 units at district level
CSV_HEAD = ("rank", "code", "name", "value", "numerator", "denominator", "state", "note")


@dataclass(frozen=True)
class Side:
    """A row of a comparison. ``why``: why it has no rank, or that it was re-aggregated; ``maximum``: the longest bar."""

    row: NodeRow
    name: str
    code: str
    url: str
    why: str
    maximum: float

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def places_beside(indicator: Indicator, *, former: bool = False) -> list[Side]:
    """The units of today, or those until 30/06/2025."""
    return list(_sides(indicator, by_place(indicator, tree=FORMER if former else None)))


def agencies_beside(indicator: Indicator) -> list[Side]:
    """The agencies of today."""
    return list(_sides(indicator, by_agency(indicator)))


def has_former() -> bool:
    """Whether units of before are known at all."""
    return Place.objects.filter(valid_to=FORMER).exists()


def csv_of(sides: list[Side]) -> Iterator[list[Any]]:
    """A row a place or agency."""
    for side in sides:
        row = side.row
        yield [row.rank, side.code, side.name, row.value, row.num, row.den, row.state, side.why]


def _sides(indicator: Indicator, rows: list[NodeRow]) -> Iterator[Side]:
    longest = max((row.value for row in rows if row.value is not None), default=0.0)
    for row in rows:
        node = row.place or row.agency
        if node is not None and row.value is not None:
            url = indicator_url(indicator, row.place, row.agency)
            yield Side(row, node.qualified_name, node.code, url, _why(row), longest)


def _why(row: NodeRow) -> str:
    if row.estimated:
        return _("re-aggregated")
    if row.few:
        return _("fewer than %(n)d cases: not ranked") % {"n": LEAST_CASES}
    return ""
