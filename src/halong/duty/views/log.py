"""The duty log: read, search, write, put right, print."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.core.formats import local
from halong.core.language import reader_language
from halong.core.permissions import has_perm
from halong.core.text import fold
from halong.duty import paper, shifts
from halong.duty.actions.entries import correct_entry, write_entry
from halong.duty.forms.watch import CorrectionForm, EntryForm, LogFilter
from halong.duty.models import LogEntry, Team
from halong.duty.tabs import tabs
from halong.duty.views.board import day_in
from halong.duty.wording import address_of, said

A_PAGE = 100


def day_of(day: date) -> tuple[datetime, datetime]:
    """The two midnights of a day in Việt Nam's time."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(day, time(), zone)
    return start, start + timedelta(days=1)


def narrowed(entries: "QuerySet[LogEntry]", wanted: dict[str, Any]) -> "QuerySet[LogEntry]":
    """Entries by day, kind, sector, words, and whether people wrote them."""
    if wanted.get("day"):
        start, end = day_of(wanted["day"])
        entries = entries.filter(at__gte=start, at__lt=end)
    if wanted.get("kind"):
        entries = entries.filter(kind=wanted["kind"])
    if wanted.get("sector"):
        entries = entries.filter(sector=wanted["sector"])
    if wanted.get("people"):
        entries = entries.exclude(by=None)
    for word in fold(wanted.get("q") or "").split():
        entries = entries.filter(folded__contains=word)
    return entries


def rows_of(entries: Any) -> list[dict[str, Any]]:
    """Entries as the page shows them, each with its day, so that days get a heading."""
    return [
        {
            "entry": entry,
            "day": local(entry.at).date(),
            "said": said(entry),
            "url": address_of(entry),
            "late": entry.late_reason,
            "corrected": list(entry.corrections.all()),
        }
        for entry in entries
    ]


@access("duty.view")
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The log, the latest first; a day by the filter, where it is printed."""
    return render(request, "duty/log/list.html", _context(request, EntryForm()))


def _context(request: HttpRequest, form: EntryForm) -> dict[str, Any]:
    wanted_form = LogFilter(request.GET)
    wanted = wanted_form.wanted()
    found = narrowed(LogEntry.objects.visible_to(request.user), wanted)
    whole = found.select_related("by", "place", "corrects").prefetch_related("corrections")
    page = Paginator(whole.order_by("-at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return {
        "tabs": tabs(request.user, "log"),
        "filter": wanted_form,
        "narrowed": any(wanted.values()),
        "day": wanted.get("day") or timezone.localdate(),
        "page": page,
        "rows": rows_of(page),
        "form": form,
        "may_write": has_perm(request.user, "duty.handle"),
        "missing": shifts.missing(timezone.now(), Team.objects.visible_to(request.user).current()),
    }


@access("duty.handle")
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Write a line."""
    form = EntryForm(request.POST)
    try:
        if form.is_valid():
            write_entry(form.draft(), by=actor_of(request))
            messages.success(request, _("Written down."))
            return redirect("duty-log")
    except Invalid as error:
        show_faults(form, error)
    return render(request, "duty/log/list.html", _context(request, form), status=422)


@access("duty.handle")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an entry right by a later one."""
    entry = get_object_or_404(LogEntry.objects.visible_to(request.user), pk=pk)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        correct_entry(entry, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("The correction stands beneath the entry."))
        return redirect("duty-log")
    context = {"entry": entry, "said": said(entry), "form": form}
    return render(request, "duty/log/correct.html", context, status=422 if form.errors else 200)


@access("duty.view")
@require_GET
def log_pdf(request: HttpRequest, day: str) -> HttpResponse:
    """One day on paper, for signature."""
    wanted = day_in(day)
    start, end = day_of(wanted)
    entries = LogEntry.objects.visible_to(request.user).filter(at__gte=start, at__lt=end)
    ordered = list(entries.select_related("corrects").order_by("at", "pk"))
    content = paper.log_pdf(wanted, ordered, reader_language())
    return pdf_response(content, f"nhat-ky-truc-ban-{wanted:%Y-%m-%d}.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A sheet that the browser shows."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
