"""The units that a citizen may name as the place of what he reports."""

from django.db.models import QuerySet
from django.utils import timezone

from halong.places.models import Agency, Place


def units_today() -> "QuerySet[Place]":
    """The lowest units of today by name."""
    rows = Place.objects.on(timezone.localdate()).defer("boundary")
    parents = rows.filter(parent__isnull=False).values("parent")
    return rows.exclude(pk__in=parents).order_by("sort_key")


def agencies_today() -> "QuerySet[Agency]":
    """The agencies of today by name."""
    return Agency.objects.on(timezone.localdate()).order_by("sort_key")
