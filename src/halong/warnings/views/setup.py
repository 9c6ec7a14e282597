"""Who may warn of what, and who gets warnings."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Forbidden, HalongError
from halong.core.faults import show_faults
from halong.core.formats import local
from halong.core.permissions import has_perm
from halong.notify.gateways import GatewayError, gateway
from halong.warnings.actions import add_outlet, end_authority, end_outlet, give_authority
from halong.warnings.forms.setup import AuthorityForm, OutletForm
from halong.warnings.models import Authority, Outlet, Subscriber


@access("warnings.view")
@require_GET
def set_up(request: HttpRequest) -> HttpResponse:
    """Rows of authority, outlets, gateways, how many browsers have subscribed."""
    rows = Authority.objects.visible_to(request.user).select_related("delegate").prefetch_related("places")
    outlets = Outlet.objects.filter(ended_at=None).select_related("place").order_by("channel", "name")
    may = has_perm(request.user, "warnings.set_up")
    given = {
        "now": timezone.now(),
        "rows": rows.order_by("event", "-since", "-pk"),
        "outlets": outlets if may else [],
        "gateways": [(name, _gateway(name)) for name in ("sms", "zalo")],
        "subscribers": Subscriber.objects.count(),
        "may_set_up": may,
    }
    return render(request, "warnings/setup.html", given)


def _gateway(name: str) -> str:
    """Whether a gateway is there: yes, no, or wrong."""
    try:
        return "yes" if gateway(name) else "no"
    except GatewayError:
        return "wrong"


@access("warnings.set_up")
@require_http_methods(["GET", "POST"])
def authority_new(request: HttpRequest) -> HttpResponse:
    """Write a row of authority."""
    form = AuthorityForm(request.POST or None, initial={"since": local(timezone.now())})
    if request.method == "POST" and form.is_valid():
        try:
            give_authority(form.draft(), by=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("warnings-set-up")
        except HalongError as error:
            show_faults(form, error)
    given = {"form": form, "title": _("Row of authority")}
    return render(request, "warnings/setup_form.html", given, status=422 if form.errors else 200)


@access("warnings.set_up")
@require_http_methods(["GET", "POST"])
def outlet_new(request: HttpRequest) -> HttpResponse:
    """Add somebody or something that gets warnings."""
    form = OutletForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_outlet(**form.cleaned_data, by=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("warnings-set-up")
        except HalongError as error:
            show_faults(form, error)
    given = {"form": form, "title": _("Who gets warnings")}
    return render(request, "warnings/setup_form.html", given, status=422 if form.errors else 200)


@access("warnings.set_up")
@require_POST
def authority_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a row now."""
    return _end(request, end_authority, get_object_or_404(Authority, pk=pk))


@access("warnings.set_up")
@require_POST
def outlet_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing to it any more."""
    return _end(request, end_outlet, get_object_or_404(Outlet, pk=pk))


def _end(request: HttpRequest, act: Callable[..., None], row: object) -> HttpResponse:
    try:
        act(row, by=actor_of(request))
        messages.success(request, _("Ended."))
    except (Conflict, Forbidden) as error:
        messages.warning(request, error.detail)
    return redirect("warnings-set-up")
