"""Who acts for whom while somebody is absent."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from halong.citizens.actions.handling import end_substitute, name_substitute
from halong.citizens.forms.voices_desk import SubstituteForm
from halong.citizens.models import Substitute
from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults

A_PAGE = 50


@access("reports.handle")
@require_http_methods(["GET", "POST"])
def substitutes(request: HttpRequest) -> HttpResponse:
    """Those of one's agencies and one's own, with the form that names one."""
    form = SubstituteForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            name_substitute(by=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Recorded."))
            return redirect("substitutes")
    rows = Substitute.objects.visible_to(request.user).select_related(
        "agency", "principal", "substitute", "named_by"
    )
    page = Paginator(rows.order_by("-end", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "now": timezone.now()}
    return render(request, "citizens/desk/substitutes.html", context, status=422 if form.errors else 200)


@access("reports.handle")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it before its time."""
    row = get_object_or_404(Substitute.objects.visible_to(request.user).select_related("agency"), pk=pk)
    try:
        end_substitute(row, by=actor_of(request))
    except Conflict as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("Ended."))
    return redirect("substitutes")
