"""What the list of unusual values shows."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.analysis.forms import UnusualFilter
from halong.analysis.models import Unusual
from halong.analysis.queries import unusual_rows, with_subjects
from halong.context.scope import scope_of, selectors
from halong.core.permissions import has_perm

A_PAGE = 25
TABS = {"now": timedelta(days=1), "week": timedelta(days=7), "all": None}


def listing_of(request: HttpRequest) -> dict[str, Any]:
    """The flags of the scope: what is unusual now (it goes on, or ended within a day), this week, or ever."""
    now = timezone.now()
    scope = scope_of(request, remember=False)
    tab = request.GET.get("tab", "now")
    tab = tab if tab in TABS else "now"
    form = UnusualFilter(request.GET)
    visible = Unusual.objects.visible_to(request.user).within(scope.place, scope.agency, scope.sector)
    found = visible.filter(**form.wanted())
    span = TABS[tab]
    if span is not None:
        found = found.filter(last__gte=now - span)
    order = ("-running", "-score", "-pk") if tab == "now" else ("-first", "-pk")
    page = Paginator(with_subjects(found.order_by(*order)), A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": unusual_rows(page.object_list),
        "tab": tab,
        "tabs": _tabs(request, tab),
        "filter": form,
        "narrowed": bool(form.wanted()),
        "may_settle": has_perm(request.user, "alerts.handle"),
        "scope": selectors(scope, request, timezone.localdate()),
        "query": request.GET.urlencode(),
        "next": quote(f"{request.path.removesuffix('/rows')}?{request.GET.urlencode()}"),
    }


def _tabs(request: HttpRequest, tab: str) -> list[dict[str, Any]]:
    names = {"now": _("Now"), "week": _("7 days"), "all": _("Everything")}
    query = request.GET.copy()
    query.pop("page", None)
    found = []
    for key, label in names.items():
        query["tab"] = key
        found.append({"label": label, "url": f"?{query.urlencode()}", "current": key == tab})
    return found
