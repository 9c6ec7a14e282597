"""Working on the steps of a playbook, and giving tasks."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, Invalid
from halong.core.faults import show_faults
from halong.incidents import actions
from halong.incidents.forms.choices import refused
from halong.incidents.forms.tasks import TaskForm
from halong.incidents.models import Incident, Step
from halong.incidents.screens.answers import answer_of, answers_of
from halong.incidents.steps import actions as steps
from halong.incidents.views.room import answer, is_partial, visible
from halong.playbooks.schema import read_step


@access("incidents.view")
@require_POST
def step(request: HttpRequest, pk: int, row: int, what: str) -> HttpResponse:
    """Begin, finish, skip, try again, or keep one tick or number; the action says whether this person may."""
    found = get_object_or_404(
        Step.objects.filter(incident=visible(request, pk)).select_related("incident"), pk=row
    )
    try:
        if what == "answer":
            key, value = answer_of(read_step(found.definition), request.GET.get("field", ""), request.POST)
            steps.save_answer(found, key, value, by=actor_of(request))
            return HttpResponse(status=204)  # the room's live topic brings it to everybody
        _work(found, what, request)
    except (Invalid, Conflict) as error:
        return answer(request, pk, wrong=refused(error))
    return answer(request, pk, said=f"{read_step(found.definition).words()}: {found.get_state_display()}")


def _work(found: Step, what: str, request: HttpRequest) -> None:
    by, note = actor_of(request), request.POST.get("note", "").strip()
    if what == "start":
        steps.start_step(found, by=by)
    elif what == "finish":
        answers = answers_of(read_step(found.definition), request.POST)
        steps.finish_step(found, by=by, note=note, answers=answers)
    elif what == "skip":
        if not note:
            raise Invalid(_("Say why the step is skipped."))
        steps.skip_step(found, by=by, reason=note)
    elif what == "retry":
        steps.retry_step(found, by=by)
    else:
        raise Http404
    found.refresh_from_db()


@access("tasks.assign")
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a task because of the incident."""
    incident = visible(request, pk)
    if request.method == "GET":
        return _task_form(request, incident, TaskForm(by=request.user, incident=incident))
    form = TaskForm(request.POST, by=request.user, incident=incident)
    if not form.is_valid():
        return _task_form(request, incident, form)
    try:
        made = actions.give_task(incident, form.draft(), by=actor_of(request))
    except (Invalid, Conflict) as error:
        show_faults(form, error)
        return _task_form(request, incident, form)
    return answer(request, pk, said=_("Task given to {agency}").format(agency=made.agency.name))


def _task_form(request: HttpRequest, incident: Incident, form: TaskForm) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": incident,
        "form": form,
        "back": reverse("incident", args=[incident.pk]),
    }
    template = "incidents/task_dialog.html" if is_partial(request) else "incidents/task.html"
    return render(request, template, context, status=422 if form.is_bound else 200)
