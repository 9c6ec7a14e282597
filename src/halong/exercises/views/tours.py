"""Guided tours: their steps, and how far a person has come."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from halong.accounts.models import User
from halong.accounts.permissions import scopes_of
from halong.core.access import actor_of, public, signed_in
from halong.exercises.actions.tours import visit_tour
from halong.exercises.models import TourVisit
from halong.exercises.tours import TOURS, as_json, tours_for


@public
@require_GET
def steps(request: HttpRequest, tour: str) -> JsonResponse:
    """The steps of a tour in the page's language; ``step``: where this person left it."""
    if tour not in TOURS:
        raise Http404
    user = _person(request)
    visit = TourVisit.objects.filter(user=user, tour=tour, over_at=None).first() if user else None
    return JsonResponse({**as_json(tour), "step": visit.step if visit else 0})


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


def _person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def for_desk(request: HttpRequest) -> dict[str, Any] | None:
    """The question mark of the top bar: the tours of a person's roles, with a dot while none was seen."""
    user = _person(request)
    if user is None:
        return None
    keys = tours_for({scope.role for scope in scopes_of(user)})
    if not keys:
        return None
    seen = set(TourVisit.objects.filter(user=user).values_list("tour", flat=True))
    return {"tours": [(key, TOURS[key].name) for key in keys], "fresh": not (seen & set(keys))}


def for_citizens(request: HttpRequest) -> dict[str, Any]:
    """The button at the end of the public's pages."""
    return {"tour": "citizen", "name": TOURS["citizen"].name}
