"""The list of tasks, one task, giving one, and what is done about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Invalid
from halong.core.faults import show_faults
from halong.tasks import actions, detail, listing, scorecard
from halong.tasks.about import About, page_of, unsealed
from halong.tasks.forms import TaskForm
from halong.tasks.models import CoOwner, Task, TaskFile


def _task(request: HttpRequest, pk: int) -> Task:
    visible = Task.objects.visible_to(request.user)
    joined = visible.select_related("agency__parent", "assignee", "place", "created_by").defer(
        "place__boundary"
    )
    return get_object_or_404(joined, pk=pk)


@access("tasks.view")
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """The list, the late ones first."""
    return render(request, "tasks/list.html", listing.context(request))


@access("tasks.view")
@require_GET
def tasks_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table."""
    return listing.csv_response(request)


@access("tasks.view")
@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what, who, until when, and what was done."""
    return render(request, "tasks/task.html", detail.context(_task(request, pk), request.user))


@access("tasks.assign")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Give a task: a dialog over the page that shows the number, or a page of its own."""
    about = unsealed(request.POST.get("about") or request.GET.get("about", ""))
    if request.method == "GET":
        return _form(request, TaskForm(by=request.user, initial=_begin(request, about)), about)
    form = TaskForm(request.POST, by=request.user)
    if not form.is_valid():
        return _form(request, form, about, status=422)
    try:
        made = actions.create_task(form.draft(about), by=actor_of(request))
    except Invalid as error:
        show_faults(form, error)
        return _form(request, form, about, status=422)
    messages.success(request, _("Task given to {agency}").format(agency=made.agency.name))
    back = form.cleaned_data["next"]
    local = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back) if local else redirect("task", made.pk)


def _begin(request: HttpRequest, about: About) -> dict[str, Any]:
    begin = {"title": about.title, "agency": about.agency, "about": request.GET.get("about", "")}
    if about.priority in Task.Priority.values:
        begin["priority"] = about.priority
    asked_by_page = request.headers.get("HX-Request") == "true"
    return begin | {"next": page_of(request) if asked_by_page else about.url}


def _form(request: HttpRequest, form: TaskForm, about: About, status: int = 200) -> HttpResponse:
    template = "tasks/new_dialog.html" if request.headers.get("HX-Request") == "true" else "tasks/new.html"
    return render(request, template, {"form": form, "about": about}, status=status)


@access("tasks.assign")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who answers for the agency that was chosen in the form, to be named or called."""
    form = TaskForm(initial={"agency": request.GET.get("agency")}, by=request.user)
    return render(request, "tasks/people.html", {"form": form})


@access("tasks.view")
@require_GET
def dialog(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The form of a step that asks for words."""
    found = _task(request, pk)
    wanted = detail.STEPS.get(step)
    if wanted not in detail.steps_of(found, request.user):
        raise Http404
    initial = {"progress": found.progress, "due": "pick", "due_at": found.asked_due_at}
    form = wanted.form(initial=initial if found.asked_due_at else {"progress": found.progress})
    return render(request, "tasks/dialog.html", {"task": found, "step": wanted, "form": form})


@access("tasks.view")
@require_POST
def take(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Do one step; the action says whether this person may."""
    found, wanted = _task(request, pk), detail.STEPS.get(step)
    if wanted is None:
        raise Http404
    form = wanted.form(request.POST, request.FILES)
    try:
        if form.is_valid():
            wanted.run(found, by=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Recorded."))
            return redirect("task", pk)
    except Invalid as error:
        show_faults(form, error)
    context = {**detail.context(found, request.user), "step": wanted, "form": form}
    return render(request, "tasks/step.html", context, status=422)


@access("tasks.view")
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, pk: int, number: int, step: str) -> HttpResponse:
    """One step of a co-owner's part: its form, and doing it; the action says whether this person may."""
    found, wanted = _task(request, pk), detail.PART_STEPS.get(step)
    if wanted is None:
        raise Http404
    kept = get_object_or_404(CoOwner.objects.select_related("task", "agency"), pk=number, task=found)
    shown = {"task": found, "part": kept, "step": wanted}
    if request.method == "GET":
        return render(request, "tasks/dialog.html", {**shown, "form": wanted.form()})
    form = wanted.form(request.POST)
    try:
        if form.is_valid():
            wanted.run(kept, by=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Recorded."))
            return redirect("task", pk)
    except Invalid as error:
        show_faults(form, error)
    return render(request, "tasks/step.html", {**shown, "form": form}, status=422)


@access("tasks.view")
@require_GET
def score(request: HttpRequest) -> HttpResponse:
    """What agencies were given and how they did it, and one's own agency's people. Internal only."""
    return render(request, "tasks/scorecard.html", scorecard.context(request))


@access("tasks.view")
@require_GET
def score_csv(request: HttpRequest) -> HttpResponse:
    """The agencies of the scorecard as a table."""
    return scorecard.csv_response(request)


@access("tasks.view")
@require_GET
def file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A file that shows what was done; always downloaded, never shown by the browser."""
    kept = get_object_or_404(TaskFile, pk=number, event__task=_task(request, pk))
    response = HttpResponse(bytes(kept.content), content_type=kept.media_type)
    response["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    return response
