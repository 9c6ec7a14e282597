"""What indicators count of the programme."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from halong.core.formats import local
from halong.core.registry import Cell, RecordMeasure, record_measures
from halong.programme.models import Project


def projects(start: datetime, end: datetime) -> Iterator[Cell]:
    """How many tasks and projects were approved by the year that ``end`` lies in. They belong to no place or agency."""
    count = Project.objects.filter(year__lte=local(end).year).count()
    yield None, None, float(count), float(count)


def register() -> None:
    """Offer the measure."""
    record_measures.register(
        "projects.count",
        RecordMeasure("projects.count", _("Tasks and projects approved"), "C62", projects, as_of=True),
    )
