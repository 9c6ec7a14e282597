"""One table of one agency: filled in by its officer, decided on by the approver."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm, require
from halong.core.table_form import TableForm
from halong.indicators import collecting, submitting
from halong.indicators.figures import figures_of, read_rows
from halong.indicators.forms.collecting import DecisionForm
from halong.indicators.grains import code_of, period_words
from halong.indicators.models import Submission
from halong.places.models import Place
from halong.places.views.branches import csv_response


def _found(request: HttpRequest, pk: int) -> Submission:
    rows = Submission.objects.visible_to(request.user)
    found: Submission = get_object_or_404(
        rows.select_related("collection__approver", "agency__parent", "submitted_by", "approved_by"), pk=pk
    )
    return found


def _page(request: HttpRequest, submission: Submission, sheet: submitting.Sheet, **more: Any) -> HttpResponse:
    waiting = submission.state in submitting.WAITING
    before = sheet.previous
    may_decide = submitting.may_approve(request.user, submission)
    context = {
        "submission": submission,
        "period": period_words(submission.label, submission.collection.grain),
        "before": before and period_words(before.label, submission.collection.grain),
        "lines": sheet.lines(by_place=request.GET.get("places") == "1"),
        "by_place": request.GET.get("places") == "1",
        "note": sheet.form.note if sheet.form.data is not None else submission.note,
        "late": waiting and submission.due_at < timezone.now(),
        "may_fill": waiting and has_perm(request.user, "indicators.submit", submission),
        "may_decide": may_decide and submission.state == Submission.State.SUBMITTED,
        "may_reopen": may_decide and submission.state == Submission.State.APPROVED,
        "decision": DecisionForm(),
        "table": TableForm(),
        **more,
    }
    status = 422 if sheet.form.errors or more else 200
    return render(request, "indicators/submission.html", context, status=status)


@access("indicators.view")
@require_http_methods(["GET", "POST"])
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """The table: shown to whoever may see it, kept or handed in by whoever fills it in."""
    found = _found(request, pk)
    if request.method == "GET":
        return _page(request, found, submitting.Sheet(found))
    require(request.user, "indicators.submit", found)
    sheet = submitting.Sheet(found, request.POST)
    if not sheet.form.errors:
        done = request.POST.get("done") == "1"
        act = collecting.submit_figures if done else collecting.save_figures
        try:
            act(found, sheet.form.figures, by=actor_of(request), note=sheet.form.note)
        except Invalid as error:
            sheet.form.refuse(error)
            return _page(request, found, sheet, problem=error.detail)
        messages.success(request, _("Handed in for approval.") if done else _("Kept as a draft."))
        return redirect("submission", pk)
    return _page(request, found, sheet)


@access("indicators.submit")
@require_POST
def import_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the table from a CSV or XLSX file; it is kept as a draft and looked at before it is handed in."""
    found = _found(request, pk)
    require(request.user, "indicators.submit", found)
    form = TableForm(request.POST, request.FILES)
    sheet = submitting.Sheet(found)
    if form.is_valid():
        try:
            known = {indicator.key for indicator in sheet.indicators}
            places = set(Place.objects.on(sheet.day).values_list("code", flat=True))
            figures = figures_of(read_rows(form.cleaned_data["content"]), known, places)
            collecting.save_figures(found, {**found.values, **figures}, by=actor_of(request), note=found.note)
        except HalongError as error:
            form.add_error("file", error.detail)
        else:
            messages.success(request, _("Taken in from the file: look at it, then hand it in."))
            return redirect("submission", pk)
    return _page(request, found, sheet, table=form)


@access("indicators.view")
@require_GET
def sheet_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The table to fill in with a spreadsheet."""
    found = _found(request, pk)
    name = f"{found.collection.key}-{found.agency.code}-{code_of(found.label, found.collection.grain)}"
    rows = submitting.Sheet(found).csv_rows(by_place=request.GET.get("places") == "1")
    return csv_response(name, submitting.SHEET, rows)


@access("indicators.approve")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures hold."""
    count = collecting.approve_submission(_found(request, pk), by=actor_of(request))
    messages.success(request, _("Approved: %(n)d figures are values now.") % {"n": count})
    return redirect("submission", pk)


@access("indicators.approve")
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the agency, with the reason."""
    found = _found(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            collecting.return_submission(found, by=actor_of(request), reason=form.cleaned_data["reason"])
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Returned to the agency."))
            return redirect("submission", pk)
    return _page(request, found, submitting.Sheet(found), decision=form)
