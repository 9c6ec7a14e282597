"""Taking a telephone call in, and what is made of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.alerts.models import Alert
from halong.citizens.actions.sending import LawfulElsewhere
from halong.citizens.models import Report
from halong.citizens.recognition import recognise
from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.duty import near
from halong.duty.actions.calls import (
    EMERGENCY,
    add_call_to,
    caller_of,
    kept_days,
    make_report,
    take_call,
)
from halong.duty.forms.watch import CallForm, CallReportForm
from halong.duty.models import Call
from halong.duty.tabs import tabs

A_PAGE = 50


@access("duty.view")
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Calls, the latest first."""
    found = Call.objects.visible_to(request.user).select_related("place", "by").order_by("-taken_at")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request.user, "calls"),
        "page": page,
        "may_take": has_perm(request.user, "duty.handle"),
    }
    return render(request, "duty/calls/list.html", context)


@access("duty.handle")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form: one page, one button; what is made of the call is asked afterwards, or by the button pressed."""
    if request.method == "GET":
        return _form(request, CallForm())
    form = CallForm(request.POST)
    try:
        if form.is_valid():
            spot = near.spot_of(request.user, form.cleaned_data["spot"])
            call = take_call(form.draft(spot), by=actor_of(request))
            return _next(request, call)
    except Invalid as error:
        show_faults(form, error)
    return _form(request, form, status=422)


def _form(request: HttpRequest, form: CallForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "numbers": EMERGENCY,
        "incident": bool(incident_url(None)),
        "kept_days": kept_days(),
    }
    if form.is_bound:
        context |= _beside(request, form["where"].value(), form["said"].value(), form["spot"].value())
    return render(request, "duty/calls/new.html", context, status=status)


def _next(request: HttpRequest, call: Call) -> HttpResponse:
    """Where the button leads: an incident made of the call, else the call's own page."""
    onward = incident_url(call) if request.POST.get("then") == "incident" else ""
    joined = request.POST.get("join", "")
    if joined:
        _join(request, call, joined)
    return redirect(onward or reverse("duty-call", args=[call.pk]))


def incident_url(call: Call | None) -> str:
    """Where an incident is declared from a call; empty where there is no such page."""
    try:
        page = reverse("incident-declare")
    except NoReverseMatch:
        return ""
    return f"{page}?call={call.pk}" if call is not None else page


@access("duty.handle")
@require_GET
def beside(request: HttpRequest) -> HttpResponse:
    """While somebody types: the places that may be meant, what is known there, the emergency number."""
    given = request.GET
    return render(
        request,
        "duty/calls/beside.html",
        _beside(request, given.get("where"), given.get("said"), given.get("spot")),
    )


def _beside(request: HttpRequest, where: Any, said: Any, ref: Any) -> dict[str, Any]:
    spots = near.spots(request.user, str(where or "")[:300])
    chosen = next((spot for spot in spots if spot.ref == ref), spots[0] if spots else None)
    known = near.known(request.user, chosen, timezone.now()) if chosen else []
    return {
        "spots": spots,
        "chosen": chosen,
        "known": known,
        "emergency": recognise(str(said or "")[:4000]).number,
        "numbers": EMERGENCY,
    }


@access("duty.view")
@require_GET
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call, and what can be made of it."""
    return render(request, "duty/calls/call.html", _context(request, _call(request, pk), CallReportForm()))


def _call(request: HttpRequest, pk: int) -> Call:
    found = Call.objects.visible_to(request.user).select_related("place", "by")
    return get_object_or_404(found, pk=pk)


def _context(request: HttpRequest, found: Call, form: CallReportForm) -> dict[str, Any]:
    handles = has_perm(request.user, "duty.handle", found)
    open_still = handles and not found.became_kind
    spot = near.Spot(
        "thing:" if found.lon is not None else "place:", found.where, "", found.place, found.lon, found.lat
    )
    known = near.known(request.user, spot, timezone.now()) if open_still else []
    return {
        "call": found,
        "caller": caller_of(found, by=actor_of(request)) if handles else {},
        "handles": handles,
        "open": open_still,
        "form": form,
        "incident_url": incident_url(found) if open_still else "",
        "became_url": _became_url(found),
        "known": [row for row in known if row.ref != f"call:{found.pk}"],
    }


def _became_url(found: Call) -> str:
    if not found.became_kind:
        return ""
    try:
        return reverse(found.became_kind, args=[found.became_ref])
    except NoReverseMatch:
        return ""


@access("duty.handle")
@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a citizens' report of it."""
    found, form = _call(request, pk), CallReportForm(request.POST)
    try:
        if form.is_valid():
            given = form.cleaned_data
            sent = make_report(found, given["category"], by=actor_of(request), insists=given["insists"])
            messages.success(request, _("Report {number} made.").format(number=sent.report.number))
            return redirect("report", sent.report.pk)
    except LawfulElsewhere as error:
        form.add_error("insists", error.detail)
    except Invalid as error:
        show_faults(form, error)
    return render(request, "duty/calls/call.html", _context(request, found, form), status=422)


@access("duty.handle")
@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Add it to what is known already."""
    found, ref = _call(request, pk), request.POST.get("ref", "")
    _join(request, found, ref)
    messages.success(request, _("Added."))
    return redirect("duty-call", pk)


def _join(request: HttpRequest, found: Call, ref: str) -> None:
    kind, _colon, number = ref.partition(":")
    joiner = near.joiners.get(kind)
    if joiner is not None:
        joiner(found, number, actor_of(request))
    else:
        add_call_to(found, _thing(request, kind, number), by=actor_of(request))


def _thing(request: HttpRequest, kind: str, number: str) -> Alert | Report:
    models: dict[str, Any] = {"alert": Alert, "report": Report}
    if kind not in models or not number.isdecimal():
        raise Http404
    thing: Alert | Report = get_object_or_404(models[kind].objects.visible_to(request.user), pk=number)
    return thing
