"""Others' alerts at the desk: the list, one alert, releasing what was held; the layer of the operators' map."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.warnings.foreign.actions import release_foreign
from halong.warnings.foreign.forms import ReleaseForm
from halong.warnings.models import ForeignWarning

A_PAGE = 50
MOST_DRAWN = 500
TABS = ("standing", "held", "all")


def _listed(user: Any, tab: str) -> Any:
    visible = ForeignWarning.objects.visible_to(user).select_related("source").defer("xml", "infos", "shape")
    rows = {"standing": visible.standing, "held": visible.waiting, "all": visible.all}[tab]()
    return rows.order_by("-sent", "-pk")


def _tabs(user: Any, tab: str) -> list[dict[str, Any]]:
    visible = ForeignWarning.objects.visible_to(user)
    labels = {
        "standing": (pgettext("foreign warning", "In force"), visible.standing().count()),
        "held": (pgettext("foreign warning", "Held back"), visible.waiting().count()),
        "all": (pgettext("foreign warning", "All"), None),
    }
    return [
        {"label": labels[key][0], "count": labels[key][1], "url": f"?tab={key}", "current": key == tab}
        for key in TABS
    ]


@access("warnings.view")
@require_GET
def foreign(request: HttpRequest) -> HttpResponse:
    """What other services warn of."""
    tab = request.GET.get("tab", "standing")
    tab = tab if tab in TABS else "standing"
    page = Paginator(_listed(request.user, tab), A_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "tab": tab, "tabs": _tabs(request.user, tab)}
    return render(request, "warnings/foreign/list.html", shown)


@access("warnings.view")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with all its blocks; held ones with the form that releases them."""
    visible = ForeignWarning.objects.visible_to(request.user).select_related(
        "source", "released_by", "replaced_by"
    )
    found = get_object_or_404(visible.defer("xml"), pk=pk)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            release_foreign(found, by=actor_of(request), reason=form.cleaned_data["reason"])
            messages.success(request, _("Released to the operators' list and map."))
            return redirect("foreign-warning", pk)
        except HalongError as error:
            show_faults(form, error)
    may_release = found.held and has_perm(request.user, "warnings.check")
    shown = {"warning": found, "form": form if may_release else None, "crumbs": _crumbs(str(found))}
    return render(request, "warnings/foreign/one.html", shown, status=422 if form.errors else 200)


def _crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": _("Warnings of others"), "url": reverse("foreign-warnings")}, {"label": last[:80]}]


@access("warnings.view")
@require_GET
def shapes(request: HttpRequest) -> JsonResponse:
    """What stands and isn't held, as shapes for the operators' map; ``?pk=`` only that one."""
    visible = ForeignWarning.objects.visible_to(request.user).exclude(shape=None)
    asked = request.GET.get("pk", "")
    one_of_them = asked.isdecimal() and len(asked) < 16
    rows = visible.filter(pk=int(asked), held=False) if one_of_them else visible.standing()
    features = [
        {
            "type": "Feature",
            "geometry": row.shape,
            "properties": {
                "name": str(row)[:200], "who": row.sender_name or row.sender, "state": row.severity_key,
                "href": reverse("foreign-warning", args=[row.pk]),
            },
        }
        for row in rows.defer("xml", "infos").order_by("-sent")[:MOST_DRAWN]
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": features})
