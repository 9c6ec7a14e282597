"""What the list of alerts shows: one tab, one page, grouped in a flood."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from halong.alerts import queries
from halong.alerts.forms import AlertFilter
from halong.alerts.grouping import bursts, flood_groups, light, loaded
from halong.alerts.models import Alert
from halong.context.scope import Selectors, scope_of, selectors
from halong.core.blocks import offered
from halong.core.permissions import has_perm
from halong.core.registry import ListAction, alert_actions, alert_marks
from halong.rules.models import Rule

A_PAGE = 50


@dataclass
class Listing:
    """Everything that the list's templates need."""

    tab: str
    tabs: list[dict[str, Any]]
    page: Page[Any]
    rate: queries.Rate
    rate_stats: list[dict[str, Any]]
    chips: list[dict[str, Any]]
    filter: AlertFilter
    narrowed: bool
    newest: Alert | None
    newest_critical: Alert | None
    may_handle: bool
    marks: dict[int, tuple[str, str]]  # what an alert belongs to: words and address
    actions: list[ListAction]  # what may be done with ticked rows
    query: str
    now: datetime
    scope: Selectors


def listing_of(request: HttpRequest) -> Listing:
    """The list that an address asks for, among what the person may see."""
    now = timezone.now()
    scope = scope_of(request, remember=False)
    visible = Alert.objects.visible_to(request.user).within(scope)
    form = AlertFilter(request.GET)
    tab = request.GET.get("tab", "")
    tab = tab if tab in queries.TABS else "open"
    found = queries.narrowed(visible, form.wanted())
    rate = queries.rate(visible, now)
    page = _page(queries.in_tab(found, tab, now), request.GET.get("page"), tab=tab, flood=rate.flood)
    rows = [alert for group in page for alert in group.members]
    new = [alert for alert in rows if alert.state == Alert.State.NEW]
    return Listing(
        tab=tab,
        tabs=_tabs(request, tab, queries.tab_counts(found, now)),
        page=page,
        rate=rate,
        rate_stats=[
            {"label": _("Last 10 minutes"), "value": rate.now, "state": rate.state},
            {"label": _("Mean of 3 hours"), "value": rate.mean, "decimals": 1},
        ],
        chips=_chips(request, queries.narrowed(visible, {**form.wanted(), "priority": None}), tab, now),
        filter=form,
        narrowed=any(form.wanted().get(name) for name in ("q", "sector", "place", "agency")),
        newest=max(new, key=lambda alert: alert.raised_at, default=None),
        newest_critical=max(
            (a for a in new if a.priority == 1), key=lambda alert: alert.raised_at, default=None
        ),
        may_handle=has_perm(request.user, "alerts.handle"),
        marks=_marks(request.user, rows),
        actions=offered(alert_actions, request.user) if tab != "closed" else [],
        query=request.GET.urlencode(),
        now=now,
        scope=selectors(scope, request, timezone.localdate()),
    )


def _marks(user: Any, rows: list[Alert]) -> dict[int, tuple[str, str]]:
    pks = [alert.pk for alert in rows]
    return {pk: mark for marks in alert_marks for pk, mark in marks(user, pks).items()} if pks else {}


def _page(alerts: Any, number: str | None, *, tab: str, flood: bool) -> "Page[Any]":
    if flood and tab == "open":
        return Paginator(flood_groups(alerts), A_PAGE).get_page(number)
    if tab == "open":
        calm: Page[Any] = Paginator(bursts(light(alerts)), A_PAGE).get_page(number)
        calm.object_list = loaded(alerts, list(calm.object_list))
        return calm
    whole = alerts.select_related("entity", "place", "agency", "rule", "acknowledged_by")
    whole = whole.defer("place__boundary", "entity__folded")
    page = Paginator(whole, A_PAGE).get_page(number)
    page.object_list = queries.singles(page.object_list)
    return page


def _chips(request: HttpRequest, alerts: Any, tab: str, now: datetime) -> list[dict[str, Any]]:
    """The priorities of the tab with their numbers; the chosen one leads back to all."""
    counts = dict(
        queries.in_tab(alerts, tab, now)
        .order_by()
        .values_list("priority")
        .annotate(n=Count("pk"))
        .values_list("priority", "n")
    )
    chosen = request.GET.get("priority", "")
    chips = []
    for priority, key in ((1, "critical"), (2, "high"), (3, "attention")):
        query = request.GET.copy()
        query.pop("page", None)
        query["priority"] = "" if chosen == str(priority) else str(priority)
        chips.append(
            {
                "label": Rule.Priority(priority).label,
                "state": key,
                "url": f"?{query.urlencode()}",
                "current": chosen == str(priority),
                "count": counts.get(priority, 0),
            }
        )
    return chips


def _tabs(request: HttpRequest, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": pgettext("alerts", "Open"),
        "cleared": _("Cleared, not acknowledged"),
        "shelved": pgettext("alerts", "Shelved"),
        "suppressed": pgettext("alerts", "Suppressed"),
        "closed": pgettext("alerts", "Closed"),
    }
    tabs = []
    for key, label in labels.items():
        query = request.GET.copy()
        query.pop("page", None)
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
