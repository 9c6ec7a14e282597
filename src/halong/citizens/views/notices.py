"""Notices of services, as agencies write them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.citizens.actions.voices import publish_notice, save_notice, withdraw_notice
from halong.citizens.forms.voices_desk import NoticeForm
from halong.citizens.models import ServiceNotice
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.core.formats import local

A_PAGE = 50


@access("notices.publish")
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What is shown now, drafts, and what is over."""
    rows = ServiceNotice.objects.visible_to(request.user).select_related("agency").prefetch_related("places")
    page = Paginator(rows.order_by("-starts_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "now": timezone.now()}
    return render(request, "citizens/desk/notices.html", context)


@access("notices.publish")
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Write one, or change one."""
    found = get_object_or_404(ServiceNotice.objects.visible_to(request.user), pk=pk) if pk else None
    form = NoticeForm(request.POST or None, by=request.user, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            draft = form.draft(simulated=found.simulated if found else False)
            saved = save_notice(draft, by=actor_of(request), notice=found)
            if "publish" in request.POST and saved.state != ServiceNotice.State.PUBLISHED:
                publish_notice(saved, by=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("service-notices")
        except Invalid as error:
            show_faults(form, error)
    context = {"form": form, "notice": found}
    return render(request, "citizens/desk/notice_form.html", context, status=422 if form.errors else 200)


def _initial(found: ServiceNotice | None) -> dict[str, Any]:
    if found is None:
        return {"starts_at": local(timezone.now()).replace(minute=0)}
    names = ("kind", "agency", "title", "title_en", "text", "text_en", "starts_at", "ends_at", "source_url")
    return {name: getattr(found, name) for name in names} | {"places": list(found.places.all())}


@access("notices.publish")
@require_POST
def turn(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publish or withdraw it."""
    found = get_object_or_404(ServiceNotice.objects.visible_to(request.user).select_related("agency"), pk=pk)
    act = publish_notice if name == "publish" else withdraw_notice
    try:
        act(found, by=actor_of(request))
    except Conflict as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The public sees it now.") if name == "publish" else _("Withdrawn."))
    return redirect("service-notices")
