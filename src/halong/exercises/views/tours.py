"""Remembers how far a person has come in a guided tour."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from halong.core.access import actor_of, signed_in
from halong.exercises.actions.tours import visit_tour
from halong.exercises.tours import TOURS


@signed_in
@require_POST
def visit(request: HttpRequest, tour: str) -> HttpResponse:
    """Note the step that was reached; ``over``: its end, or that the person left it."""
    if tour not in TOURS:
        raise Http404
    given = request.POST.get("step", "0")
    step = int(given) if given.isdecimal() and len(given) < 4 else 0
    visit_tour(actor_of(request), tour, step=step, over=request.POST.get("over") == "1")
    return HttpResponse(status=204)
