"""The list of what is unusual, what people say to it, forecasts as charts and tables, and what happened near by."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.alerts.models import Alert
from halong.analysis import actions, nearby
from halong.analysis.chart import chart_json, csv_rows
from halong.analysis.forms import SettleForm
from halong.analysis.grain import PLANS
from halong.analysis.listing import listing_of
from halong.analysis.models import Unusual
from halong.analysis.queries import forecast_of, row_of
from halong.context.scope import scope_of
from halong.core.access import access, actor_of
from halong.indicators.models import Indicator
from halong.observations.models import Series


@access("panorama.view")
@require_GET
def unusual(request: HttpRequest) -> HttpResponse:
    """What is unusual now in the scope, why, and what was said to it."""
    return render(request, "analysis/list.html", listing_of(request))


@access("panorama.view")
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The part of the list that changes by itself."""
    return render(request, "analysis/rows.html", listing_of(request))


def _flag(request: HttpRequest, pk: int) -> Unusual:
    visible = Unusual.objects.visible_to(request.user)
    with_subject = visible.select_related("series__entity__place", "indicator", "place", "agency")
    found: Unusual = get_object_or_404(with_subject, pk=pk)
    return found


@access("alerts.handle")
@require_GET
def dialog(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """The form of a word on a flag."""
    if state not in {Unusual.State.CONFIRMED, Unusual.State.DISMISSED}:
        raise Http404
    return _ask(request, _flag(request, pk), SettleForm(initial={"state": state}), state)


def _ask(
    request: HttpRequest, flag: Unusual, form: SettleForm, state: str, status: int = 200
) -> HttpResponse:
    form.fields["note"].required = state == Unusual.State.DISMISSED
    context = {"row": row_of(flag), "form": form, "kind": state, "next": request.GET.get("next", "")}
    return render(request, "analysis/dialog.html", context, status=status)


@access("alerts.handle")
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says that a flag is right, or was to be expected."""
    flag, form = _flag(request, pk), SettleForm(request.POST)
    if not form.is_valid():
        return _ask(request, flag, form, request.POST.get("state", ""), 422)
    settled = actions.settle_unusual(flag, by=actor_of(request), **form.cleaned_data)
    messages.success(request, _("Noted: {state}").format(state=settled.get_state_display()))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("unusual")
    return HttpResponseRedirect(back)


def _series(request: HttpRequest, pk: int) -> Series:
    visible = Series.objects.visible_to(request.user).select_related("entity")
    found: Series = get_object_or_404(visible, pk=pk)
    return found


def _indicator(request: HttpRequest, pk: int) -> Indicator:
    visible = Indicator.objects.visible_to(request.user).prefetch_related("definitions")
    found: Indicator = get_object_or_404(visible, pk=pk)
    return found


def _planned(plan: str) -> str:
    if plan not in PLANS:
        raise Http404
    return plan


@access("entities.view")
@require_GET
def series_json(request: HttpRequest, pk: int, plan: str) -> HttpResponse:
    """The chart of a forecast of a series."""
    return JsonResponse(chart_json(_series(request, pk), _planned(plan)))


@access("entities.view")
@require_GET
def series_csv(request: HttpRequest, pk: int, plan: str) -> HttpResponse:
    """The table of a forecast of a series."""
    series = _series(request, pk)
    return _table(series, forecast_of(series=series, horizon=_planned(plan)))


@access("indicators.view")
@require_GET
def indicator_json(request: HttpRequest, pk: int, plan: str) -> HttpResponse:
    """The chart of a forecast of an indicator at the chosen node."""
    scope = scope_of(request, remember=False)
    return JsonResponse(chart_json(_indicator(request, pk), _planned(plan), scope.place, scope.agency))


@access("indicators.view")
@require_GET
def indicator_csv(request: HttpRequest, pk: int, plan: str) -> HttpResponse:
    """The table of a forecast of an indicator at the chosen node."""
    indicator, scope = _indicator(request, pk), scope_of(request, remember=False)
    found = forecast_of(indicator=indicator, place=scope.place, agency=scope.agency, horizon=_planned(plan))
    return _table(indicator, found)


def _table(subject: Series | Indicator, view: Any) -> HttpResponse:
    if view is None:
        raise Http404
    name = f"forecast-{subject.pk}-{view.horizon}-{timezone.localdate():%Y%m%d}.csv"
    text = csv_rows(subject, view)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=disposition)


@access("alerts.view")
@require_GET
def alert_neighbours(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened at the same time near an alert."""
    return _nearby(request, _alert(request, pk), reverse("alert-neighbours-geojson", args=[pk]))


@access("alerts.view")
@require_GET
def alert_geojson(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as points for the map."""
    return _points(request, _alert(request, pk))


def _alert(request: HttpRequest, pk: int) -> Alert:
    visible = Alert.objects.visible_to(request.user).select_related("entity__place")
    found: Alert = get_object_or_404(visible, pk=pk)
    return found


@access("panorama.view")
@require_GET
def unusual_neighbours(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened at the same time near something unusual."""
    return _nearby(request, _flag(request, pk), reverse("unusual-neighbours-geojson", args=[pk]))


@access("panorama.view")
@require_GET
def unusual_geojson(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as points for the map."""
    return _points(request, _flag(request, pk))


def _nearby(request: HttpRequest, subject: Alert | Unusual, geojson_url: str) -> HttpResponse:
    event = nearby.event_of(subject)
    if event is None:
        raise Http404
    crumbs = [
        {"label": _("Alerts"), "url": reverse("alerts")}
        if isinstance(subject, Alert)
        else {"label": _("Unusual"), "url": reverse("unusual")},
        {"label": _("Near by")},
    ]
    context = nearby.context(event, request)
    return render(
        request, "analysis/neighbours.html", {**context, "geojson_url": geojson_url, "crumbs": crumbs}
    )


def _points(request: HttpRequest, subject: Alert | Unusual) -> HttpResponse:
    event = nearby.event_of(subject)
    if event is None:
        raise Http404
    found = nearby.geojson(event, nearby.signs_of(event, request))
    return JsonResponse(found, content_type="application/geo+json")
