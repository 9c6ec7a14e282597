"""Quick reports: the list, one report, sending it; their hours."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.core.language import reader_language
from halong.core.permissions import has_perm
from halong.duty import paper, quick
from halong.duty.actions import quick as actions
from halong.duty.forms.watch import HoursForm, QuickForm
from halong.duty.models import QuickReport
from halong.duty.tabs import tabs
from halong.duty.views.log import pdf_response
from halong.stages.queries import stage_now

A_PAGE = 30


@access("duty.view")
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list, the latest first, and when the next one is due."""
    found = QuickReport.objects.visible_to(request.user).defer("content").order_by("-hour")
    stage, now = stage_now(), timezone.now()
    minutes = quick.minutes_of(timezone.localdate(), stage.report_hours)
    context = {
        "tabs": tabs(request.user, "quick"),
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "stage": stage,
        "hours": ", ".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes),
        "next": quick.next_due(now),
        "may_make": has_perm(request.user, "duty.handle"),
        "may_set_up": has_perm(request.user, "duty.set_up"),
    }
    return render(request, "duty/quick/list.html", context)


@access("duty.handle")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make one now, beside those of the rhythm."""
    minute = timezone.now().replace(second=0, microsecond=0)
    return redirect("duty-quick", actions.make_quick_report(minute, by=actor_of(request)).pk)


def _report(request: HttpRequest, pk: int) -> QuickReport:
    return get_object_or_404(QuickReport.objects.visible_to(request.user), pk=pk)


@access("duty.view")
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report."""
    found = _report(request, pk)
    form = QuickForm(initial={"version": found.version, "text": found.text})
    return render(request, "duty/quick/report.html", _context(request, found, form))


def _context(request: HttpRequest, found: QuickReport, form: QuickForm) -> dict[str, Any]:
    language = reader_language()
    content = found.content.get(language) or found.content.get("vi", {})
    may = has_perm(request.user, "duty.handle") and found.state == QuickReport.State.MADE
    return {"report": found, "sections": content.get("sections", []), "form": form if may else None}


@access("duty.handle")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was added, or send the report."""
    found, form = _report(request, pk), QuickForm(request.POST)
    try:
        if form.is_valid():
            given = form.cleaned_data
            if request.POST.get("then") == "save":
                actions.save_quick_text(
                    found, by=actor_of(request), version=given["version"], text=given["text"]
                )
                messages.success(request, _("Kept."))
            else:
                actions.send_quick_report(found, by=actor_of(request), **given)
                messages.success(request, _("Sent."))
            return redirect("duty-quick", pk)
    except Invalid as error:
        show_faults(form, error)
    return render(request, "duty/quick/report.html", _context(request, found, form), status=422)


@access("duty.view")
@require_GET
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report on paper."""
    found = _report(request, pk)
    return pdf_response(paper.quick_pdf(found, reader_language()), paper.quick_name(found))


@access("duty.set_up")
@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """Lay the fixed hours down."""
    today = timezone.localdate()
    minutes = quick.fixed_minutes(today)
    begin = {"hours": ", ".join(f"{m // 60:02d}:{m % 60:02d}" for m in minutes), "valid_from": today}
    form = HoursForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.set_quick_hours(
            given["hours"], valid_from=given["valid_from"], note=given["note"], by=actor_of(request)
        )
        messages.success(request, _("Kept."))
        return redirect("duty-quicks")
    return render(request, "duty/quick/hours.html", {"form": form}, status=422 if form.errors else 200)
