"""What citizens report, on the page of a sector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from halong.citizens.queries.statistics import Flow, Rising, flow, rising
from halong.context.scope import period_name
from halong.core.permissions import has_perm
from halong.panorama.overdue import asked

if TYPE_CHECKING:
    from halong.panorama.parts import View

MOST_RISING = 3
LONGEST_DAYS = 30


@dataclass(frozen=True)
class ReportPanel:
    """The numbers of the chosen period, and the kinds that are reported more than usual."""

    flow: Flow
    rising: list[Rising]
    period: str
    url: str
    late_url: str


def report_panel(view: "View") -> ReportPanel | None:
    """Reports of the view's sector; None for who sees none, or where there are none."""
    if not has_perm(view.user, "reports.view"):
        return None
    scope, sides = view.scope, asked(view.scope)
    numbers = flow(view.user, start=view.now - scope.span, end=view.now, now=view.now, **sides)
    if not (numbers.received or numbers.open or numbers.answered):
        return None
    days = max(1, min(scope.span.days, LONGEST_DAYS))
    more = rising(view.user, days=days, now=view.now, **sides)[:MOST_RISING]
    return ReportPanel(
        numbers, more, str(period_name(scope.period)), _url("reports", sector=scope.sector),
        _url("reports", sector=scope.sector, tab="late"),
    )  # fmt: skip


def _url(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
