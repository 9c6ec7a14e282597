"""The duty officer's screen: the queue beside one report, with what is proposed for it and why."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from halong.citizens.desk import page as report_page
from halong.citizens.desk.listing import chosen_tab, tabs_of
from halong.citizens.forms.steps import RouteForm
from halong.citizens.models import Report
from halong.citizens.proposals import Proposal, propose
from halong.citizens.queries import queues
from halong.context.scope import scope_of, selectors
from halong.core.permissions import has_perm

A_PAGE = 50
UNDONE = {"duplicate": "unmerge", "declined": "restore"}


def _tabs() -> dict[str, str]:
    return {
        "waiting": pgettext("triage", "Waiting"),
        "urgent": pgettext("triage", "Urgent"),
        "returned": pgettext("triage", "Returned by agencies"),
        "legal": pgettext("triage", "Complaint or denunciation?"),
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """The screen: a page of the queue, and the report that is being looked at (the first without a choice)."""
    scope, names = scope_of(request, remember=False), _tabs()
    tab = chosen_tab(request, names)
    counts = queues.triage_counts(request.user, scope)
    found = queues.triage(request.user, scope, tab=tab)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = list(shown)
    current = next((row for row in rows if str(row.pk) == request.GET.get("at")), rows[0] if rows else None)
    return {
        "page": shown,
        "rows": [(row, address(request.GET, at=row.pk)) for row in rows],
        "tab": tab,
        "tabs": tabs_of(request.GET, names, tab, counts),
        "counts": counts,
        "here": address(request.GET),
        "undo": _undo(request),
        "scope": selectors(scope, request, timezone.localdate()),
        **(_detail(request, current, rows) if current else {"report": None}),
    }


def address(given: QueryDict, **changes: Any) -> str:
    """The address of this screen with something changed; what was undone doesn't travel along."""
    query = given.copy()
    for name in ("undo", "at"):
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = str(value)
    plain = query.urlencode()
    return reverse("reports-triage") + (f"?{plain}" if plain else "")


def _undo(request: HttpRequest) -> dict[str, Any] | None:
    """The decision that was just taken, if it can be taken back."""
    number = request.GET.get("undo", "")
    if not number.isdecimal() or len(number) > 15:
        return None
    report = (
        queues.seen(request.user)
        .select_related("merged_into")
        .filter(pk=int(number), state__in=UNDONE)
        .first()
    )
    if report is None or not has_perm(request.user, "reports.triage", report):
        return None
    return {"report": report, "step": UNDONE[report.state]}


def _detail(request: HttpRequest, report: Report, rows: list[Report]) -> dict[str, Any]:
    view = queues.desk_view(request.user, report.pk)
    if view is None:
        return {"report": None}
    made = propose(view.report)
    index = next(index for index, row in enumerate(rows) if row.pk == report.pk)
    after = [row.pk for row in [*rows[index + 1 :], *rows[:index][::-1]]][:1]
    following = address(request.GET, **({"at": after[0]} if after else {}))
    return {
        "report": view.report,
        "view": view,
        "can": view.can,
        "proposal": made,
        "route": route_form(view.report, made),
        "details": report_page.answers_of(view.report),
        "bounds": report_page.bounds(view.report),
        "alike": report_page.alike(view.report, request.user, limit=3),
        "returned": next((event for event in reversed(view.events) if event.kind == "returned"), None),
        "position": index + 1,
        "next": following,
        "next_undo": following + ("&" if "?" in following else "?") + f"undo={report.pk}",
        "stay": address(request.GET, at=report.pk),
    }


def route_form(report: Report, made: Proposal) -> RouteForm:
    """The form that sends it on, filled with what is proposed."""
    initial = {
        "category": made.category.pk,
        "agency": made.agency.pk if made.agency else None,
        "urgent": report.urgent,
    }
    return RouteForm(report=report, initial=initial)
