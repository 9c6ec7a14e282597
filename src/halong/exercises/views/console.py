"""Pages of the instance under exercise: the trainer's console, what trainees were told, the score and the replay."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from halong.core.access import actor_of, signed_in
from halong.core.errors import HalongError
from halong.exercises import desk
from halong.exercises.actions import running
from halong.exercises.forms import InjectForm
from halong.exercises.models import Played, Run
from halong.exercises.paper import csv_of, pdf_of
from halong.exercises.replay import replay_of
from halong.exercises.result import make_result
from halong.exercises.setup import this_scenario
from halong.exercises.telling import tell_people


def _here(request: HttpRequest, *, trainer: bool = False) -> None:
    """Only in an instance under exercise; NotFound elsewhere."""
    if not settings.HALONG_EXERCISE:
        raise Http404
    if trainer:
        running.require_trainer(actor_of(request))


@signed_in
@require_GET
def console(request: HttpRequest) -> HttpResponse:
    """For the trainer the console; for everybody else what is practised and what they were told."""
    _here(request)
    if not desk.is_trainer(request.user):
        return render(request, "exercises/trainee.html", desk.for_trainee(request.user))
    return render(request, "exercises/console.html", {**desk.for_trainer(), "form": InjectForm()})


@signed_in
@require_GET
def messages_page(request: HttpRequest) -> HttpResponse:
    """Bulletins and messages that came in, newest first."""
    _here(request)
    return render(request, "exercises/messages.html", desk.told(request.user))


@signed_in
@require_POST
def clock(request: HttpRequest, step: str) -> HttpResponse:
    """Begin, pause, resume, end, or another speed."""
    _here(request, trainer=True)
    by = actor_of(request)
    try:
        match step:
            case "begin":
                running.begin_run(by=by)
            case "pause":
                running.pause_run(by=by)
            case "resume":
                running.resume_run(by=by)
            case "end":
                running.end_run(by=by)
            case "speed":
                given = request.POST.get("speed", "")
                running.set_speed(int(given) if given.isdecimal() else 0, by=by)
            case _:
                raise Http404
    except HalongError as error:
        messages.error(request, error.detail)
    return redirect("exercise-console")


@signed_in
@require_POST
def play(request: HttpRequest, key: str) -> HttpResponse:
    """Play an event of the scenario now, before its minute or because it waits for the trainer."""
    _here(request, trainer=True)
    event = this_scenario().event(key)
    if event is None:
        raise Http404
    if running.play_event(event, by=actor_of(request)) is None:
        messages.error(request, _("This was played already."))
    return redirect("exercise-console")


@signed_in
@require_POST
def inject(request: HttpRequest) -> HttpResponse:
    """Put in something of the trainer's own."""
    _here(request, trainer=True)
    form = InjectForm(request.POST)
    if not form.is_valid():
        context = {**desk.for_trainer(), "form": form}
        return render(request, "exercises/console.html", context, status=422)
    running.inject(form.wanted(), by=actor_of(request))
    messages.success(request, _("Put in."))
    return redirect("exercise-console")


@signed_in
@require_POST
def call(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The trainer has rung up, or shows the call in writing because nobody can ring."""
    _here(request, trainer=True)
    played = get_object_or_404(Played, pk=pk, kind="call")
    if step == "rung":
        running.note_call(played, by=actor_of(request))
    elif step == "write":
        running.note_call(played, by=actor_of(request))
        tell_people(played)
    else:
        raise Http404
    return redirect("exercise-console")


@signed_in
@require_GET
def score(request: HttpRequest) -> HttpResponse:
    """The score and the replay: for the trainer always, for everybody once it is over."""
    _here(request)
    _open_to(request)
    return render(request, "exercises/score.html", replay_of(make_result()))


@signed_in
@require_GET
def score_csv(request: HttpRequest) -> HttpResponse:
    """The score as a table."""
    _here(request)
    _open_to(request)
    return csv_of(make_result())


@signed_in
@require_GET
def score_pdf(request: HttpRequest) -> HttpResponse:
    """The score and the timeline on paper."""
    _here(request)
    _open_to(request)
    return pdf_of(make_result())


def _open_to(request: HttpRequest) -> None:
    if not Run.objects.filter(state=Run.State.OVER).exists():
        running.require_trainer(actor_of(request))
