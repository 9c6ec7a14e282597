"""One report for those who handle it: its page, its steps, the answer, its photos and documents."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.citizens.desk import answer as answers
from halong.citizens.desk import page
from halong.citizens.desk.steps import STEPS, Step, steps_of
from halong.citizens.forms.steps import AnswerForm, StepForm
from halong.citizens.models import PhotoCopy, Proof, Report
from halong.citizens.queries import queues
from halong.citizens.queries.queues import DeskView
from halong.core.access import access, actor_of
from halong.core.blocks import render_blocks
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.core.registry import report_blocks


def _view(request: HttpRequest, pk: int) -> DeskView:
    found = queues.desk_view(request.user, pk)
    if found is None:
        raise Http404
    return found


@access("reports.view")
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that a handler may see of it, and what he may do."""
    context = page.context(_view(request, pk), request.user)
    context["blocks"] = render_blocks(report_blocks, request, context["report"])
    return render(request, "citizens/desk/report.html", context)


@access("reports.view")
@require_GET
def report_map(request: HttpRequest, pk: int) -> HttpResponse:
    """The report and those like it as GeoJSON."""
    found = _view(request, pk).report
    return JsonResponse(page.geojson(found, page.alike(found, request.user)))


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where a step leads: the page that asked for it, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if local else otherwise


def _back(request: HttpRequest, pk: int) -> str:
    return back_to(request, reverse("report", args=[pk]))


@access("reports.view")
@require_GET
def dialog(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of a step, over the page that asked for it."""
    view = _view(request, pk)
    step = STEPS.get(name)
    if step is None or step not in steps_of(view.report, view.can):
        raise Http404
    context = {"report": view.report, "step": step, "form": step.form(report=view.report)}
    if name == "merge":
        context["alike"] = page.alike(view.report, request.user)
    context["next"] = _back(request, pk)
    template = "dialog" if request.headers.get("HX-Request") == "true" else "step"
    return render(request, f"citizens/desk/{template}.html", context)


@access("reports.view")
@require_POST
def take(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step; the action says whether this person may."""
    found, step = _view(request, pk).report, STEPS.get(name)
    if step is None:
        raise Http404
    form = step.form(request.POST, request.FILES, report=found)
    if form.is_valid() and run(request, step, found, form):
        return HttpResponseRedirect(_back(request, pk))
    return refused(request, step, found, form)


def run(request: HttpRequest, step: Step, report: Report, form: StepForm) -> bool:
    """Do it and say so. False: the form says what is wrong. Somebody who was faster is told of and nothing is done."""
    try:
        step.run(report, by=actor_of(request), **form.cleaned_data)
    except Invalid as error:
        show_faults(form, error)
        return False
    except Conflict as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, f"{report.number}: {step.label}")
    return True


def refused(request: HttpRequest, step: Step, report: Report, form: StepForm) -> HttpResponse:
    """The form once more, with what is wrong."""
    context: dict[str, Any] = {
        "report": report,
        "step": step,
        "form": form,
        "next": _back(request, report.pk),
    }
    if step.name == "merge":
        context["alike"] = page.alike(report, request.user)
    return render(request, "citizens/desk/step.html", context, status=422)


@access("reports.handle")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the answer, with what shows that it is true."""
    view = _view(request, pk)
    if "answer" not in view.can:
        messages.warning(request, _("This report can't be answered now."))
        return redirect("report", pk)
    chosen = next((row for row in view.templates if str(row.pk) == request.GET.get("template", "")), None)
    form = AnswerForm(request.POST or None, request.FILES or None, report=view.report,
                      initial={"text": chosen.body if chosen else ""})  # fmt: skip
    if request.method == "POST" and form.is_valid() and answers.send(form, by=actor_of(request)):
        messages.success(request, _("The answer waits for approval."))
        return redirect("report", pk)
    context = {
        "view": view,
        "report": view.report,
        "form": form,
        "chosen": chosen,
        "crumbs": answers.crumbs(view),
    }
    return render(request, "citizens/desk/answer.html", context, status=422 if form.errors else 200)


@access("reports.view")
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo as handlers see it: without metadata, nothing covered."""
    visible = Report.objects.visible_to(request.user)
    copies = PhotoCopy.objects.filter(photo=pk, kind=PhotoCopy.Kind.WORK, photo__report__in=visible)
    copy = get_object_or_404(copies)
    return HttpResponse(bytes(copy.content), content_type=copy.media_type)


@access("reports.view")
@require_GET
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """A document that proves an answer; always downloaded, never shown by the browser."""
    visible = Report.objects.visible_to(request.user)
    kept = get_object_or_404(Proof.objects.exclude(content=b""), pk=pk, answer__report__in=visible)
    response = HttpResponse(bytes(kept.content), content_type=kept.media_type)
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{kept.name[:80]}.pdf") or "attachment"
    )
    return response
