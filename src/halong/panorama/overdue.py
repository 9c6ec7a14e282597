"""What is late and whose it is: tasks, citizens' reports, tables and data, by agency."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from django.utils.translation import ngettext

from halong.citizens.queries import glance
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
    """One agency: late tasks and reports of those that are open, late data; ``url`` leads to the list of most of them."""

    agency: Agency
    tasks: int = 0
    open_tasks: int = 0
    reports: int = 0
    open_reports: int = 0
    data: list[LateRow] = field(default_factory=list)
    url: str = ""

    @property
    def total(self) -> int:
        """Everything that is late."""
        return self.tasks + self.reports + len(self.data)

    @property
    def out_of(self) -> int:
        """Of how many open tasks and reports."""
        return self.open_tasks + self.open_reports

    @property
    def words(self) -> str:
        """What is late besides tasks: how many reports, which data."""
        late = ngettext("%(n)s report of citizens", "%(n)s reports of citizens", self.reports)
        said = [late % {"n": self.reports}] if self.reports else []
        return ", ".join([*said, *(row.what for row in self.data)])


def overdue(user: Any, scope: Scope, now: datetime) -> list[Overdue]:
    """Agencies with something late, most first. A fixed number of queries."""
    found: dict[int, Overdue] = {}
    for late in task_queries.late_by_agency(user, **asked(scope), now=now):
        if late.late:
            found[late.agency.pk] = Overdue(late.agency, late.late, late.open_, url=late.url)
    for of_reports in glance.late_by_agency(user, **asked(scope), now=now):
        one = found.setdefault(of_reports.agency.pk, Overdue(of_reports.agency, url=of_reports.url))
        one.reports, one.open_reports = of_reports.late, of_reports.open_
        if one.reports > one.tasks:
            one.url = of_reports.url
    for row in indicator_queries.late(user, **asked(scope), now=now):
        if row.agency is not None:
            found.setdefault(row.agency.pk, Overdue(row.agency, url=row.url)).data.append(row)
    return sorted(found.values(), key=lambda one: (-one.total, one.agency.sort_key))
