"""The agency's queue: tabs, filter, pages, table; and what every list of reports has in common."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import pgettext

from halong.citizens.forms.filters import ReportFilter
from halong.citizens.models import Report
from halong.citizens.permissions import principals
from halong.citizens.queries import queues
from halong.context.scope import Scope, scope_of, selectors
from halong.core.formats import local
from halong.core.permissions import has_perm
from halong.core.tables import write_csv

A_PAGE = 50
COLUMNS = (
    "number", "state", "category", "sector", "place", "agency", "assignee", "urgent", "sent", "due", "step_due", "late",
    "answered", "extensions", "returns", "reopenings", "weight", "rating", "text", "simulated",
)  # fmt: skip


def tabs_of(
    given: QueryDict, names: Mapping[str, str], current: str, counts: Mapping[str, int | None]
) -> list[dict[str, Any]]:
    """The tabs of a list, each with how many there are where that is counted; the filter travels along."""
    tabs = []
    for key, label in names.items():
        query = given.copy()
        for gone in ("page", "at", "undo"):
            query.pop(gone, None)
        query["tab"] = key
        tabs.append(
            {
                "label": label,
                "url": f"?{query.urlencode()}",
                "current": key == current,
                "count": counts.get(key),
            }
        )
    return tabs


def chosen_tab(request: HttpRequest, names: Iterable[str]) -> str:
    """The tab that the address asks for; without one, the first."""
    known = list(names)
    tab = request.GET.get("tab", "")
    return tab if tab in known else known[0]


def _tabs() -> dict[str, str]:
    return {
        "to-accept": pgettext("reports", "To accept"),
        "working": pgettext("reports", "Being handled"),
        "to-approve": pgettext("reports", "To approve"),
        "partner": pgettext("reports", "As a partner"),
        "late": pgettext("reports", "Late"),
        "answered": pgettext("reports", "Answered"),
        "closed": pgettext("reports", "Closed"),
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """The queue."""
    scope, form = _scope(request), ReportFilter(request.GET)
    names = _tabs()
    counts = {key.replace("_", "-"): n for key, n in queues.agency_counts(request.user, scope).items()}
    tab = _first_tab(request, names, counts)
    found = queues.narrowed(queues.agency_queue(request.user, _side(scope, tab), tab=tab), form.wanted())
    return {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "tab": tab,
        "tabs": tabs_of(request.GET, names, tab, counts),
        "filter": form,
        "narrowed": form.narrows,
        "scope": selectors(scope, request, timezone.localdate()),
        "extensions": queues.waiting_extensions(request.user)
        if has_perm(request.user, "reports.approve")
        else [],
        "may_triage": has_perm(request.user, "reports.triage"),
        "may_moderate": has_perm(request.user, "reports.moderate"),
        "may_handle": has_perm(request.user, "reports.handle"),
    }


def _scope(request: HttpRequest) -> Scope:
    """What was chosen. Where one's own agency is only where one begins, those for whom one acts belong to it, too."""
    scope = scope_of(request, remember=False)
    acts = scope.agency is not None and not request.session.get("scope") and principals(request.user)
    return replace(scope, agency=None) if acts else scope


def _side(scope: Scope, tab: str) -> Scope:
    """A partner works on reports of other agencies, and so in other places."""
    return replace(scope, agency=None, place=None) if tab == "partner" else scope


def _first_tab(request: HttpRequest, names: Mapping[str, str], counts: Mapping[str, int]) -> str:
    """Without a choice, the first tab in which something waits."""
    if "tab" in request.GET:
        return chosen_tab(request, names)
    order = ["to-approve", "to-accept"] if has_perm(request.user, "reports.approve") else ["to-accept"]
    return next((key for key in [*order, "working"] if counts.get(key)), "working")


def csv_response(request: HttpRequest) -> StreamingHttpResponse:
    """The list with its filter as a table, in flat memory; times in Vietnam's zone, ISO 8601."""
    scope, form = _scope(request), ReportFilter(request.GET)
    names = _tabs()
    tab = chosen_tab(request, names) if "tab" in request.GET else "working"
    found = queues.narrowed(queues.agency_queue(request.user, _side(scope, tab), tab=tab), form.wanted())
    return table("reports", COLUMNS, (_row(report) for report in found.iterator(chunk_size=1000)))


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A table as a download, line by line; the mark at the beginning lets spreadsheets see that it is UTF-8."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    heading = write_csv(columns, [])
    yield "\ufeff" + heading
    for row in rows:
        yield write_csv(columns, [row])[len(heading) :]


def _row(report: Report) -> list[object]:
    return [
        report.number, report.state, report.category.code, report.sector, report.place.name,
        report.agency.name if report.agency else "", str(report.assignee or ""), int(report.urgent),
        *(local(at).isoformat() if at else "" for at in (report.created_at, report.due_at, report.step_due_at)),
        int(report.is_late), local(report.resolved_at).isoformat() if report.resolved_at else "", report.extensions,
        report.returns, report.reopenings, report.weight, report.rating, report.text, int(report.simulated),
    ]  # fmt: skip
