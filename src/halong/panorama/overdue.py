"""What is late and whose it is: tasks, tables and data, by agency."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from halong.context.scope import Scope
from halong.indicators import queries as indicator_queries
from halong.indicators.queries import LateRow
from halong.places.models import Agency, Place
from halong.tasks import queries as task_queries


class Asked(TypedDict):
    """A scope as the arguments by which indicators, tasks and analysis are asked."""

    place: Place | None
    agency: Agency | None
    sector: str


def asked(scope: Scope) -> Asked:
    """The place, the agency and the sector of a scope."""
    return {"place": scope.place, "agency": scope.agency, "sector": scope.sector}


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


def overdue(user: Any, scope: Scope, now: datetime) -> list[Overdue]:
    """Agencies with something late, most first. A fixed number of queries."""
    found: dict[int, Overdue] = {}
    for late in task_queries.late_by_agency(user, **asked(scope), now=now):
        if late.late:
            found[late.agency.pk] = Overdue(late.agency, late.late, late.open_, url=late.url)
    for row in indicator_queries.late(user, **asked(scope), now=now):
        if row.agency is not None:
            found.setdefault(row.agency.pk, Overdue(row.agency, url=row.url)).data.append(row)
    return sorted(found.values(), key=lambda one: (-one.total, one.agency.sort_key))
