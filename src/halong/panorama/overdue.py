"""What is late and whose it is: tasks, tables and data, by agency."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from halong.indicators import queries as indicator_queries
from halong.indicators.queries import LateRow
from halong.places.models import Agency
from halong.tasks import queries as task_queries


@dataclass
class Overdue:
    """One agency: late tasks of those that are open, late data; ``url`` leads to the list."""

    agency: Agency
    tasks: int = 0
    open_tasks: int = 0
    data: list[LateRow] = field(default_factory=list)
    url: str = ""

    @property
    def total(self) -> int:
        """Everything that is late."""
        return self.tasks + len(self.data)

    @property
    def words(self) -> str:
        """What the late data is, for the tooltip."""
        return ", ".join(row.what for row in self.data)


def overdue(user: Any, nodes: dict[str, Any], now: datetime) -> list[Overdue]:
    """Agencies with something late, most first. A fixed number of queries."""
    found: dict[int, Overdue] = {}
    for late in task_queries.late_by_agency(user, **nodes, now=now):
        if late.late:
            found[late.agency.pk] = Overdue(late.agency, late.late, late.open_, url=late.url)
    data: dict[int, list[LateRow]] = defaultdict(list)
    for row in indicator_queries.late(user, **nodes, now=now):
        if row.agency is None:
            continue
        data[row.agency.pk].append(row)
        found.setdefault(row.agency.pk, Overdue(row.agency, url=row.url))
    for pk, rows in data.items():
        found[pk].data = rows
    return sorted(found.values(), key=lambda one: (-one.total, one.agency.sort_key))
