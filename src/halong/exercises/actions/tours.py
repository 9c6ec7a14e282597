"""How far people have come in guided tours."""

from django.db import transaction
from django.utils import timezone

from halong.accounts.models import User
from halong.core.errors import Forbidden
from halong.core.permissions import Actor
from halong.exercises.models import TourVisit


@transaction.atomic
def visit_tour(by: Actor, tour: str, *, step: int, over: bool) -> TourVisit:
    """Note where a person is in a tour; everybody for himself. Starting again doesn't make it unseen."""
    if not isinstance(by, User):
        raise Forbidden
    visit, _new = TourVisit.objects.get_or_create(user=by, tour=tour, defaults={"step": step})
    visit.step = step
    if over and visit.over_at is None:
        visit.over_at = timezone.now()
    visit.save()
    return visit
