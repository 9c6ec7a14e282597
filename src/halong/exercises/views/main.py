"""The main instance's pages: scenarios, starting one, the exercise that is under way, what came of earlier ones."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import HalongError, Invalid
from halong.core.faults import show_faults
from halong.exercises.actions import holding
from halong.exercises.forms import StartForm
from halong.exercises.listing import described, one, overview
from halong.exercises.models import Exercise
from halong.exercises.paper import csv_of, pdf_of
from halong.exercises.replay import replay_of

STEPS = ("begin", "pause", "resume", "end")


def _exercise(request: HttpRequest, pk: int) -> Exercise:
    visible = Exercise.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("trainer"), pk=pk)


@access("exercises.run")
@require_GET
def exercises(request: HttpRequest) -> HttpResponse:
    """Scenarios, what is under way, what was practised, by whom and until when it counts."""
    if settings.HALONG_EXERCISE:
        return redirect("exercise-console")
    return render(request, "exercises/list.html", overview(request.user))


@access("exercises.run")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a scenario, how fast it is, who takes part."""
    known = {scenario.key: scenario for scenario in holding.all_scenarios()}
    wanted = known.get(request.POST.get("scenario") or request.GET.get("scenario", ""))
    if wanted is None:
        raise Http404
    form = StartForm(request.POST or None, scenario=wanted, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = holding.start_exercise(form.draft(request.user), by=actor_of(request))
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The second instance is being made. It takes about a minute."))
            return redirect("exercise", made.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, **described(wanted)}
    return render(request, "exercises/new.html", context, status=status)


@access("exercises.run")
@require_GET
def exercise(request: HttpRequest, pk: int) -> HttpResponse:
    """One exercise: how it stands and how people enter, or its score and replay."""
    found = _exercise(request, pk)
    context = {**one(found), **(replay_of(found.result) if found.result else {})}
    return render(request, "exercises/exercise.html", context)


@access("exercises.run")
@require_POST
def take(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Ask something of the run, or close the exercise."""
    found = _exercise(request, pk)
    try:
        if step == "close":
            holding.close_exercise(found, by=actor_of(request))
            messages.success(request, _("The exercise is closed; what came of it stays here."))
        elif step in STEPS:
            holding.ask_exercise(found, {"do": step}, by=actor_of(request))
            messages.success(request, _("Asked; it is done within a second."))
        else:
            raise Http404
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect("exercise", pk)


@access("exercises.run")
@require_GET
def result_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The score as a table."""
    return csv_of(_exercise(request, pk).result)


@access("exercises.run")
@require_GET
def result_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The score and the timeline on paper."""
    return pdf_of(_exercise(request, pk).result)
